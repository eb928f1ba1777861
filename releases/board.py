"""The branch board as values: what one viewer sees of every outstanding fix on every followed branch.

`read` asks the database (a fixed number of questions, however large the board) and shapes the answers; nothing is
fetched later, so a template cannot ask for more than the viewer may know.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone

from accounts.access import Viewer, is_on_the_team
from releases.board_rows import BranchSeen, CellSeen, Facts, FlagSeen, SeriesSeen, read_facts
from releases.models import Baseline
from releases.models.check import Kind

WAITING, RUNNING, NOT_MEANT, FLAG = "waiting", "running", "not meant", "flag"

WORST_FIRST = (
    *(Kind.CONFLICTS, Kind.ERROR, Kind.INVALID, Kind.NEEDS_PREREQUISITES),
    *(RUNNING, WAITING, Kind.APPLIES, Kind.MERGED),
)
"""Where two series of one advisory meet on a branch, the cell shows the one that needs somebody."""


STATS = (
    (FLAG, "flag", "flags", False),
    (Kind.CONFLICTS, "conflict", "conflicts", False),
    (Kind.NEEDS_PREREQUISITES, "needs prerequisites", "need prerequisites", False),
    (Kind.ERROR, "error", "errors", True),
    (Kind.INVALID, "invalid", "invalid", True),
    (RUNNING, "running", "running", True),
    (WAITING, "waiting", "waiting", True),
    (Kind.APPLIES, "applies", "apply", False),
    (Kind.MERGED, "merged", "merged", False),
)
"""The counts on top of the board: kind, its words for one and for many, and whether it is left out at none."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader wants to see of the board; empty means everything."""

    tree: str = ""
    branch: str = ""
    """Tree and branch as in `sluice/1.8`."""
    verdict: str = ""
    only_flagged: bool = False

    @property
    def is_everything(self) -> bool:
        """Whether nothing is filtered."""
        return self == Asked()


@dataclass(frozen=True, slots=True)
class Column:
    """A followed branch."""

    pk: int
    key: str
    name: str
    url: str
    release: str
    released_at: datetime | None
    trouble: str
    support_ended: bool


@dataclass(frozen=True, slots=True)
class Tile:
    """One advisory on one branch: the last point release's verdict, and the tips behind it."""

    branch: str
    kind: str = NOT_MEANT
    count: int = 0
    """How many prerequisites; 0 where there are none, or where the list isn't this viewer's."""
    stable: str = ""
    staging: str = ""
    leans_on_embargoed: bool = False
    is_due: bool = False
    """Being looked at again; what is shown is the verdict before."""
    url: str = ""
    dom_id: str = ""


@dataclass(frozen=True, slots=True)
class RowFlag:
    """The open flags of a row, told as one: the oldest, and whose they are."""

    opened_at: datetime
    owner: str
    """Empty where nobody took it."""
    others: int
    is_told: bool
    """Whether this viewer may know who owns it."""


