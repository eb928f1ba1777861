"""Holding every patch of an import against the trees that are here, kept as rows."""

from collections.abc import Iterable, Iterator

from advisories.formats.dialect import MAIN
from advisories.formats.record import Record
from advisories.models import ImportRun
from releases.engine.trouble import GitTrouble
from releases.importing.matching import Line, Matched, Matching
from releases.mirroring.mirrors import mirror_of
from releases.models import PatchMatch, Tree


def compare(records: Iterable[Record]) -> Iterator[tuple[Tree, Matched]]:
    """What became of the records' patches on each tree that has been fetched."""
    held = list(records)
    for tree in Tree.objects.filter(slug__in={row.tree for record in held for row in record.table}):
        mirror = mirror_of(tree)
        if not mirror.is_there:
            continue
        branches = tree.branches.exclude(stable_commit="").exclude(fork_commit="")
        rows = branches.order_by("position").values_list("name", "stable_commit", "fork_commit")
        lines = [Line(name, tip, since) for name, tip, since in rows]
        main = mirror.commit(f"refs/heads/{tree.main_ref}")
        lines += [Line(MAIN, main)] if main else []
        try:
            with mirror.reading() as git, Matching(git, tree.slug, lines) as matching:
                matching.read(record.number for record in held)
                for record in held:
                    for one in matching.matched(record):
                        yield tree, one
        except GitTrouble:
            mirror.suspect()
            return


def keep(run: ImportRun, found: Iterable[tuple[Tree, Matched]]) -> int:
    """Keep what was found; how many patches that were."""
    rows = [
        PatchMatch(
            run=run, tree=tree, number=one.number, version=one.version, file_name=one.file_name[:200],
            same=list(one.same), other=list(one.other), absent=list(one.absent),
        )
        for tree, one in found
    ]  # fmt: skip
    return len(PatchMatch.objects.bulk_create(rows))
