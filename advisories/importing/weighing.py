"""What an import would do with each number, decided from what was understood and what is here already.

Nothing is written: a dry run shows this, and the writer asks again inside its transaction.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from advisories.formats import clearsign
from advisories.formats.doubts import Doubt, Doubts, Refused, Severity
from advisories.formats.index import Entry
from advisories.formats.openpgp import Verified
from advisories.formats.understanding import Advisory as Understood
from advisories.formats.understanding import Found, Understanding
from advisories.importing import contents
from advisories.models import Advisory, BatchEntry, Event, Identifier, ImportedNumber, Origin, Outcome, SignedText

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
"""No project announced a flaw by signed mail before."""

_SAME_RELEASE = timedelta(days=2)
"""As long after the announced instant a mail may be sent that still is the release."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A version to bring in, and when readers got it."""

    found: Found
    public_at: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What happens to one number."""

    number: int
    outcome: Outcome
    why: str = ""
    """Why it is refused, as the end of a sentence."""
    bring: tuple[Dated, ...] = ()
    """Versions to bring in, the oldest first."""
    all_found: tuple[Found, ...] = ()
    entry: Entry | None = None

    @property
    def label(self) -> str:
        """The number as people write it."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"

    @property
    def versions(self) -> list[int]:
        """Those that are brought in."""
        return [one.found.record.version for one in self.bring]


@dataclass(frozen=True, slots=True)
class Weighed:
    """Every number with its step, and what was noticed besides."""

    steps: tuple[Step, ...]
    doubts: tuple[Doubt, ...]


def weigh(understood: Understanding, *, takes_unverified: bool, now: datetime) -> Weighed:
    """Decide about everything that was understood."""
    doubts: list[Doubt] = []
    steps = [_step(one, takes_unverified=takes_unverified, now=now, doubts=doubts) for one in understood.advisories]
    steps += [step for entry in understood.numbers if (step := _number_alone(entry, now, doubts))]
    doubts += _shared(steps)
    return Weighed(tuple(sorted(steps, key=lambda one: one.number)), tuple(doubts))


def weigh_again(step: Step) -> Step:
    """The same step, held once more against what is here; call it inside the transaction that writes."""
    if step.outcome == Outcome.UNUSED:
        taken = Advisory.objects.filter(number=step.number).exists()
        return Step(step.number, Outcome.UNCHANGED) if taken else step
    return _against_rows(step.number, step.bring, step.all_found)


def was_worked_on(advisory: Advisory, last_event: int) -> bool:
    """Whether anything happened to an advisory after the record stood at an event, or it is planned for a release."""
    later = Event.objects.about(advisory).filter(sequence__gt=last_event)
    return later.exists() or BatchEntry.objects.filter(advisory=advisory).exists()


def _step(one: Understood, *, takes_unverified: bool, now: datetime, doubts: list[Doubt]) -> Step:
    usable: list[Found] = []
    for found in one.revisions:
        if found.is_contested:
            message = f"version {found.record.version} has two texts that are worth the same; none is taken"
            doubts.append(Doubt(Severity.REFUSED, "texts-conflict", 0, message, found.sources[0]))
        elif not found.is_verified and not takes_unverified:
            message = f"version {found.record.version} is signed by none of the given keys; it is not taken"
            doubts.append(Doubt(Severity.REFUSED, "not-vouched-for", 0, message, found.sources[0]))
        else:
            usable.append(found)
    dated = list(_dated(usable, one.public_at, now, doubts))
    if not dated:
        return Step(one.number, Outcome.REFUSED, "no version of it can be taken")
    step = _against_rows(one.number, dated, one.revisions)
    if step.outcome in (Outcome.UNCHANGED, Outcome.EXTENDED):
        doubts += _left_behind(one.number, dated)
    return step


def _left_behind(number: int, dated: Iterable[Dated]) -> Iterable[Doubt]:
    """Files at hand of versions that came in without them: nothing is added to what is frozen."""
    brought = Origin.objects.filter(revision__advisory__number=number).select_related("revision")
    origins = {one.revision.number: one for one in brought.prefetch_related("revision__patches")}
    for one in dated:
        origin = origins.get(one.found.record.version)
        if origin is None:
            continue
        here = {patch.file_name for patch in origin.revision.patches.all()}
        names = [patch.name for patch in contents.kept_patches(one.found.record) if patch.name not in here]
        names += ["its recipe"] if one.found.announcement.meta and not origin.recipe else []
        if names:
            message = (
                f"version {one.found.record.version} came in without {', '.join(names)}; "
                f"to have that, undo import {origin.run_id} and bring it in again"
            )
            yield Doubt(Severity.DOUBT, "file-left-behind", 0, message, one.found.sources[0])


