"""What the API answers with: a field that isn't here does not leave, whatever a row holds."""

from datetime import datetime
from typing import Literal

from ninja import Schema


class Me(Schema):
    """The token that is shown, and what it may do."""

    name: str
    scope: str
    organisation: str | None
    ends_at: datetime


class NewsOut(Schema):
    """One thing that was told."""

    kind: str
    at: datetime
    version: int | None
    planned_at: datetime | None


class AdvisoryOut(Schema):
    """An advisory of which you hold a revision."""

    number: int
    label: str
    title: str
    version: int
    versions: list[int]
    planned_at: datetime | None
    public_at: datetime | None
    batch: str
    acknowledged: bool
    changed_at: datetime


class AdvisoryWithNews(AdvisoryOut):
    """The same with everything that was told of it, the latest first."""

    news: list[NewsOut]


class SectionOut(Schema):
    """A section in Markdown."""

    name: str
    heading: str
    markdown: str
    for_members_only: bool


class AffectedOut(Schema):
    """What is said of versions of one tree."""

    tree: str
    ranges: str
    status: str
    condition: str


class IdentifierOut(Schema):
    """A name that others gave it."""

    scheme: str
    value: str


class SeverityOut(Schema):
    """A score."""

    vector: str
    source: str


class PatchOut(Schema):
    """A patch, in the order in which those of one series apply."""

    name: str
    sha256: str
    tree: str
    branches: list[str]
    series: str


class RevisionOut(Schema):
    """One revision, in short."""

    number: int
    version: int
    reason: str
    changes: str
    frozen_at: datetime
    content_sha256: str


class RevisionWithContent(RevisionOut):
    """Everything that it says."""

    title: str
    sections: list[SectionOut]
    affected: list[AffectedOut]
    identifiers: list[IdentifierOut]
    severities: list[SeverityOut]
    patches: list[PatchOut]


class SumsOut(Schema):
    """`SHA256SUMS` and the team's signature over it."""

    sums: str
    signature: str
    fingerprint: str
    signed: bool


class BatchOut(Schema):
    """What comes out together, as far as you hold it."""

    batch: str
    planned_at: datetime | None
    advisories: list[int]


class PublishedOut(Schema):
    """An advisory that everybody may read."""

    number: int
    label: str
    title: str
    version: int
    public_at: datetime
    page: str


State = Literal["secret", "public"]
