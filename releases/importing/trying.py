"""Following every recipe of an import on the trees that are here, kept as rows."""

from collections.abc import Callable, Iterable, Iterator

from advisories.formats.record import Record
from advisories.models import ImportRun
from advisories.versions import MAIN_NAMES
from releases.engine.trouble import GitTrouble
from releases.importing.trials import Trials, Tried
from releases.mirroring.mirrors import mirror_of
from releases.models import Tree
from releases.models.trial import Trial

Progress = Callable[[int, int], None]


def follow(records: Iterable[Record], progress: Progress = lambda done, total: None) -> Iterator[tuple[Tree, Tried]]:
    """Try what the records' recipes say on each tree that has been fetched."""
    held = list(records)
    named = {tree for record in held if record.recipes for tree in record.recipes.trees}
    for tree in Tree.objects.filter(slug__in=named):
        mirror = mirror_of(tree)
        if not mirror.is_there:
            continue
        tips = dict(tree.branches.values_list("name", "stable_commit"))
        tips |= dict.fromkeys(MAIN_NAMES, mirror.commit(f"refs/heads/{tree.main_ref}") or "")
        with mirror.reading() as git, Trials(git, tree.slug, held, tips) as trials:
            recipes = trials.recipes()
            for done, (record, branch, recipe) in enumerate(recipes, start=1):
                try:
                    yield tree, trials.tried(record, branch, recipe)
                except GitTrouble:
                    mirror.suspect()
                    return
                progress(done, len(recipes))


def keep(run: ImportRun, found: Iterable[tuple[Tree, Tried]]) -> int:
    """Keep what was tried; how many that were."""
    rows = [
        Trial(
            run=run, tree=tree, number=one.number, version=one.version, branch=one.branch, stable_ref=one.stable_ref,
            alone=one.alone, after=one.after, stand_ins=list(one.stand_ins), absent=list(one.absent),
            told=one.told[:500],
        )
        for tree, one in found
    ]  # fmt: skip
    return len(Trial.objects.bulk_create(rows))
