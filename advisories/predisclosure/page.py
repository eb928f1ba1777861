"""One revision as a member reads it: its words, versions, patches, and how it differs from one they had before."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.functions import Length

from accounts.access import Viewer
from advisories.models import Revision, RevisionPatch
from advisories.predisclosure.holding import Held
from advisories.public import reading, saying
from advisories.public.saying import Content
from advisories.public.values import PatchGroup, ShownIdentifier, ShownSeverity
from advisories.sections import Audience
from advisories.writing import differences
from advisories.writing.differences import HeldPatch, PatchDifference, SectionDifference
from advisories.writing.showing import Rendered, TreeLines, rendered


@dataclass(frozen=True, slots=True)
class Compared:
    """What lies between two revisions."""

    older: int
    newer: int
    texts: tuple[SectionDifference, ...]
    patches: tuple[PatchDifference, ...]


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Everything that the page of one revision shows of it."""

    held: Held
    version: int
    title: str
    content_sha256: str
    severities: tuple[ShownSeverity, ...]
    identifiers: tuple[ShownIdentifier, ...]
    sections: tuple[Rendered, ...]
    trees: tuple[TreeLines, ...]
    finders: tuple[str, ...]
    patches: tuple[PatchGroup, ...]
    compared: Compared | None
    also_held: frozenset[int]
    """Numbers of other advisories that it names and they hold; what else it names is public."""

    @property
    def is_newest(self) -> bool:
        """Whether they hold none that says more."""
        return self.version == self.held.version


def page_of(viewer: Viewer, held: Held, revision: Revision, against: Revision | None) -> MemberPage:
    """`revision`, and `against` to compare it with, as they were fetched for `viewer`."""
    content, also_held = _told(viewer, revision.content)
    patches = RevisionPatch.objects.visible_to(viewer).filter(revision=revision)
    sizes = dict(patches.values_list("file_name", Length("content")))
    return MemberPage(
        held=held,
        version=revision.number,
        title=content["title"],
        content_sha256=revision.content_sha256,
        severities=saying.severities(content),
        identifiers=saying.identifiers(content),
        sections=tuple(rendered(content["sections"], Audience.MEMBER)),
        trees=saying.trees(content),
        finders=saying.finders(content),
        patches=saying.patch_groups(content, sizes),
        compared=_compared(viewer, revision, against) if against is not None else None,
        also_held=also_held,
    )


def told_to(viewer: Viewer, content: Content) -> Content:
    """`content` with every condition on an advisory said as unknown that `viewer` neither holds nor could read."""
    told, _also_held = _told(viewer, content)
    return told


def _told(viewer: Viewer, content: Content) -> tuple[Content, frozenset[int]]:
    """The same, and which of the advisories that it names `viewer` holds."""
    named = saying.conditions_in([content])
    if not named:
        return content, frozenset()
    rows = Revision.objects.held_by(viewer).filter(advisory__number__in=named)
    held = frozenset(rows.values_list("advisory__number", flat=True))
    return saying.without_hidden(content, held | reading.known_among(named)), held


def _compared(viewer: Viewer, one: Revision, other: Revision) -> Compared:
    older, newer = sorted((one, other), key=lambda each: each.number)
    texts = differences.of_texts(told_to(viewer, older.content), told_to(viewer, newer.content))
    return Compared(
        older.number, newer.number, texts, differences.of_patches(_files(viewer, older), _files(viewer, newer))
    )


def _files(viewer: Viewer, revision: Revision) -> Sequence[HeldPatch]:
    rows = RevisionPatch.objects.visible_to(viewer).filter(revision=revision).order_by("position")
    return [HeldPatch(row.file_name, row.sha256, bytes(row.content).decode("utf-8", "replace")) for row in rows]
