"""The index of a project's advisories as JSON: a list with one object that holds all of them under `xsas`."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from advisories.formats.dialect import Dialect
from advisories.formats.doubts import Doubt, Doubts, NotWritable, Refused

MOST_BYTES = 16 * 1024 * 1024
_MOST = 100_000
_INSTANT = "%Y-%m-%d %H:%M"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the index. An unused number has no title, an announced one has neither title nor identifiers yet."""

    number: int
    title: str = ""
    identifiers: tuple[str, ...] = ()
    version: int | None = None
    public_at: datetime | None = None
    """To the minute, UTC; an announced advisory's is in the future."""
    is_date_odd: bool = False
    """It has a date that could not be read: whatever it is, it isn't unused."""


@dataclass(frozen=True, slots=True)
class IndexReading:
    """What an index lists."""

    entries: tuple[Entry, ...]
    """By number."""
    licence: str
    doubts: tuple[Doubt, ...]


def read(data: bytes, dialect: Dialect) -> IndexReading:
    """Read an index: the object alone or in a list, or the list of entries itself.

    Raises `Refused`; bad entries become doubts.
    """
    if len(data) > MOST_BYTES:
        raise Refused("too-large", f"the index has more than {MOST_BYTES:,} bytes", where="index")
    try:
        document = json.loads(data.decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise Refused("not-json", f"not JSON: {error.msg}", line=error.lineno, where="index") from error
    except (ValueError, RecursionError) as error:
        raise Refused("not-json", "not JSON that an index would hold", where="index") from error
    key = dialect.prefix.lower()
    licence = ""
    if isinstance(document, list) and document and isinstance(document[0], dict) and f"{key}s" in document[0]:
        document = document[0]
    if isinstance(document, dict):
        licence = document["licence"] if isinstance(document.get("licence"), str) else ""
        document = document.get(f"{key}s")
    if not isinstance(document, list) or len(document) > _MOST:
        raise Refused("not-an-index", f"there is no list called {key}s", where="index")
    doubts = Doubts("index")
    entries: dict[int, Entry] = {}
    for at, item in enumerate(document, 1):
        entry = _entry(item, key, at, doubts)
        if entry is None:
            continue
        if entry.number in entries:
            doubts.doubt(
                "entry-twice", 0, f"entry {at}: {dialect.prefix}-{entry.number} is listed twice; the first one counts"
            )
        entries.setdefault(entry.number, entry)
    return IndexReading(tuple(entries[number] for number in sorted(entries)), licence, tuple(doubts))


def _entry(item: object, key: str, at: int, doubts: Doubts) -> Entry | None:
    if not isinstance(item, dict):
        doubts.refuse("entry-shape", 0, f"entry {at} is not an object")
        return None
    said = item.get(key)
    number = re.fullmatch(r"[0-9]{1,6}", said if isinstance(said, str) else str(said) if isinstance(said, int) else "")
    if number is None or int(number[0]) == 0:
        doubts.refuse("entry-shape", 0, f"entry {at} has no number")
        return None
    identifiers = item.get("cve") or []
    if isinstance(identifiers, str):
        identifiers = re.split(r"[\s,]+", identifiers)
    if not isinstance(identifiers, list) or not all(isinstance(value, str) for value in identifiers):
        doubts.refuse("entry-shape", 0, f"entry {at} has identifiers that are no list of strings")
        identifiers = []
    title = item.get("title")
    version = item.get("version")
    public_at, is_date_odd = _instant(item.get("public_time"), at, doubts)
    return Entry(
        number=int(number[0]),
        title=" ".join(title.split()) if isinstance(title, str) else "",
        identifiers=tuple(dict.fromkeys(value for value in identifiers if value)),
        version=version if isinstance(version, int) and not isinstance(version, bool) and version > 0 else None,
        public_at=public_at,
        is_date_odd=is_date_odd,
    )


def _instant(value: object, at: int, doubts: Doubts) -> tuple[datetime | None, bool]:
    """The instant, and whether there is something in its place that is none."""
    if value is None or value == "":
        return None, False
    try:
        found = datetime.fromisoformat(str(value).removesuffix(" UTC"))
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC), False
    except (ValueError, OverflowError):
        doubts.doubt("entry-date", 0, f"entry {at} has a date that is none: {str(value)[:40]!r}")
        return None, True


def write(entries: Iterable[Entry], dialect: Dialect, *, licence: str) -> bytes:
    """The index, by number. Raises `NotWritable` on a number that comes twice and on an instant without a time zone."""
    key = dialect.prefix.lower()
    listed: list[dict[str, object]] = []
    for entry in sorted(entries, key=lambda entry: entry.number):
        if listed and listed[-1][key] == entry.number:
            raise NotWritable(f"{dialect.prefix}-{entry.number} twice in one index")
        listed.append(_written(entry, key))
    return (json.dumps([{"licence": licence, f"{key}s": listed}], indent=2, ensure_ascii=False) + "\n").encode()


def _written(entry: Entry, key: str) -> dict[str, object]:
    written: dict[str, object] = {key: entry.number, "title": entry.title, "cve": list(entry.identifiers)}
    if entry.version is not None:
        written["version"] = entry.version
    if entry.public_at is not None:
        if entry.public_at.tzinfo is None:
            raise NotWritable("an instant without a time zone")
        written["public_time"] = entry.public_at.astimezone(UTC).strftime(_INSTANT)
    return written
