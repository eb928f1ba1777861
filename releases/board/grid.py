"""Where series stand on the branches they are meant for: the small grid on their own page and the advisory's."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch

from accounts.access import Viewer
from releases.models import Baseline, Branch, Cell, Series, SeriesRevision


@dataclass(frozen=True, slots=True)
class Standing:
    """One baseline."""

    kind: str
    """Empty where the branch has no such baseline."""
    base_name: str = ""
    url: str = ""
    is_earlier: bool = False
    """The verdict is of an earlier revision: the current one waits."""


@dataclass(frozen=True, slots=True)
class Line:
    """One branch with its three baselines."""

    branch: Branch
    standings: tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class SeriesGrid:
    """One series."""

    series: Series
    current: SeriesRevision | None
    patch_count: int
    lines: tuple[Line, ...]

    @property
    def branch_names(self) -> str:
        """The branches it is meant for, newest first."""
        return ", ".join(line.branch.name for line in self.lines)


def grids_of(series: Sequence[Series], viewer: Viewer) -> tuple[SeriesGrid, ...]:
    """The grid of each of `series`, which `viewer` may see; three queries however many there are."""
    cells = Cell.objects.known_to(viewer).filter(series__in=series)
    rows = cells.select_related("check_made__verdict", "check_made__revision")
    found: dict[tuple[int, int], dict[str, Cell]] = {}
    for cell in rows:
        found.setdefault((cell.series_id, cell.branch_id), {})[cell.baseline] = cell
    return tuple(
        SeriesGrid(
            series=one,
            current=one.current,
            patch_count=one.current.patches.count() if one.current else 0,
            lines=tuple(_line(branch, found.get((one.pk, branch.pk), {}), one) for branch in one.branches.all()),
        )
        for one in series
    )


def series_of(advisory_pk: int, viewer: Viewer) -> list[Series]:
    """The series of one advisory that `viewer` may read, with what their grids need."""
    branches = Branch.objects.select_related("tree").order_by("tree__slug", "-position")
    found = Series.objects.visible_to(viewer).filter(advisory=advisory_pk, current__isnull=False)
    return list(found.select_related("tree", "current", "advisory").prefetch_related(Prefetch("branches", branches)))


def _line(branch: Branch, cells: dict[str, Cell], series: Series) -> Line:
    return Line(branch, tuple(_standing(cells.get(baseline), bool(cells), series) for baseline in Baseline.values))


def _standing(cell: Cell | None, is_tried: bool, series: Series) -> Standing:
    if cell is None:
        return Standing("" if is_tried else "waiting")
    if cell.check_made is None:
        return Standing("waiting")
    check = cell.check_made
    if check.revision_id != series.current_id:
        return Standing("waiting", is_earlier=True)
    return Standing(check.verdict.kind, check.base_name, check.get_absolute_url())
