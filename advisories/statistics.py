"""PURE: what a project's publications add up to: how many, how many at once, how long it took, and how often again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from statistics import median
from typing import Any

_FEW_YEARS = 3
"""As long as there are no more of them, quarters are told apart."""
_APPLYING = ("applies", "needs prerequisites")


def fixes_tried(content: Mapping[str, Any]) -> tuple[int, int]:
    """On how many point releases the series of a frozen content apply, and on how many of them behind other commits."""
    kinds = [one["kind"] for one in content.get("verdicts", ()) if one["baseline"] == "release"]
    return sum(kind in _APPLYING for kind in kinds), kinds.count("needs prerequisites")


@dataclass(frozen=True, slots=True)
class Measured:
    """One publication; instants are aware."""

    number: int
    at: datetime
    is_first: bool
    reason: str
    """Why it was issued again, in words; of a first one it doesn't count."""
    reported_at: datetime | None
    fixed_at: datetime | None
    tried: int
    needing: int

    @property
    def day(self) -> date:
        """The day (UTC) on which it came out."""
        return self.at.astimezone(UTC).date()


@dataclass(frozen=True, slots=True)
class Period:
    """A year or a quarter."""

    label: str
    advisories: int = 0
    releases: int = 0
    """Days (UTC) on which some of them came out: texts of one release are mailed one after the other."""
    largest: int = 0
    """The most on one day."""
    reissues: int = 0
    days_to_fix: float | None = None
    """The median from report to first fix; None where none is known."""
    days_to_release: float | None = None
    timed: int = 0
    """How many advisories have a report whose day is known."""
    tried: int = 0
    needing: int = 0

    @property
    def needing_percent(self) -> int | None:
        """The share of fixes on point releases that needed others first."""
        return round(100 * self.needing / self.tried) if self.tried else None


@dataclass(frozen=True, slots=True)
class Statistics:
    """Everything, the oldest first."""

    periods: tuple[Period, ...]
    batches: tuple[tuple[date, int], ...]
    """Each day (UTC) on which advisories came out, with how many."""
    reasons: tuple[tuple[str, int], ...]
    """Of re-issues, the most frequent first."""

    @property
    def whole(self) -> Period:
        """All of it as one period; the medians are those of the periods' sum and left out."""
        return Period(
            "all",
            advisories=sum(one.advisories for one in self.periods),
            releases=len(self.batches),
            largest=max((size for _, size in self.batches), default=0),
            reissues=sum(one.reissues for one in self.periods),
            tried=sum(one.tried for one in self.periods),
            needing=sum(one.needing for one in self.periods),
        )


def add_up(rows: Sequence[Measured]) -> Statistics:
    """Sum up publications, whatever their order."""
    firsts = [row for row in rows if row.is_first]
    again = [row for row in rows if not row.is_first]
    sizes = Counter(row.day for row in firsts)
    years = {row.at.astimezone(UTC).year for row in rows}
    quarterly = bool(years) and max(years) - min(years) < _FEW_YEARS
    parts: dict[str, list[Measured]] = {label: [] for label in _labels(rows, quarterly=quarterly)}
    for row in rows:
        parts[_label(row.at, quarterly=quarterly)].append(row)
    return Statistics(
        periods=tuple(_period(label, several) for label, several in parts.items()),
        batches=tuple(sorted(sizes.items())),
        reasons=tuple(Counter(row.reason for row in again).most_common()),
    )


def _period(label: str, rows: Iterable[Measured]) -> Period:
    firsts = [row for row in rows if row.is_first]
    sizes = Counter(row.day for row in firsts)
    timed = [row for row in firsts if row.reported_at is not None and row.reported_at <= row.at]
    return Period(
        label,
        advisories=len(firsts),
        releases=len(sizes),
        largest=max(sizes.values(), default=0),
        reissues=sum(not row.is_first for row in rows),
        days_to_fix=_median((row.reported_at, row.fixed_at) for row in timed if _is_within(row)),
        days_to_release=_median((row.reported_at, row.at) for row in timed),
        timed=len(timed),
        tried=sum(row.tried for row in firsts),
        needing=sum(row.needing for row in firsts),
    )


def _is_within(row: Measured) -> bool:
    """Whether the fix came between report and release: what was uploaded later was known before."""
    return row.fixed_at is not None and row.reported_at is not None and row.reported_at <= row.fixed_at <= row.at


def _median(spans: Iterable[tuple[datetime | None, datetime | None]]) -> float | None:
    days = [(end - begin).total_seconds() / 86_400 for begin, end in spans if begin and end]
    return round(median(days), 1) if days else None


def _labels(rows: Sequence[Measured], *, quarterly: bool) -> list[str]:
    """Every period from the first to the last, those without anything too."""
    if not rows:
        return []
    places: dict[str, None] = defaultdict(None)
    begin, end = min(row.at for row in rows).astimezone(UTC), max(row.at for row in rows).astimezone(UTC)
    for year in range(begin.year, end.year + 1):
        for quarter in range(4):
            at = datetime(year, 3 * quarter + 1, 1, tzinfo=UTC)
            if (begin.year, (begin.month - 1) // 3) <= (year, quarter) <= (end.year, (end.month - 1) // 3):
                places[_label(at, quarterly=quarterly)] = None
    return list(places)


def _label(at: datetime, *, quarterly: bool) -> str:
    at = at.astimezone(UTC)
    return f"{at.year} Q{(at.month - 1) // 3 + 1}" if quarterly else str(at.year)
