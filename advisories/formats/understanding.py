"""A project's whole archive, understood: which advisories there are, in which revisions, and what is doubtful.

Documents in, values out: whoever calls has read the files and will keep the outcome. The order in which documents are
given decides nothing, and giving one twice neither.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from advisories.formats import announcement, index, mail, reconcile, xsa_text
from advisories.formats.announcement import Announcement
from advisories.formats.clearsign import BEGIN, canonical
from advisories.formats.clearsign import read as read_signed
from advisories.formats.dialect import Dialect
from advisories.formats.documents import Document, Kind, kind_of, opened
from advisories.formats.doubts import Doubt, Doubts, Refused, Severity
from advisories.formats.index import Entry
from advisories.formats.openpgp import Verified, Verifier
from advisories.formats.record import Record

NOT_OURS = frozenset({"not-an-advisory", "not-signed"})
"""Refusals that only say that a mail is about something else, or quotes an advisory, as most mails of a list do."""


@dataclass(frozen=True, slots=True)
class Understood:
    """One document that was understood, in a sentence."""

    where: str
    message: str


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


@dataclass(slots=True)
class _Desk:
    """Everything that was read so far."""

    dialect: Dialect
    verifier: Verifier
    files: dict[str, bytes] = field(default_factory=dict)
    """Recipes and patches by their SHA-256, attached or lying about."""
    names: dict[str, bytes] = field(default_factory=dict)
    """Those lying about by their names."""
    loose: dict[str, str] = field(default_factory=dict)
    """SHA-256 of each file lying about to where it lies."""
    read: list[tuple[str, Announcement]] = field(default_factory=list)
    indexes: list[tuple[str, index.IndexReading]] = field(default_factory=list)
    understood: list[Understood] = field(default_factory=list)
    doubts: list[Doubt] = field(default_factory=list)
    passed_over: int = 0


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
    desk = _Desk(dialect, verifier)
    texts = _sorted_out(documents, desk)
    for done, (kind, document) in enumerate(texts, start=1):
        _take_text(kind, document, desk)
        progress(done, len(texts))
    advisories = _in_order(desk)
    numbers = _against_indexes(advisories, desk)
    _look_over(advisories, desk)
    public = {entry.number: entry.public_at for _, reading in reversed(desk.indexes) for entry in reading.entries}
    return Understanding(
        advisories=tuple(replace(one, public_at=public.get(one.number)) for one in advisories),
        numbers=numbers,
        licence=next((reading.licence for _, reading in desk.indexes if reading.licence), ""),
        understood=tuple(sorted(set(desk.understood), key=lambda one: (one.where, one.message))),
        doubts=tuple(sorted(set(desk.doubts), key=lambda one: (one.where, one.line, one.kind, one.message))),
        passed_over=desk.passed_over,
    )


def _sorted_out(documents: Iterable[Document], desk: _Desk) -> list[tuple[Kind, Document]]:
    """Put files and indexes on the desk; give back what holds texts, in an order of its own."""
    texts: dict[str, tuple[Kind, Document]] = {}
    for one in opened(documents):
        if isinstance(one, Doubt):
            desk.doubts.append(one)
            continue
        kind = kind_of(one, desk.dialect)
        if kind in (Kind.MAIL, Kind.TEXT):
            texts[one.where] = kind, one
        elif kind is Kind.INDEX:
            _take_index(one, desk)
        elif kind is Kind.OTHER:
            desk.doubts.append(
                Doubt(Severity.REFUSED, "not-understood", 0, "neither mail, text, recipe, patch nor index", one.where)
            )
        else:
            digest = hashlib.sha256(one.content).hexdigest()
            desk.files[digest] = desk.names[one.name] = one.content
            desk.loose[digest] = one.where
    for kind, document in texts.values():
        if kind is Kind.MAIL:
            _take_attachments(document, desk)
    desk.indexes.sort(key=lambda one: one[0])
    return [texts[where] for where in sorted(texts)]


def _take_index(document: Document, desk: _Desk) -> None:
    try:
        reading = index.read(document.content, desk.dialect)
    except Refused as refusal:
        desk.doubts.append(replace(refusal.doubt, where=document.where))
        return
    desk.indexes.append((document.where, reading))
    desk.doubts += (replace(doubt, where=document.where) for doubt in reading.doubts)
    desk.understood.append(Understood(document.where, f"an index of {len(reading.entries)} numbers"))


def _take_attachments(document: Document, desk: _Desk) -> None:
    """Keep what came with any mail: another revision may list the same file and have come without it."""
    try:
        attached = mail.read(document.content).attachments
    except Refused:
        return  # Read again with its text, where the refusal is reported.
    for attachment in attached:
        desk.files.setdefault(hashlib.sha256(attachment.content).hexdigest(), attachment.content)


def _take_text(kind: Kind, document: Document, desk: _Desk) -> None:
    try:
        if kind is Kind.MAIL:
            letter = mail.read(document.content)
            beside = _wanted(letter.text, desk)
            found = announcement.read_mail(document.content, desk.dialect, desk.verifier, beside=beside)
        else:
            beside = _wanted(document.content, desk)
            found = announcement.read_text(document.content, beside, desk.dialect, desk.verifier)
    except Refused as refusal:
        if kind is Kind.MAIL and refusal.doubt.kind in NOT_OURS:
            desk.passed_over += 1
        else:
            desk.doubts.append(_within(refusal.doubt, document.where))
        return
    record = found.record
    desk.read.append((document.where, found))
    desk.doubts += (_within(doubt, document.where) for doubt in found.doubts)
    signed = (
        f"signed by {found.verdict.fingerprint}" if isinstance(found.verdict, Verified) else "signature not verified"
    )
    message = f"{record.name} version {record.version}, {len(record.patches)} patches, {signed}"
    desk.understood.append(Understood(document.where, message))


def _wanted(text: bytes, desk: _Desk) -> dict[str, bytes]:
    """The files that a text lists, by their digests from wherever they lie; one of the name where no digest fits."""
    reading = xsa_text.read(read_signed(text).text if BEGIN in text else text, desk.dialect)
    listed = {patch.name: patch.sha256 for patch in reading.record.patches}
    if reading.meta_name:
        listed[reading.meta_name] = reading.meta_sha256
    found = {name: desk.files.get(digest, desk.names.get(name)) for name, digest in listed.items()}
    return {name: content for name, content in found.items() if content is not None}


def _within(doubt: Doubt, where: str) -> Doubt:
    return replace(doubt, where=f"{where} {doubt.where}".strip() if doubt.where != where else where)


def _in_order(desk: _Desk) -> list[Advisory]:
    """Revisions by number and version; of several documents that hold one, the best."""
    held: dict[tuple[int, int], list[tuple[str, Announcement]]] = {}
    for where, found in desk.read:
        held.setdefault((found.record.number, found.record.version), []).append((where, found))
    revisions: dict[int, list[Found]] = {}
    for number, version in sorted(held):
        revisions.setdefault(number, []).append(_best(held[number, version], desk))
    return [Advisory(number, tuple(found), None) for number, found in revisions.items()]


def _best(held: list[tuple[str, Announcement]], desk: _Desk) -> Found:
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


def _against_indexes(advisories: list[Advisory], desk: _Desk) -> tuple[Entry, ...]:
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


def _look_over(advisories: list[Advisory], desk: _Desk) -> None:
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
    desk.doubts += reconcile.missing_prerequisites(records)
