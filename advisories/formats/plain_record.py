"""What a text and its recipe say beyond a portal's own fields, as plain JSON values and back.

A portal keeps sections by their names, and one line for each patch. What an announcement said also has an order,
headings of its own, a table in its author's notation and a recipe: every document is written from those.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from advisories.formats.record import (
    BranchFix,
    BranchRecipe,
    Recipes,
    Record,
    Row,
    Section,
    Slot,
    Stretch,
    TreeRecipe,
)

Plain = Mapping[str, Any]


def beyond(record: Record) -> dict[str, Any]:
    """Sections with their slots, table, recipes, fixes and whether it withdraws."""
    return {
        "sections": [
            [one.heading, [part if isinstance(part, str) else {"list": part.value} for part in one.parts]]
            for one in record.sections
        ],
        "table": [
            {
                "files": row.files,
                "tree": row.tree,
                "stretches": [[one.newest, one.oldest] for one in row.stretches],
                "remark": row.remark,
            }
            for row in record.table
        ],
        "recipes": _recipes(record.recipes) if record.recipes else None,
        "fixes": [[one.tree, one.branch, one.ref] for one in record.fixes],
        "withdrawn": record.withdrawn,
    }


def sections_in(told: Plain) -> tuple[Section, ...]:
    """Sections in their order."""
    return tuple(
        Section(heading, tuple(part if isinstance(part, str) else Slot(part["list"]) for part in parts))
        for heading, parts in told["sections"]
    )


def table_in(told: Plain) -> tuple[Row, ...]:
    """The table of patches."""
    return tuple(
        Row(row["files"], row["tree"], tuple(Stretch(*ends) for ends in row["stretches"]), row["remark"])
        for row in told["table"]
    )


def recipes_in(told: Plain) -> Recipes | None:
    """The recipes, corrected by the text as they were when they were read."""
    recipes = told["recipes"]
    if recipes is None:
        return None
    return Recipes(
        tuple(recipes["supported"]),
        tuple(recipes["trees"]),
        tuple(BranchRecipe(branch, tuple(map(_tree_recipe, trees))) for branch, trees in recipes["branches"]),
    )


def fixes_in(told: Plain) -> tuple[BranchFix, ...]:
    """Commits and tags that hold the fix."""
    return tuple(BranchFix(*one) for one in told["fixes"])


def _recipes(recipes: Recipes) -> dict[str, Any]:
    return {
        "supported": list(recipes.supported),
        "trees": list(recipes.trees),
        "branches": [
            [
                one.branch,
                [
                    {
                        "tree": tree.tree,
                        "stable_ref": tree.stable_ref,
                        "prereqs": list(tree.prereqs),
                        "patches": list(tree.patches),
                    }
                    for tree in one.trees
                ],
            ]
            for one in recipes.branches
        ],
    }


def _tree_recipe(told: Plain) -> TreeRecipe:
    prereqs: Sequence[int] = told["prereqs"]
    return TreeRecipe(told["tree"], told["stable_ref"], tuple(prereqs), tuple(told["patches"]))