def _dated(found: Sequence[Found], announced: datetime | None, now: datetime, doubts: list[Doubt]) -> Iterable[Dated]:
    """Each version with its instant: of the first one as the index has it, else as its mail or its signature claims."""
    before: datetime | None = None
    for place, one in enumerate(found):
        noted = Doubts(one.sources[0])
        verdict = one.announcement.verdict
        signed_at = verdict.made_at if isinstance(verdict, Verified) else None
        at = one.announced_at or signed_at
        if place == 0 and announced and (at is None or abs(at - announced) <= _SAME_RELEASE):
            at = announced
        if at is None:
            noted.refuse("no-date", 0, f"nothing says when version {one.record.version} was published")
        elif not EARLIEST <= at <= now:
            noted.refuse("date-odd", 0, f"version {one.record.version} claims to be of {at:%Y-%m-%d}; it is not taken")
        else:
            if before is not None and at < before:
                noted.doubt("date-odd", 0, f"version {one.record.version} claims to be older than the one before")
            before = at
            yield Dated(one, at)
        doubts += noted


def _against_rows(number: int, dated: Sequence[Dated], all_found: Sequence[Found]) -> Step:
    """What is new in `dated` for the advisory of this number, or why nothing of it can be taken."""
    advisory = Advisory.objects.filter(number=number).first()
    if advisory is None:
        return Step(number, Outcome.MADE, "", tuple(dated), tuple(all_found))
    texts = SignedText.objects.filter(revision__advisory=advisory).select_related("revision")
    kept = {one.revision.number: bytes(one.text) for one in texts}
    for one in dated:
        version = one.found.record.version
        if version in kept and not _is_the_same(kept[version], one.found):
            return Step(number, Outcome.REFUSED, f"version {version} is here already and says something else")
    new = tuple(one for one in dated if one.found.record.version not in kept)
    if not new:
        return Step(number, Outcome.UNCHANGED)
    last = ImportedNumber.objects.filter(advisory=advisory).order_by("-pk").first()
    if last is None:
        return Step(number, Outcome.REFUSED, "an advisory of this number was written here")
    if was_worked_on(advisory, last.last_event):
        return Step(number, Outcome.REFUSED, "people have worked on it since it was brought in")
    return Step(number, Outcome.EXTENDED, "", new, tuple(all_found))


def _is_the_same(kept: bytes, found: Found) -> bool:
    """Whether both hold the same signed words; how they are framed is the list software's doing."""
    try:
        return clearsign.read(kept).signed == found.announcement.signed
    except Refused:
        return clearsign.canonical(kept) == clearsign.canonical(found.announcement.text)


def _number_alone(entry: Entry, now: datetime, doubts: list[Doubt]) -> Step | None:
    """A number that the index lists without a text at hand: kept where it says that it was never used."""
    noted = Doubts("index")
    label = f"{settings.ADVISORY_PREFIX}-{entry.number}"
    is_unused = not entry.identifiers and entry.public_at is None and not entry.is_date_odd
    if is_unused and (not entry.title or entry.title.lower().startswith("unused")):
        taken = Advisory.objects.filter(number=entry.number).exists()
        return Step(entry.number, Outcome.UNCHANGED if taken else Outcome.UNUSED, entry=entry)
    if entry.public_at is not None and entry.public_at > now:
        noted.note("not-public-yet", 0, f"{label} is announced and not public yet; it is left alone")
    else:
        noted.doubt("no-text", 0, f"{label} is listed, and no text of it is at hand")
    doubts += noted
    return None


def _shared(steps: Iterable[Step]) -> Iterable[Doubt]:
    """Identifiers that several advisories carry."""
    carried: dict[str, set[int]] = {}
    for step in steps:
        if step.bring:
            for one in step.bring[-1].found.record.identifiers:
                carried.setdefault(one.value, set()).add(step.number)
    here = Identifier.objects.filter(value__in=list(carried)).select_related("advisory")
    for row in here:
        carried[row.value].add(row.advisory.number)
    for value, numbers in sorted(carried.items()):
        if len(numbers) > 1:
            names = ", ".join(f"{settings.ADVISORY_PREFIX}-{number}" for number in sorted(numbers))
            yield Doubt(Severity.DOUBT, "identifier-shared", 0, f"{value} is carried by {names}", value)
