"""Holds a recipe file against the text. People signed the text and read it; the recipe was often written in haste.

Where the two differ the text counts, and the difference is reported: both have been wrong in the field, but a recipe
that names the wrong patch may even apply, and then nothing else would show it.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from advisories.formats.doubts import Doubt, Doubts, Severity
from advisories.formats.meta import MetaReading
from advisories.formats.record import BranchRecipe, Recipes, Record, TreeRecipe


def with_recipes(record: Record, meta: MetaReading, *, where: str) -> tuple[Record, tuple[Doubt, ...]]:
    """`record` with the recipes of `meta`, corrected by the record's table, and what was found wrong with them.

    A recipe for a branch that is not supported is left out; a recipe that names other patches than the table gets the
    table's; one for a branch that the table leaves out stays, with a doubt.
    """
    doubts = Doubts(where)
    if meta.number != record.number:
        doubts.refuse("meta-of-another", 0, f"the recipes are those of {record.prefix}-{meta.number}")
        return record, tuple(doubts)
    branches = tuple(
        BranchRecipe(
            recipe.branch, tuple(_corrected(record, recipe.branch, tree, meta, doubts) for tree in recipe.trees)
        )
        for recipe in meta.recipes.branches
        if recipe.branch in meta.recipes.supported and recipe.trees
    )
    trees = tuple(dict.fromkeys((*meta.recipes.trees, *(tree.tree for recipe in branches for tree in recipe.trees))))
    recipes = Recipes(meta.recipes.supported, trees, branches)
    for branch in recipes.supported:
        for tree in recipes.trees:
            if recipes.find(branch, tree) is None and record.files_for(branch, tree):
                doubts.doubt(
                    "branch-without-recipe", 0, f"the text has patches for {branch} of {tree}, and there is no recipe"
                )
    return replace(record, recipes=recipes), tuple(doubts)


def _corrected(record: Record, branch: str, tree: TreeRecipe, meta: MetaReading, doubts: Doubts) -> TreeRecipe:
    line = meta.lines.get((branch, tree.tree), 0)
    prereqs = tuple(number for number in tree.prereqs if number != record.number)
    wanted = record.files_for(branch, tree.tree)
    named = tuple(dict.fromkeys(name for pattern in tree.patches for name in record.files_matching(pattern)))
    missing = [pattern for pattern in tree.patches if not record.files_matching(pattern)]
    for pattern in missing:
        doubts.doubt(
            "recipe-names-no-file", line, f"the recipe for {branch} names {pattern}, and there is no such patch"
        )
    kept = replace(tree, prereqs=prereqs, patches=tuple(pattern for pattern in tree.patches if pattern not in missing))
    if not any(row.tree == tree.tree and row.stretches for row in record.table):
        return kept
    if not wanted:
        if named:
            doubts.doubt(
                "recipe-beyond-text",
                line,
                f"a recipe for {branch}, for which the text has no patch: {', '.join(named)}",
            )
        else:
            message = f"the recipe for {branch} has no patches, and the text has none for it: nothing to apply"
            doubts.note("recipe-nothing-to-apply", line, message)
        return kept
    if named == wanted:
        return kept
    if named:
        kind, said = "recipe-names-another", f"names {', '.join(named)}"
    else:
        kind, said = "recipe-without-patches", "names no patch"
    doubts.doubt(kind, line, f"the recipe for {branch} {said}, the text {', '.join(wanted)}; the text counts")
    rows = (row for row in record.table if row.tree == tree.tree and row.covers(branch))
    return replace(kept, patches=tuple(dict.fromkeys(row.files for row in rows if record.files_matching(row.files))))


def missing_prerequisites(
    records: Iterable[Record],
    place_of: Callable[[Record, str, str], tuple[str, int]] = lambda record, branch, tree: (record.name, 0),
) -> tuple[Doubt, ...]:
    """Prerequisites that have no recipe for the branch that wants them: there is nothing to apply for them.

    Only advisories that are among `records` with recipes can be judged; of several revisions the newest counts.
    `place_of` says in which file, and on which line of it, the recipe for a branch and a tree stands.
    """
    newest: dict[int, Record] = {}
    for record in sorted(records, key=lambda record: (record.number, record.version)):
        newest[record.number] = record
    found: list[Doubt] = []
    for record in newest.values():
        for recipe in record.recipes.branches if record.recipes else ():
            for tree in recipe.trees:
                for number in tree.prereqs:
                    other = newest.get(number)
                    if other and other.recipes and other.recipes.find(recipe.branch, tree.tree) is None:
                        message = f"{recipe.branch} wants {other.name} first, which has no recipe for it: nothing to do"
                        where, line = place_of(record, recipe.branch, tree.tree)
                        found.append(Doubt(Severity.NOTE, "prereq-without-recipe", line, message, where))
    return tuple(found)
