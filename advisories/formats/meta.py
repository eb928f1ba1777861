"""The recipe file of an advisory (`.meta`, JSON): per branch and tree a commit, what must come first, the patches."""

import json
import re
from dataclasses import dataclass

from advisories.formats.dialect import MAIN, Dialect
from advisories.formats.doubts import Doubt, Doubts, NotWritable, Refused
from advisories.formats.record import BranchRecipe, Recipes, Record, TreeRecipe

MOST_BYTES = 1024 * 1024
_MOST = 200
"""Branches, prerequisites or patches in one list."""
_MOST_TREES = 20
_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_BRANCH = re.compile(rf"{MAIN}|[0-9]{{1,6}}(?:\.[0-9]{{1,6}}){{0,5}}")
_TREE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
_GLOB = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+?*\[\]-]{0,150}(?:/[A-Za-z0-9*?][A-Za-z0-9._+?*\[\]-]{0,150})?")


@dataclass(frozen=True, slots=True)
class MetaReading:
    """What a recipe file says, errors and all; `reconcile` holds it against the text."""

    number: int
    recipes: Recipes
    lines: dict[tuple[str, str], int]
    """The line on which the recipe for a branch and a tree begins."""
    doubts: tuple[Doubt, ...]


class _Source:
    """Values out of the JSON with the shape they should have, and the line of each."""

    def __init__(self, text: str, where: str) -> None:
        self.text = text
        self.where = where
        self.doubts = Doubts(where)

    def line(self, *path: str) -> int:
        """The line on which the last of these keys stands, each looked for below the one before; 0 if not found."""
        at = 0
        for key in path:
            found = self.text.find(f'"{key}"', at)
            if found < 0:
                return 0
            at = found
        return self.text.count("\n", 0, at) + 1

    def strings(self, value: object, path: tuple[str, ...], shape: re.Pattern[str]) -> tuple[str, ...]:
        """`value` as a list of strings of this shape; what is not is refused and left out."""
        if not isinstance(value, list) or len(value) > _MOST:
            self.doubts.refuse("meta-shape", self.line(*path), f"{path[-1]} is not a list of strings")
            return ()
        good = tuple(item for item in value if isinstance(item, str) and shape.fullmatch(item))
        if len(good) != len(value):
            self.doubts.refuse("meta-shape", self.line(*path), f"{path[-1]} has something that cannot stand there")
        return tuple(dict.fromkeys(good))


def read(data: bytes, dialect: Dialect, *, where: str = "meta") -> MetaReading:
    """Read a recipe file, in today's form or the older one. Raises `Refused`; single bad values become doubts."""
    text, document = _parsed(data, where)
    number = _number(document.get(dialect.prefix))
    recipes = document.get("Recipes")
    if number is None or not isinstance(recipes, dict) or len(recipes) > _MOST:
        raise Refused("not-recipes", f"there is no {dialect.prefix} number or no Recipes", where=where)
    source = _Source(text, where)
    branches = tuple(
        recipe
        for branch, value in sorted(recipes.items())
        if (recipe := _branch(branch, value, source, dialect)) is not None
    )
    supported = source.strings(document.get("SupportedVersions", []), ("SupportedVersions",), _BRANCH)
    named = tuple(dict.fromkeys(tree.tree for recipe in branches for tree in recipe.trees))
    trees = source.strings(document["Trees"], ("Trees",), _TREE) if "Trees" in document else named
    if "Trees" not in document:
        source.doubts.note("meta-older-form", 0, "the older form without Trees")
    for tree in named:
        if tree not in trees:
            source.doubts.doubt(
                "tree-not-listed", source.line("Trees"), f"recipes for {tree}, which Trees does not list"
            )
    found = Recipes(supported, trees, branches)
    _look_over(found, number, source)
    lines = {
        (recipe.branch, tree.tree): source.line("Recipes", recipe.branch, tree.tree)
        for recipe in branches
        for tree in recipe.trees
    }
    return MetaReading(number, found, lines, tuple(source.doubts))


def _parsed(data: bytes, where: str) -> tuple[str, dict[str, object]]:
    if len(data) > MOST_BYTES:
        raise Refused("too-large", f"the recipe file has more than {MOST_BYTES:,} bytes", where=where)
    try:
        text = data.decode("utf-8-sig")
        document = json.loads(text)
    except UnicodeDecodeError as error:
        raise Refused("not-utf-8", "not UTF-8", where=where) from error
    except json.JSONDecodeError as error:
        raise Refused("not-json", f"not JSON: {error.msg}", line=error.lineno, where=where) from error
    except (RecursionError, ValueError) as error:
        raise Refused("not-json", "not JSON that a recipe file would hold", where=where) from error
    if not isinstance(document, dict):
        raise Refused("not-recipes", "not a JSON object", where=where)
    return text, document


