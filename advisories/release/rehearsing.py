"""The rehearsal of a release: everything that would go out, made by the code that will make it, and sent nowhere."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings

from advisories import sections
from advisories.embargo import afterwards
from advisories.formats.doubts import NotWritable
from advisories.models import Advisory, Batch, Publication, Report, Revision, RevisionPatch, SignedText
from advisories.public import editions, facts, reading, saying
from advisories.public.values import Afterwards
from advisories.release import announcing, following
from advisories.reporting import published
from advisories.writing import drafting


@dataclass(frozen=True, slots=True)
class OutgoingFile:
    """One file that readers can fetch."""

    name: str
    sha256: str
    size: int
    """Bytes."""
    text: str = field(default="", repr=False)
    """What is in it, of a record."""


@dataclass(frozen=True, slots=True)
class OutgoingLetter:
    """One mail as it would leave, or why it can't be written yet."""

    recipient: str
    raw: bytes
    trouble: str = ""

    @property
    def text(self) -> str:
        """For reading; attachments are shown as they are encoded."""
        return self.raw.decode("ascii", "replace")


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What would go out of one advisory."""

    advisory: Advisory
    revision: Revision
    title: str
    page: str
    """Web address."""
    parts: tuple[tuple[str, str], ...]
    """Headings and Markdown that readers would see."""
    embargo: Afterwards | None
    """What readers would be told of the embargo."""
    withheld: tuple[str, ...]
    """Headings of what only members were told."""
    files: tuple[OutgoingFile, ...]
    records: tuple[OutgoingFile, ...]
    """Documents for machines; none where they cannot be written of what it says."""
    text: str
    text_trouble: str
    letters: tuple[OutgoingLetter, ...]
    to_finders: tuple[tuple[str, str], ...]
    """Addresses, and what the letter to each says besides the way to their private page."""


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """Everything of one batch."""

    batch: Batch
    public_at: datetime
    advisories: tuple[Outgoing, ...]
    without_revision: tuple[Advisory, ...]
    """Nothing of these is frozen, so nothing of them would go out."""
    followed_by: tuple[str, ...]
    """What a worker does about each afterwards, or asks whether readers have it."""

    @property
    def letters(self) -> int:
        """How many mails would leave."""
        return sum(len(one.letters) for one in self.advisories)

    @property
    def files(self) -> int:
        """How many patches readers could fetch."""
        return sum(len(one.files) for one in self.advisories)


def rehearse(batch: Batch) -> Rehearsal:
    """Make everything that `batch` would send out at its instant, and keep nothing of it."""
    found, without = [], []
    for advisory in batch.members:
        revision = Revision.objects.filter(advisory=advisory).order_by("-number").first()
        if revision is None:
            without.append(advisory)
        else:
            found.append(_outgoing(batch, advisory, revision))
    steps = tuple(following.called(kind, target) for kind, target in following.promised())
    return Rehearsal(batch, batch.planned_at, tuple(found), tuple(without), steps)


def letter(batch: Batch, number: int, recipient: str) -> bytes | None:
    """One mail of the rehearsal, byte for byte; None where there is none."""
    for one in rehearse(batch).advisories:
        for letter in one.letters:
            if one.advisory.number == number and letter.recipient == recipient and letter.raw:
                return letter.raw
    return None


def _outgoing(batch: Batch, advisory: Advisory, revision: Revision) -> Outgoing:
    publication = as_published(batch, revision)
    issues = _issues(publication)
    sealed = SignedText.objects.filter(revision=revision).first()
    patches = RevisionPatch.objects.filter(revision=revision).order_by("position")
    told = sections.filled(revision.content["sections"], sections.Audience.READER)
    return Outgoing(
        advisory=advisory,
        revision=revision,
        title=publication.title,
        page=f"{settings.SITE_URL}{advisory.get_absolute_url()}",
        parts=tuple((section.heading, text) for section, text in told),
        embargo=saying.embargo(publication.content, issues[0].public_at),
        withheld=tuple(
            section.heading
            for section in sections.ALL
            if section.is_for_members and revision.content["sections"].get(section.name)
        ),
        files=tuple(OutgoingFile(one.file_name, one.sha256, len(bytes(one.content))) for one in patches),
        records=tuple(_records(batch, issues)),
        text=bytes(sealed.text).decode() if sealed else "",
        text_trouble=sealed.trouble if sealed else "",
        letters=tuple(_letter(publication, address) for address in sorted(settings.ANNOUNCE_TO)),
        to_finders=tuple(_to_finders(publication)),
    )


def _to_finders(publication: Publication) -> Iterator[tuple[str, str]]:
    taking_part = Report.objects.taking_part_in([publication.advisory]).exclude(finder__address="")
    for report in taking_part.select_related("finder").order_by("pk"):
        yield report.finder.address, published.tells(publication, report)


def as_published(batch: Batch, revision: Revision) -> Publication:
    """The row that arming would make, not kept."""
    content = drafting.for_readers(revision.content) | afterwards.told(revision.advisory, batch)
    return Publication(
        advisory=revision.advisory,
        revision=revision,
        number=revision.advisory.number,
        version=revision.number,
        title=str(content["title"]),
        content=content,
        public_at=batch.planned_at,
    )


def _issues(publication: Publication) -> list[Publication]:
    """What is public of the advisory, and what would be: the embargo ended with the first, whichever is issued now."""
    earlier = Publication.objects.live().filter(advisory=publication.advisory).select_related("revision", "advisory")
    return [*earlier.order_by("version"), publication]


def _records(batch: Batch, issues: list[Publication]) -> Iterator[OutgoingFile]:
    """Each document as readers will fetch it, with whatever else the batch makes public taken for public."""
    publication = issues[-1]
    together = set(batch.members.values_list("number", flat=True))
    public = together | reading.known_among(saying.conditions_in([publication.content]))
    content = saying.without_hidden(publication.content, public)
    edited = editions.edited(issues, content, facts.known())
    for name in editions.names_of(edited):
        found = editions.document(edited, name)
        if found is not None:
            yield OutgoingFile(name, hashlib.sha256(found).hexdigest(), len(found), found.decode())


def _letter(publication: Publication, recipient: str) -> OutgoingLetter:
    try:
        return OutgoingLetter(recipient, announcing.written(publication, recipient))
    except (announcing.NotSealed, NotWritable) as trouble:
        return OutgoingLetter(recipient, b"", str(trouble))
