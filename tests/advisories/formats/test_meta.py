"""Recipe files, and what they say held against the text."""

from dataclasses import replace

import pytest

from advisories.formats import meta, reconcile, xsa_text
from advisories.formats.doubts import NotWritable, Refused
from advisories.formats.record import BranchRecipe, Recipes, Record, TreeRecipe
from tests.advisories.formats.sluice import SLUICE, sample

MASTER = TreeRecipe("sluice", "f" * 40, (), ("ssa12.patch",))
NINETEEN = TreeRecipe("sluice", "19" * 20, (), ("ssa12-1.9.patch",))


def record() -> Record:
    return xsa_text.read(sample("ssa12-v3.txt"), SLUICE).record


def with_recipes(name: str = "ssa12.meta") -> Record:
    return reconcile.with_recipes(record(), meta.read(sample(name), SLUICE, where=name), where=name)[0]


def only(*branches: BranchRecipe, supported: tuple[str, ...] = ("master", "1.9")) -> Record:
    return replace(record(), recipes=Recipes(supported, ("sluice",), branches))


def test_a_recipe_file_is_read() -> None:
    reading = meta.read(sample("ssa12.meta"), SLUICE)
    assert reading.number == 12
    assert reading.recipes.supported == ("master", "2.0", "1.10", "1.9")
    assert [branch.branch for branch in reading.recipes.branches] == ["1.9", "2.0", "master"]
    assert reading.recipes.find("master", "sluice") == MASTER
    assert reading.doubts == ()


def test_prerequisites_keep_their_order() -> None:
    found = meta.read(sample("ssa12.meta"), SLUICE).recipes.find("2.0", "sluice")
    assert found is not None
    assert found.prereqs == (11, 7)


def test_the_older_form_is_understood() -> None:
    reading = meta.read(sample("older.meta"), SLUICE)
    assert reading.recipes.trees == ("sluice",)
    assert reading.recipes.find("1.7", "sluice") == TreeRecipe("sluice", "17" * 20, (), ("ssa3-1.7/*",))
    assert reading.recipes.find("master", "sluice") == TreeRecipe("sluice", "3" * 40, (2,), ("ssa3.patch",))
    assert [doubt.kind for doubt in reading.doubts] == ["meta-older-form"]


def test_what_is_written_is_read_back_the_same() -> None:
    whole = with_recipes()
    assert meta.read(meta.write(whole), SLUICE).recipes == whole.recipes


def test_recipes_are_written_in_the_form_of_the_field() -> None:
    hand_made = sample("ssa12.meta").replace(b"[\n          ]", b"[]").replace(b"F" * 40, b"f" * 40)
    assert meta.write(with_recipes()) == hand_made.removesuffix(b"\n")


def test_errors_in_a_recipe_file_are_found_with_their_lines() -> None:
    assert [(doubt.kind, doubt.line) for doubt in meta.read(sample("wrong.meta"), SLUICE).doubts] == [
        ("no-stable-ref", 13),
        ("meta-shape", 23),
        ("meta-shape", 28),
        ("tree-not-listed", 4),
        ("recipe-not-supported", 6),
        ("prereq-itself", 18),
    ]


def test_the_text_counts_where_a_recipe_says_otherwise() -> None:
    reading = meta.read(sample("wrong.meta"), SLUICE)
    corrected, doubts = reconcile.with_recipes(record(), reading, where="wrong.meta")
    assert [(doubt.kind, doubt.line) for doubt in doubts] == [
        ("recipe-names-another", 18),
        ("recipe-without-patches", 23),
        ("recipe-names-no-file", 28),
        ("branch-without-recipe", 0),
    ]
    assert corrected.recipes is not None
    found = {(recipe.branch, tree.tree): tree.patches for recipe in corrected.recipes.branches for tree in recipe.trees}
    assert found == {
        ("1.9", "sluice"): ("ssa12-1.9.patch",),
        ("2.0", "sluice"): ("ssa12.patch",),
        ("master", "sluice"): ("ssa12.patch",),
        ("master", "weir"): (),
    }


def test_corrected_recipes_can_be_written() -> None:
    whole = with_recipes("wrong.meta")
    assert meta.read(meta.write(whole), SLUICE).recipes == whole.recipes


def test_recipes_of_another_advisory_are_refused() -> None:
    other = replace(record(), number=13)
    same, doubts = reconcile.with_recipes(other, meta.read(sample("ssa12.meta"), SLUICE), where="ssa12.meta")
    assert same.recipes is None
    assert [doubt.kind for doubt in doubts] == ["meta-of-another"]


def test_a_recipe_for_a_branch_that_the_text_leaves_out_is_doubted() -> None:
    data = sample("ssa12.meta").replace(b'"1.9"', b'"1.5"')
    _, doubts = reconcile.with_recipes(record(), meta.read(data, SLUICE), where="ssa12.meta")
    assert [doubt.kind for doubt in doubts] == ["recipe-beyond-text"]


def test_a_recipe_without_patches_for_such_a_branch_means_nothing_to_apply() -> None:
    data = sample("ssa12.meta").replace(b'"1.9"', b'"1.5"').replace(b'"ssa12-1.9.patch"', b"")
    _, doubts = reconcile.with_recipes(record(), meta.read(data, SLUICE), where="ssa12.meta")
    assert [(doubt.severity, doubt.kind) for doubt in doubts] == [("note", "recipe-nothing-to-apply")]


def test_a_prerequisite_without_a_recipe_means_nothing_to_do() -> None:
    other = replace(only(BranchRecipe("master", (MASTER,))), number=11)
    doubts = reconcile.missing_prerequisites([with_recipes(), other])
    assert [(doubt.where, doubt.kind) for doubt in doubts] == [("SSA-12", "prereq-without-recipe")]


def test_of_several_revisions_the_newest_is_judged() -> None:
    other = replace(only(BranchRecipe("master", (MASTER,))), number=11)
    newer = replace(with_recipes(), version=4, recipes=None)
    assert reconcile.missing_prerequisites([with_recipes(), newer, other]) == ()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"SSA": 12}',
        b'{"XSA": 12, "Recipes": {}}',
        b'{"SSA": true, "Recipes": {}}',
        b'{"SSA": 12, "Recipes": []}',
        b"\xff",
        b"[" * 100_000,
        b'{"SSA": ' + b"1" * 5_000 + b', "Recipes": {}}',
        b" " * (meta.MOST_BYTES + 1),
    ],
)
def test_what_is_no_recipe_file_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        meta.read(data, SLUICE)


def test_broken_json_is_refused_with_its_line() -> None:
    with pytest.raises(Refused) as refused:
        meta.read(b'{\n"SSA": 12,\n}', SLUICE)
    assert refused.value.doubt.line == 3


@pytest.mark.parametrize(
    "bad",
    [
        record(),
        only(BranchRecipe("1.7", (NINETEEN,))),
        only(BranchRecipe("1.9", (replace(NINETEEN, tree="weir"),))),
        only(BranchRecipe("1.9", (replace(NINETEEN, stable_ref="HEAD"),))),
        only(BranchRecipe("1.9", (replace(NINETEEN, prereqs=(12,)),))),
        only(BranchRecipe("1.9", (replace(NINETEEN, patches=("gone.patch",)),))),
    ],
    ids=["no recipes", "unsupported", "other tree", "no commit", "itself", "no such patch"],
)
def test_recipes_that_contradict_the_record_are_not_written(bad: Record) -> None:
    with pytest.raises(NotWritable):
        meta.write(bad)