@dataclass(frozen=True, slots=True)
class Row:
    """One advisory on one tree."""

    number: int
    label: str
    title: str
    """Empty where the viewer may know only that it exists."""
    url: str
    state: str
    is_embargoed: bool
    public_at: datetime | None
    flag: RowFlag | None
    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together, the urgent ones first."""

    key: str
    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """The board of one tree."""

    slug: str
    url: str
    fetched_at: datetime | None
    is_failing: bool
    columns: tuple[Column, ...]
    groups: tuple[Group, ...]

    @property
    def width(self) -> int:
        """Columns and the one that names the advisory."""
        return len(self.columns) + 1


@dataclass(frozen=True, slots=True)
class Stat:
    """One of the counts on top."""

    kind: str
    value: int
    label: str
    is_asked: bool

    @property
    def verdict(self) -> str | None:
        """What a click on it filters by; clicking again shows everything."""
        return None if self.is_asked or self.kind == FLAG else self.kind

    @property
    def flagged(self) -> str | None:
        """As above, for the flags."""
        return "on" if self.kind == FLAG and not self.is_asked else None


@dataclass(frozen=True, slots=True)
class Bar:
    """A kind's share of all cells, as a stretch of a bar."""

    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Board:
    """Everything on the page."""

    grids: tuple[Grid, ...]
    counts: tuple[tuple[str, int], ...]
    """How many cells show each kind, of the tree and branch asked for; and `flag`, the open flags."""
    total: int
    """Cells of series that the viewer knows, all baselines."""
    settled: int
    """Those of them whose verdict is up to date."""
    has_trees: bool
    has_branches: bool
    has_series: bool
    branches: tuple[tuple[str, str], ...]
    """Key and label of every branch to choose from."""
    asked: Asked = field(default_factory=Asked)

    @property
    def is_live(self) -> bool:
        """Whether more verdicts are on their way."""
        return self.settled < self.total

    @property
    def stats(self) -> tuple[Stat, ...]:
        """The counts in the order of urgency; rare ones only where there are any."""
        values = dict(self.counts)
        return tuple(
            Stat(kind, value, one if value == 1 else many, self._is_asked(kind))
            for kind, one, many, is_rare in STATS
            if (value := values.get(kind, 0)) or not is_rare
        )

    @property
    def cells(self) -> int:
        """Cells that are counted."""
        return sum(value for kind, value in self.counts if kind != FLAG)

    @property
    def spread(self) -> tuple[Bar, ...]:
        """The shares of the kinds, side by side."""
        bars, start, values = [], 0, dict(self.counts)
        for kind in WORST_FIRST:
            if length := values.get(kind, 0):
                bars.append(Bar(kind, start, length))
                start += length
        return tuple(bars)

    @property
    def grid_key(self) -> str:
        """Which tables the page holds: a page that lacks one is loaded anew."""
        return ",".join(grid.slug for grid in self.grids if grid.groups)

    def _is_asked(self, kind: str) -> bool:
        return self.asked.only_flagged if kind == FLAG else self.asked.verdict == kind

    @property
    def has_rows(self) -> bool:
        """Whether anything is left after filtering."""
        return any(grid.groups for grid in self.grids)

    @property
    def digest(self) -> str:
        """Changes whenever anything on the page does."""
        return hashlib.sha256(repr(self).encode()).hexdigest()[:32]


def read(viewer: Viewer, asked: Asked | None = None) -> Board:
    """The board as `viewer` may see it, filtered as `asked`."""
    return _Shaper(read_facts(viewer), asked or Asked(), tells_activity=is_on_the_team(viewer)).board()


