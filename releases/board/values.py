"""What the board is made of: values that a template shows and cannot ask more of."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

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
    """Cells of series that the viewer knows, all baselines, except those whose verdict nobody waits for."""
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
