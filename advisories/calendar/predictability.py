"""PURE: how predictable releases have been: dates told against dates kept, moves, batch sizes, advisories per month."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from statistics import median


@dataclass(frozen=True, slots=True)
class PastRelease:
    """One released batch, or an advisory that stood alone."""

    first_planned_at: datetime
    """The date first told to anybody outside the team."""
    released_at: datetime
    advisories: int
    moves: int = 0
    reissues: int = 0


@dataclass(frozen=True, slots=True)
class Predictability:
    """Figures over a stretch of time; None where there was nothing to measure."""

    releases: int
    advisories: int
    kept: int
    """Releases on the day first told."""
    moves: int
    moved: int
    """Releases that were moved at least once."""
    reissues: int
    median_slip: timedelta | None
    """Of the distance between planned and actual, earlier or later."""
    largest_slip: timedelta | None
    median_size: float | None
    largest_size: int | None
    median_gap: timedelta | None
    """Between one release and the next."""
    sizes: tuple[tuple[int, int], ...]
    """How many releases had how many advisories, smallest first."""
    per_month: tuple[tuple[str, int], ...]
    """Advisories per month (UTC) as `2026-07`, in order, months without any included."""

    @property
    def kept_share(self) -> float | None:
        """The share of releases that kept the day first told."""
        return self.kept / self.releases if self.releases else None


def measure(past: Iterable[PastRelease]) -> Predictability:
    """Measure planned against actual dates, moves, batch sizes and advisories per month."""
    releases = sorted(past, key=lambda release: release.released_at)
    slips = [abs(release.released_at - release.first_planned_at) for release in releases]
    sizes = [release.advisories for release in releases]
    gaps = [after.released_at - before.released_at for before, after in pairwise(releases)]
    return Predictability(
        releases=len(releases),
        advisories=sum(sizes),
        kept=sum(_day(release.released_at) == _day(release.first_planned_at) for release in releases),
        moves=sum(release.moves for release in releases),
        moved=sum(release.moves > 0 for release in releases),
        reissues=sum(release.reissues for release in releases),
        median_slip=_median(slips),
        largest_slip=max(slips, default=None),
        median_size=float(median(sizes)) if sizes else None,
        largest_size=max(sizes, default=None),
        median_gap=_median(gaps),
        sizes=tuple(sorted(Counter(sizes).items())),
        per_month=_per_month(releases),
    )


def _median(lengths: Sequence[timedelta]) -> timedelta | None:
    if not lengths:
        return None
    return timedelta(seconds=median(length.total_seconds() for length in lengths))


def _day(at: datetime) -> tuple[int, int, int]:
    utc = at.astimezone(UTC)
    return utc.year, utc.month, utc.day


def _per_month(releases: Sequence[PastRelease]) -> tuple[tuple[str, int], ...]:
    if not releases:
        return ()
    counted: Counter[int] = Counter()
    for release in releases:
        utc = release.released_at.astimezone(UTC)
        counted[utc.year * 12 + utc.month - 1] += release.advisories
    months = range(min(counted), max(counted) + 1)
    return tuple((f"{month // 12:04d}-{month % 12 + 1:02d}", counted[month]) for month in months)