class _Shaper:
    """Turns facts into the board. `tells_activity`: whether the viewer may know what the workers are busy with."""

    def __init__(self, facts: Facts, asked: Asked, *, tells_activity: bool) -> None:
        self.facts = facts
        self.asked = asked
        self.tells_activity = tells_activity
        self.today = timezone.now().date()
        self.counts: Counter[str] = Counter()

    def board(self) -> Board:
        """Shape everything."""
        wanted = [seen for seen in self.facts.branches if self._is_asked_for(seen.tree, seen.key)]
        grids = []
        for slug in dict.fromkeys(seen.tree for seen in wanted):
            columns = [seen for seen in wanted if seen.tree == slug]
            grids.append(self._grid(slug, [self._column(seen) for seen in columns]))
        settled = sum(1 for cell in self.facts.cells.values() if self._is_settled(cell))
        return Board(
            grids=tuple(grids),
            counts=tuple(sorted(self.counts.items())),
            total=len(self.facts.cells) + self.facts.uncelled,
            settled=settled,
            has_trees=self.facts.has_trees,
            has_branches=bool(self.facts.branches),
            has_series=bool(self.facts.series),
            branches=tuple((seen.key, f"{seen.tree} {seen.name}") for seen in self.facts.branches),
            asked=self.asked,
        )

    def _column(self, seen: BranchSeen) -> Column:
        until = seen.security_supported_until
        return Column(
            pk=seen.pk,
            key=seen.key,
            name=seen.name,
            url=seen.url,
            release=seen.release,
            released_at=seen.released_at,
            trouble=seen.trouble,
            support_ended=until is not None and until < self.today,
        )

    def _is_asked_for(self, tree: str, key: str) -> bool:
        return self.asked.tree in ("", tree) and self.asked.branch in ("", key)

    def _is_settled(self, cell: CellSeen) -> bool:
        """Readers aren't told that something is looked at again: that would tell when embargoed fixes arrive."""
        if cell.kind and not self.tells_activity:
            return True
        return bool(cell.kind) and not cell.is_due

    def _grid(self, slug: str, columns: list[Column]) -> Grid:
        tree = self.facts.trees[slug]
        groups: dict[str, list[Row]] = {"flagged": [], "outstanding": [], "merged": []}
        for number, several in self._by_advisory(tree.pk):
            row = self._row(number, several, columns)
            if row is None:
                continue
            kinds = {tile.kind for tile in row.tiles} - {NOT_MEANT}
            key = "flagged" if row.flag else "merged" if kinds == {Kind.MERGED} else "outstanding"
            groups[key].append(row)
        titles = {"flagged": "Flagged", "outstanding": "Outstanding", "merged": "Merged in every last release"}
        return Grid(
            slug=slug,
            url=tree.url,
            fetched_at=tree.fetched_at,
            is_failing=tree.is_failing,
            columns=tuple(columns),
            groups=tuple(Group(key, titles[key], tuple(rows)) for key, rows in groups.items() if rows),
        )

    def _by_advisory(self, tree: int) -> Iterable[tuple[int, list[SeriesSeen]]]:
        found: dict[int, list[SeriesSeen]] = {}
        for series in self.facts.series:
            if series.tree == tree:
                found.setdefault(series.advisory, []).append(series)
        return found.items()

    def _row(self, advisory: int, several: Sequence[SeriesSeen], columns: Sequence[Column]) -> Row | None:
        """The row of one advisory, or None where the filters leave it out. Counts it before the verdict filter."""
        tiles = tuple(self._tile(several, column) for column in columns)
        if all(tile.kind == NOT_MEANT for tile in tiles):
            return None
        shown = {column.pk for column in columns}
        flags = [flag for series in several for flag in self.facts.flags.get(series.pk, []) if flag.branch in shown]
        self.counts.update(tile.kind for tile in tiles if tile.kind != NOT_MEANT)
        self.counts[FLAG] += len(flags)
        if self.asked.only_flagged and not flags:
            return None
        if self.asked.verdict and self.asked.verdict not in {tile.kind for tile in tiles}:
            return None
        seen = self.facts.advisories[advisory]
        return Row(
            number=seen.number,
            label=seen.label,
            title=seen.title,
            url=seen.url,
            state=seen.state,
            is_embargoed=seen.is_embargoed,
            public_at=seen.public_at,
            flag=self._told(flags) if flags else None,
            tiles=tiles,
        )

    def _told(self, flags: Sequence[FlagSeen]) -> RowFlag:
        oldest = min(flags, key=lambda flag: flag.opened_at)
        owners = list(dict.fromkeys(flag.owner for flag in flags if flag.owner))
        return RowFlag(
            opened_at=oldest.opened_at,
            owner=owners[0] if owners and self.tells_activity else "",
            others=len(owners) - 1 if owners and self.tells_activity else 0,
            is_told=self.tells_activity,
        )

    def _tile(self, several: Sequence[SeriesSeen], column: Column) -> Tile:
        meant = [series for series in several if column.pk in series.branches]
        if not meant:
            return Tile(branch=column.name)
        tiles = [self._tile_of(series, column) for series in meant]
        return min(tiles, key=lambda tile: WORST_FIRST.index(tile.kind))

    def _tile_of(self, series: SeriesSeen, column: Column) -> Tile:
        cells = {baseline: self.facts.cells.get((series.pk, column.pk, baseline)) for baseline in Baseline.values}
        # A branch without a point release is tried on its tips alone.
        first = Baseline.RELEASE if column.release else Baseline.STABLE
        release = cells[first]
        seen = self.facts.checks.get(release.check) if release and release.kind else None
        readable = self.facts.advisories[series.advisory].is_readable
        return Tile(
            branch=column.name,
            kind=self._kind(release, column),
            count=seen.prerequisites if seen else 0,
            stable=self._kind(cells[Baseline.STABLE], column) if first == Baseline.RELEASE else "",
            staging=self._kind(cells[Baseline.STAGING], column) if column.pk in self.facts.staged else "",
            leans_on_embargoed=seen.leans_on_embargoed if seen else False,
            is_due=bool(release and release.kind and not self._is_settled(release)),
            url=release.url if release and release.kind and readable else "",
            dom_id=f"cell-{series.pk}-{column.pk}",
        )

    def _kind(self, cell: CellSeen | None, column: Column) -> str:
        if cell is not None and cell.kind:
            return cell.kind
        return RUNNING if self.tells_activity and column.pk in self.facts.running else WAITING
