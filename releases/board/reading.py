"""The branch board as values: what one viewer sees of every outstanding fix on every followed branch.

`read` asks the database (a fixed number of questions, however large the board) and shapes the answers; nothing is
fetched later, so a template cannot ask for more than the viewer may know.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.utils import timezone

from accounts.access import Viewer, is_on_the_team
from releases.board.rows import BranchSeen, CellSeen, Facts, FlagSeen, SeriesSeen, read_facts
from releases.board.values import (
    FLAG,
    NOT_MEANT,
    RUNNING,
    WAITING,
    WORST_FIRST,
    Asked,
    Board,
    Column,
    Grid,
    Group,
    Row,
    RowFlag,
    Tile,
)
from releases.models import Baseline
from releases.models.check import Kind

PATIENCE = timedelta(minutes=10)
"""How long after an upload its verdicts are awaited by those who aren't told what the workers are busy with."""

__all__ = ["Asked", "Board", "Grid", "Row", "Tile", "read"]


def read(viewer: Viewer, asked: Asked | None = None) -> Board:
    """The board as `viewer` may see it, filtered as `asked`."""
    return _Shaper(read_facts(viewer), asked or Asked(), tells_activity=is_on_the_team(viewer)).board()


class _Shaper:
    """Turns facts into the board. `tells_activity`: whether the viewer may know what the workers are busy with."""

    def __init__(self, facts: Facts, asked: Asked, *, tells_activity: bool) -> None:
        self.facts = facts
        self.asked = asked
        self.tells_activity = tells_activity
        now = timezone.now()
        self.today = now.date()
        # Of a verdict that leans on a fix a reader mustn't know of they see nothing, for ever; whether nothing is there
        # yet or something is hidden they mustn't be able to tell. So both are awaited, and both only for a while.
        self.awaited = {one.pk for one in facts.series if tells_activity or now - one.uploaded_at < PATIENCE}
        self.counts: Counter[str] = Counter()

    def board(self) -> Board:
        """Shape everything."""
        wanted = [seen for seen in self.facts.branches if self._is_asked_for(seen.tree, seen.key)]
        grids = []
        for slug in dict.fromkeys(seen.tree for seen in wanted):
            columns = [seen for seen in wanted if seen.tree == slug]
            grids.append(self._grid(slug, [self._column(seen) for seen in columns]))
        settled = sum(1 for cell in self.facts.cells.values() if self._is_settled(cell))
        coming = [key[0] for key, cell in self.facts.cells.items() if not self._is_settled(cell)]
        coming += [series for series, _ in self.facts.uncelled]
        return Board(
            grids=tuple(grids),
            counts=tuple(sorted(self.counts.items())),
            total=settled + sum(1 for series in coming if series in self.awaited),
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
