"""A project's whole archive, understood: which advisories there are, in which revisions, and what is doubtful.

Documents in, values out: whoever calls has read the files and will keep the outcome. The order in which documents are
given decides nothing, and giving one twice neither.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from advisories.formats import meta, reconcile
from advisories.formats.announcement import Announcement
from advisories.formats.clearsign import canonical
from advisories.formats.dialect import Dialect
from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt, Doubts, Severity, counted
from advisories.formats.index import Entry
from advisories.formats.openpgp import Verified, Verifier
from advisories.formats.record import Record
from advisories.formats.sorting_out import Desk, Understood, sorted_out, take_text


@dataclass(frozen=True, slots=True)
class Found:
    """One revision, from the best of the documents that hold it."""

    announcement: Announcement
    sources: tuple[str, ...]
    """Every document that holds the same signed text, sorted."""
    announced_at: datetime | None
    """The earliest date that a mail claims."""
    is_contested: bool = False
    """Another text of the same version is worth as much as this one."""

    @property
    def record(self) -> Record:
        """What it says."""
        return self.announcement.record

    @property
    def is_verified(self) -> bool:
        """Whether one of the given keys signed it."""
        return isinstance(self.announcement.verdict, Verified)


@dataclass(frozen=True, slots=True)
class Advisory:
    """One number with its revisions, the oldest first; at least one."""

    number: int
    revisions: tuple[Found, ...]
    public_at: datetime | None
    """As the index has it, to the minute."""


@dataclass(frozen=True, slots=True)
class Understanding:
    """What there is, and the report."""

    advisories: tuple[Advisory, ...]
    """By number."""
    numbers: tuple[Entry, ...]
    """Numbers that the index lists and of which no text is at hand, by number."""
    licence: str
    """What the index says of the texts; empty where nothing does."""
    understood: tuple[Understood, ...]
    doubts: tuple[Doubt, ...]
    """Notes, doubts and refusals, each with its document and line, by document."""
    passed_over: int
    """Mails about something else."""

    @property
    def refused(self) -> tuple[Doubt, ...]:
        """What is not taken over."""
        return tuple(doubt for doubt in self.doubts if doubt.severity is Severity.REFUSED)


def understand(
    documents: Iterable[Document],
    dialect: Dialect,
    verifier: Verifier,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Understanding:
    """Read everything and put it in order. Never raises over what is in a document: that is a doubt in the report.

    `progress` hears how many texts of how many are read.
    """
    desk = Desk(dialect, verifier)
    texts = sorted_out(documents, desk)
    for done, (kind, document) in enumerate(texts, start=1):
        take_text(kind, document, desk)
        progress(done, len(texts))
    advisories = _in_order(desk)
    numbers = _against_indexes(advisories, desk)
    _look_over(advisories, desk)
    public = {entry.number: entry.public_at for _, reading in reversed(desk.indexes) for entry in reading.entries}
    return Understanding(
        advisories=tuple(replace(one, public_at=public.get(one.number)) for one in advisories),
        numbers=numbers,
        licence=next((reading.licence for _, reading in desk.indexes if reading.licence), ""),
        understood=tuple(sorted(set(desk.understood), key=lambda one: (counted(one.where), counted(one.message)))),
        doubts=tuple(
            sorted(set(desk.doubts), key=lambda one: (counted(one.where), one.line, one.kind, counted(one.message)))
        ),
        passed_over=desk.passed_over,
    )


def _in_order(desk: Desk) -> list[Advisory]:
    """Revisions by number and version; of several documents that hold one, the best."""
    held: dict[tuple[int, int], list[tuple[str, Announcement]]] = {}
    for where, found in desk.read:
        held.setdefault((found.record.number, found.record.version), []).append((where, found))
    revisions: dict[int, list[Found]] = {}
    for number, version in sorted(held):
        revisions.setdefault(number, []).append(_best(held[number, version], desk))
    return [Advisory(number, tuple(found), None) for number, found in revisions.items()]


def _best(held: list[tuple[str, Announcement]], desk: Desk) -> Found:
    """The verified text before another, the one with more files before one with fewer, then by where it was found."""
    ordered = sorted(held, key=lambda one: (not isinstance(one[1].verdict, Verified), -_files(one[1]), one[0]))
    where, best = ordered[0]
    same = [(place, found) for place, found in ordered if _said(found) == _said(best)]
    others = [place for place, found in ordered if _said(found) != _said(best)]
    for place in others:
        message = f"another text of {best.record.name} version {best.record.version} than {where}, which counts"
        desk.doubts.append(Doubt(Severity.DOUBT, "two-texts", 0, message, place))
    dates = [found.sent_at for _, found in same if found.sent_at]
    is_verified = isinstance(best.verdict, Verified)
    rivals = [place for place, found in ordered if isinstance(found.verdict, Verified) is is_verified]
    contested = any(place in others for place in rivals)
    return Found(best, tuple(sorted(place for place, _ in same)), min(dates, default=None), contested)


def _said(found: Announcement) -> bytes:
    """The signed bytes, or what they would be of an unsigned copy, so that the two can be compared."""
    return canonical(found.signed).strip()


def _files(found: Announcement) -> int:
    return sum(patch.content is not None for patch in found.record.patches) + (found.meta is not None)


def _against_indexes(advisories: list[Advisory], desk: Desk) -> tuple[Entry, ...]:
    """Hold the newest revisions against what indexes say; give back the numbers without a text."""
    newest = {one.number: one.revisions[-1].record for one in advisories}
    missing: dict[int, Entry] = {}
    for where, reading in desk.indexes:
        doubts = Doubts(where)
        for entry in reading.entries:
            if record := newest.get(entry.number):
                _compare(entry, record, doubts)
            else:
                missing.setdefault(entry.number, entry)
        listed = {entry.number for entry in reading.entries}
        for number in sorted(newest.keys() - listed):
            doubts.doubt("not-in-index", 0, f"{newest[number].name} is not listed")
        desk.doubts += doubts
    return tuple(missing[number] for number in sorted(missing))


def _compare(entry: Entry, record: Record, doubts: Doubts) -> None:
    if entry.version is not None and entry.version > record.version:
        message = f"{record.name} is listed with version {entry.version}, the newest at hand is {record.version}"
        doubts.doubt("revision-missing", 0, message)
        return
    if entry.title and entry.title != record.title:
        doubts.note("index-differs", 0, f"{record.name} is listed as “{entry.title[:120]}”")
    if set(entry.identifiers) != {identifier.value for identifier in record.identifiers}:
        listed = ", ".join(entry.identifiers)[:200] or "none"
        doubts.doubt("index-differs", 0, f"{record.name} is listed with other identifiers: {listed}")


def _look_over(advisories: list[Advisory], desk: Desk) -> None:
    """What only shows when everything is at hand: gaps, files that nothing lists, prerequisites without a recipe."""
    records = [found.record for one in advisories for found in one.revisions]
    for one in advisories:
        have = [found.record.version for found in one.revisions]
        if lacking := sorted(set(range(have[0], have[-1])) - set(have)):
            name, numbers = one.revisions[0].record.name, ", ".join(map(str, lacking))
            desk.doubts.append(Doubt(Severity.NOTE, "revision-missing", 0, f"no text of version {numbers}", name))
    taken = {patch.sha256 for record in records for patch in record.patches}
    taken |= {
        hashlib.sha256(found.announcement.meta or b"").hexdigest() for one in advisories for found in one.revisions
    }
    for digest, where in desk.loose.items():
        if digest not in taken:
            message = "no text lists a file with this SHA-256"
            desk.doubts.append(Doubt(Severity.REFUSED, "file-not-listed", 0, message, where))
    found = {(one.number, each.record.version): each for one in advisories for each in one.revisions}

    def place_of(record: Record, branch: str, tree: str) -> tuple[str, int]:
        return _recipe_place(found[record.number, record.version], branch, tree, desk.dialect)

    desk.doubts += reconcile.missing_prerequisites(records, place_of)


def _recipe_place(found: Found, branch: str, tree: str, dialect: Dialect) -> tuple[str, int]:
    """The document whose recipe file has the recipe for a branch and a tree, and the line on which that begins."""
    lines = meta.read(found.announcement.meta, dialect).lines if found.announcement.meta else {}
    return f"{found.sources[0]} {dialect.file_stem(found.record.number)}.meta", lines.get((branch, tree), 0)
