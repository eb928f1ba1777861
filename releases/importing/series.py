"""Series of the patches that an archive brought, for the branches that a tree really has."""

import contextlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.db.models import QuerySet

from advisories.formats.record import Record
from advisories.importing import contents
from advisories.importing.undoing import CannotBeUndone
from advisories.models import Advisory, Event, ImportedNumber
from releases import targeting, uploading
from releases.checking import requesting
from releases.models import Branch, Series, Tree

NOTE = "As published before this portal was"


@dataclass
class SeriesMaker:
    """Makes series in the transaction that brings an advisory in, and collects why some could not be made."""

    told: list[str] = field(default_factory=list)
    trees: set[Tree] = field(default_factory=set)
    """Those that got a series."""

    def __call__(self, advisory: Advisory, record: Record) -> None:
        """One series for each line of the table, as far as its tree is here with any of its branches."""
        trees = {tree.slug: tree for tree in Tree.objects.filter(slug__in={row.tree for row in record.table})}
        kept = {series.pk for series in Series.objects.filter(advisory=advisory)}
        for tree, branches, files in _groups(record, trees):
            names = ", ".join(branch.name for branch in branches)
            self.trees.add(tree)
            try:
                kept.discard(self._one(advisory, record, tree, branches, files, kept))
            except uploading.REFUSALS as refusal:
                self.told.append(f"{advisory.label} on {tree.slug} {names}: no series was made, {refusal}")
        for left in Series.objects.filter(pk__in=kept):
            # A newer version gives these branches another patch; what was, stays to be read.
            left.branches.clear()
            _record_targets(left, [])

    def request_checks(self) -> None:
        """Ask for the checks of everything that was made, once. A sweep would do it too, some seconds later."""
        for tree in self.trees:
            requesting.request_where_inputs_moved(tree=tree)

    def _one(
        self, advisory: Advisory, record: Record, tree: Tree, branches: list[Branch], files: list[tuple[str, bytes]],
        kept: set[int],
    ) -> int:  # fmt: skip
        """Upload one, as the next revision of what stands for it among `kept`; its key."""
        first = list(
            Series.objects.filter(
                tree=tree, advisory__in=Advisory.objects.public(), advisory__number__in=_wanted_first(record, tree.slug)
            ).exclude(advisory=advisory)
        )
        digest = uploading.digest_of(files)
        series = _standing_for(Series.objects.filter(pk__in=kept, tree=tree), branches, digest)
        if series is None:
            made = uploading.upload_series(
                advisory, tree=tree, branches=branches, files=files, by=None, note=NOTE, depends_on=first,
                checks_now=False,
            )  # fmt: skip
            return made.series_id
        with contextlib.suppress(uploading.NothingNew):
            uploading.upload_revision(series, files=files, by=None, note=NOTE, checks_now=False)
        try:
            _target(series, branches, first)
        except targeting.NeedsItself as refusal:
            self.told.append(f"{advisory.label} on {tree.slug}: what comes first stays as it was, {refusal}")
        return series.pk


def _standing_for(kept: QuerySet[Series], branches: list[Branch], digest: str) -> Series | None:
    """The series that has these very patches for these branches, else one for them, else one that has the patches."""
    meant = {branch.pk for branch in branches}
    found: list[tuple[bool, bool, Series]] = []
    for series in kept.select_related("current").prefetch_related("branches").order_by("created_at"):
        is_for_them = {branch.pk for branch in series.branches.all()} == meant
        has_them = series.current is not None and series.current.digest == digest
        if is_for_them or has_them:
            found.append((is_for_them, has_them, series))
    return max(found, key=lambda one: one[:2])[2] if found else None


def _target(series: Series, branches: list[Branch], first: list[Series]) -> None:
    """Mean a series for what a newer version says. Raises `NeedsItself`: the branches are as said then."""
    if set(series.branches.all()) != set(branches):
        series.branches.set(branches)
        _record_targets(series, branches)
    if set(series.depends_on.all()) != set(first):
        targeting.check_comes_after(series, first)
        series.depends_on.set(first)
        _record_targets(series, branches)


def _record_targets(series: Series, branches: list[Branch]) -> None:
    detail = {"series": str(series.pk), "branches": sorted(branch.pk for branch in branches)}
    Event.objects.record(series.advisory, kind="series-targeted", by=None, detail=detail)


def take_back(advisory: Advisory) -> None:
    """Remove the series of an advisory whose import is undone, with everything that was found out about them.

    Raises `CannotBeUndone` where another's series comes after one of them, unless that goes with the same import.
    """
    from releases.models import Cell, Check, Flag, Patch, SeriesRevision, Upload

    series = Series.objects.filter(advisory=advisory)
    with_it = ImportedNumber.objects.filter(run__in=advisory.imports.values("run"), advisory__isnull=False)
    after = Series.objects.filter(depends_on__in=series).exclude(advisory__in=with_it.values("advisory"))
    if other := after.select_related("advisory").first():
        raise CannotBeUndone(f"a series of {other.advisory.label} comes after one of {advisory.label}")
    Flag.objects.filter(series__in=series).delete()
    Cell.objects.filter(series__in=series).delete()
    Check.objects.filter(revision__series__in=series).delete()
    series.update(current=None)
    for kind in (Patch, Upload):
        kind.objects.filter(revision__series__in=series).delete()
    SeriesRevision.objects.filter(series__in=series).delete()
    for one in series:
        one.branches.clear()
        one.depends_on.clear()
        one.needed_by.clear()
    series.delete()


def _groups(record: Record, trees: dict[str, Tree]) -> Iterator[tuple[Tree, list[Branch], list[tuple[str, bytes]]]]:
    """Tree, branches and files of each line of the table; nothing for a line of which no branch or not every file is
    here.
    """
    contents_by_name = {patch.name: patch.content for patch in record.patches}
    by_tree: dict[str, dict[str, Branch]] = defaultdict(dict)
    for branch in Branch.objects.filter(tree__in=trees.values()).select_related("tree"):
        by_tree[branch.tree.slug][branch.name] = branch
    for row in record.table:
        tree, known = trees.get(row.tree), by_tree[row.tree]
        files = [(name, contents_by_name[name]) for name in record.files_matching(row.files)]
        names = contents.branches_of([row], row.tree, {row.tree: list(known)})
        branches = [known[name] for name in names if name in known]
        whole = [(name, content) for name, content in files if content is not None]
        if tree is not None and branches and files and len(whole) == len(files):
            yield tree, branches, whole


def _wanted_first(record: Record, tree: str) -> set[int]:
    branches = record.recipes.branches if record.recipes else ()
    return {number for one in branches for recipe in one.trees if recipe.tree == tree for number in recipe.prereqs}