def _number(value: object) -> int | None:
    """A number, also where somebody wrote it as a string."""
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,6}", value):
        value = int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 1_000_000 else None


def _branch(branch: str, value: object, source: _Source, dialect: Dialect) -> BranchRecipe | None:
    if not _BRANCH.fullmatch(branch) or not isinstance(value, dict):
        source.doubts.refuse(
            "meta-shape", source.line("Recipes", branch[:50]), f"not a recipe for a branch: {branch[:50]!r}"
        )
        return None
    said = value.get("XenVersion", branch)
    if said != branch:
        source.doubts.doubt(
            "branch-twice", source.line("Recipes", branch, "XenVersion"), f"the recipe for {branch} says {said!r}"
        )
    # In the older form the recipe of the only tree may stand in the branch itself.
    trees = value.get("Recipes", {dialect.main_tree: value})
    if not isinstance(trees, dict) or len(trees) > _MOST_TREES:
        source.doubts.refuse("meta-shape", source.line("Recipes", branch), f"the recipe for {branch} has no trees")
        return None
    found = tuple(
        recipe for tree, inner in sorted(trees.items()) if (recipe := _tree(branch, tree, inner, source)) is not None
    )
    return BranchRecipe(branch, found)


def _tree(branch: str, tree: str, value: object, source: _Source) -> TreeRecipe | None:
    path = ("Recipes", branch, tree[:60])
    if not _TREE.fullmatch(tree) or not isinstance(value, dict):
        source.doubts.refuse("meta-shape", source.line(*path), f"not a recipe for a tree: {tree[:60]!r}")
        return None
    stable_ref = value.get("StableRef", "")
    if not isinstance(stable_ref, str) or not _COMMIT.fullmatch(stable_ref.lower()):
        source.doubts.refuse("no-stable-ref", source.line(*path), f"the recipe for {branch} names no commit")
        return None
    said = value.get("Prereqs", [])
    prereqs = [_number(item) for item in said[:_MOST]] if isinstance(said, list) else [None]
    if None in prereqs:
        source.doubts.refuse("meta-shape", source.line(*path, "Prereqs"), f"Prereqs of {branch} are not all numbers")
    patches = source.strings(value.get("Patches", []), (*path, "Patches"), _GLOB)
    known = tuple(dict.fromkeys(item for item in prereqs if item is not None))
    return TreeRecipe(tree, stable_ref.lower(), known, patches)


def _look_over(recipes: Recipes, number: int, source: _Source) -> None:
    for recipe in recipes.branches:
        if recipe.branch not in recipes.supported:
            line = source.line("Recipes", recipe.branch)
            source.doubts.doubt(
                "recipe-not-supported", line, f"a recipe for {recipe.branch}, which is not in SupportedVersions"
            )
        if any(number in tree.prereqs for tree in recipe.trees):
            line = source.line("Recipes", recipe.branch, "Prereqs")
            source.doubts.doubt(
                "prereq-itself", line, f"the recipe for {recipe.branch} wants the advisory itself first"
            )


def write(record: Record) -> bytes:
    """The recipe file of `record` in the one form that is written: two blanks of indent, no newline at the end.

    Raises `NotWritable` for a record without recipes, and for recipes that contradict the record: a branch that
    is not supported, a tree that is not listed, a commit that is none, a pattern that no patch answers to.
    """
    recipes = record.recipes
    if recipes is None:
        raise NotWritable(f"{record.name} has no recipes")
    for branch in recipes.branches:
        if branch.branch not in recipes.supported:
            raise NotWritable(f"a recipe for {branch.branch}, which is not supported")
        for tree in branch.trees:
            _refuse(tree, branch.branch, record, recipes)
    document = {
        record.prefix: record.number,
        "SupportedVersions": list(recipes.supported),
        "Trees": list(recipes.trees),
        "Recipes": {
            branch.branch: {
                "Recipes": {
                    tree.tree: {
                        "StableRef": tree.stable_ref,
                        "Prereqs": list(tree.prereqs),
                        "Patches": list(tree.patches),
                    }
                    for tree in sorted(branch.trees, key=lambda tree: tree.tree)
                }
            }
            for branch in sorted(recipes.branches, key=lambda branch: branch.branch)
        },
    }
    return json.dumps(document, indent=2).encode()


def _refuse(tree: TreeRecipe, branch: str, record: Record, recipes: Recipes) -> None:
    if tree.tree not in recipes.trees:
        raise NotWritable(f"the recipe for {branch} is for {tree.tree}, which is not one of the trees")
    if not _COMMIT.fullmatch(tree.stable_ref):
        raise NotWritable(f"the recipe for {branch} names no commit")
    if record.number in tree.prereqs:
        raise NotWritable(f"the recipe for {branch} wants the advisory itself first")
    for pattern in tree.patches:
        if not record.files_matching(pattern):
            raise NotWritable(f"the recipe for {branch} names {pattern}, and there is no such patch")
