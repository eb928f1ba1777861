"""PURE: the recipe file of what was frozen here: for each branch and tree a commit on which the patches apply."""

from collections.abc import Mapping, Sequence
from typing import Any

from advisories.formats.record import BranchRecipe, Recipes, TreeRecipe

_BASELINES = ("stable", "staging", "release")
"""In the order in which the commit of a recipe is looked for."""


def recipes_in(content: Mapping[str, Any]) -> Recipes | None:
    """A recipe for every branch that a patch is for; None where one of them has no commit that needs nothing first.

    A recipe file can't say that commits come first, and a branch that it leaves out would read as needing nothing.
    """
    places: dict[tuple[str, str], list[str]] = {}
    for patch in content["patches"]:
        for branch in patch["branches"]:
            several = places.setdefault((branch, patch["tree"]), [])
            several += [] if patch["series"] in several else [patch["series"]]
    found: dict[str, list[TreeRecipe]] = {}
    for (branch, tree), series in places.items():
        commit = _commit(content.get("verdicts", ()), branch, tree, series)
        if not commit:
            return None
        names = tuple(one["name"] for key in series for one in content["patches"] if one["series"] == key)
        found.setdefault(branch, []).append(TreeRecipe(tree, commit, patches=names))
    if not found:
        return None
    branches = tuple(BranchRecipe(branch, tuple(trees)) for branch, trees in sorted(found.items()))
    newest_first = sorted(found, key=_numbers, reverse=True)
    return Recipes(tuple(newest_first), tuple(sorted({tree for _, tree in places})), branches)


def _commit(verdicts: Sequence[Mapping[str, Any]], branch: str, tree: str, series: Sequence[str]) -> str:
    """A commit of the branch on which all of these series apply with nothing before them; empty where there is none."""
    for baseline in _BASELINES:
        here = [one for one in verdicts if (one["branch"], one["tree"], one["baseline"]) == (branch, tree, baseline)]
        applying = {one["series"]: one["base_commit"] for one in here if one["kind"] == "applies"}
        if all(key in applying for key in series):
            return str(applying[series[0]])
    return ""


def _numbers(branch: str) -> list[int]:
    return [int(part) if part.isdigit() else 0 for part in branch.split(".")]
