"""The recipe file of an advisory written here: for every branch a commit on which its patches apply, or no file."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from advisories.content import Fixes, FrozenVerdict
from advisories.formats import meta
from advisories.lifecycle import State
from advisories.recipes import recipes_in
from advisories.release import publishing
from advisories.texts import dialect
from tests.advisories.test_public_pages import DIGEST, fixes
from tests.make import make_advisory


def patch(name: str = "a.patch", series: str = "1", *branches: str) -> dict[str, Any]:
    return {"name": name, "tree": "sluice", "branches": list(branches or ("1.6",)), "series": series}


def verdict(kind: str, baseline: str = "stable", branch: str = "1.6", series: str = "1") -> dict[str, Any]:
    commit = {"stable": "a", "staging": "b", "release": "c"}[baseline] * 40
    return {
        "tree": "sluice", "branch": branch, "baseline": baseline, "base_commit": commit, "series": series, "kind": kind
    }  # fmt: skip


def commits(content: Mapping[str, Any]) -> dict[str, str] | None:
    found = recipes_in(content)
    return {one.branch: one.trees[0].stable_ref[0] for one in found.branches} if found else None


def test_the_stable_tip_is_taken_and_else_the_staging_tip_or_the_release() -> None:
    needs = verdict("needs prerequisites")
    assert commits({"patches": [patch()], "verdicts": [verdict("applies")]}) == {"1.6": "a"}
    staged = [needs, verdict("applies", "staging"), verdict("applies", "release")]
    assert commits({"patches": [patch()], "verdicts": staged}) == {"1.6": "b"}
    assert commits({"patches": [patch()], "verdicts": [needs, verdict("applies", "release")]}) == {"1.6": "c"}


@pytest.mark.parametrize("kind", ["needs prerequisites", "conflicts", "merged"])
def test_there_is_none_where_a_branch_would_be_missing_from_it(kind: str) -> None:
    content = {
        "patches": [patch("a.patch", "1", "1.6", "1.7")],
        "verdicts": [verdict("applies"), verdict(kind, branch="1.7")],
    }
    assert recipes_in(content) is None
    assert recipes_in({"patches": [], "verdicts": []}) is None


def test_several_series_have_to_apply_on_one_commit() -> None:
    patches = [patch("a.patch", "1"), patch("b.patch", "2")]
    apart = [verdict("applies"), verdict("applies", "staging", series="2")]
    assert recipes_in({"patches": patches, "verdicts": apart}) is None
    found = recipes_in({"patches": patches, "verdicts": [*apart, verdict("applies", series="2")]})
    assert found is not None
    assert found.branches[0].trees[0].patches == ("a.patch", "b.patch")


def test_an_advisory_offers_its_recipe_file_and_it_reads_back(db: None) -> None:
    applies = [
        FrozenVerdict(
            "sluice", branch, "stable", f"stable-{branch}", "d" * 40, "1", "applies", (), (DIGEST,), timezone.now()
        )
        for branch in ("1.5", "1.6")
    ]
    advisory = make_advisory(number=12, state=State.DRAFTING, description="Words.")
    publishing.publish_known(advisory, Fixes(fixes().patches, tuple(applies), ()), timezone.now())
    assert 'href="/advisories/12/records/ssa12.meta"' in Client().get("/advisories/12/").text
    answer = Client().get("/advisories/12/records/ssa12.meta")
    assert list(json.loads(answer.content)["Recipes"]) == ["1.5", "1.6"]
    reading = meta.read(answer.content, dialect(["sluice"]))
    assert reading.doubts == ()
    recipe = reading.recipes.find("1.6", "sluice")
    assert recipe is not None
    assert (recipe.stable_ref, recipe.patches) == ("d" * 40, ("ssa12-1.6.patch",))


def test_an_advisory_whose_fix_needs_others_first_offers_none(db: None) -> None:
    advisory = make_advisory(number=12, state=State.DRAFTING)
    publishing.publish_known(advisory, fixes(), timezone.now())
    assert Client().get("/advisories/12/records/ssa12.meta").status_code == 404
