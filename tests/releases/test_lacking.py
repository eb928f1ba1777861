"""What a point release lacks: one list for all public fixes, which real git applies in its order."""

import json

import pytest
from django.test import Client
from django.utils import timezone

from advisories.lifecycle import State
from advisories.models import Advisory
from releases.lacking.reading import lacking
from releases.lacking.values import Lacking
from releases.models import Backlog, Branch, PointRelease, Series
from tests.make import (
    checked,
    fetched,
    make_advisory,
    make_branch,
    make_publication,
    make_series,
    make_tree,
)
from tests.releases.views.rows import APPLIES, CONFLICTS, MERGED, check_on, release_on, series_for
from tests.upstream import Upstream, fix, numbered


def told_of(branch: Branch) -> Lacking:
    return lacking(PointRelease.objects.filter(branch=branch).select_related("branch__tree").order_by("-number")[0])


def address(told: Lacking, file: str = "") -> str:
    return f"/trees/{told.branch.tree.slug}/{told.branch.name}/{told.version}/{file}"


@pytest.mark.django_db
def test_a_fix_that_upstream_has_stands_where_it_was_taken(upstream: Upstream) -> None:
    """A commit that rests on one fix and is needed by another stands between the two."""
    first = fix(numbered("queue"), numbered("queue", l20="queue is bounded"), subject="First fix")
    upstream.commit("staging-1.0", {"queue.c": numbered("queue", l10="queue is long", l20="queue is bounded")}, "First")
    between = numbered("queue", l10="queue is long", l20="queue is bounded", l21="queue is counted")
    upstream.commit("staging-1.0", {"queue.c": between}, "Count the queue")
    second = fix(between, numbered("queue", l10="queue is long", l20="queue is bounded", l21="queue is kept"))
    branch = fetched(make_tree(upstream))
    make_series(branch, second, advisory=make_advisory(number=1, state=State.PUBLIC))
    make_series(branch, first, advisory=make_advisory(number=2, state=State.PUBLIC))
    checked(branch)
    told = told_of(branch)
    said = [(step.commit.subject if step.commit else "", step.fix.number if step.fix else 0) for step in told.steps]
    assert said == [("First", 2), ("Count the queue", 0), ("", 1)]


@pytest.mark.django_db
def test_fixes_that_exclude_each_other_are_told_apart(upstream: Upstream) -> None:
    branch = fetched(make_tree(upstream))
    for number, word in ((1, "bounded"), (2, "limited")):
        patch = fix(numbered("queue"), numbered("queue", l20=f"queue is {word}"))
        make_series(branch, patch, advisory=make_advisory(number=number, state=State.PUBLIC))
    checked(branch)
    told = told_of(branch)
    assert [fix.number for fix in told.fixes] == [1]
    assert [fix.number for fix in told.apart] == [2]
    assert not told.is_whole


@pytest.mark.django_db
def test_an_embargoed_fix_is_in_no_list_until_it_is_public(upstream: Upstream) -> None:
    branch = fetched(make_tree(upstream))
    hidden = make_advisory(number=1, state=State.READY)
    needed = make_series(branch, fix(numbered("queue"), numbered("queue", l20="a")), advisory=hidden)
    make_series(
        branch,
        fix(numbered("timer"), numbered("timer", l5="b"), "timer.c"),
        advisory=make_advisory(number=2, state=State.PUBLIC),
    )
    leaning = fix(numbered("queue", l20="a"), numbered("queue", l20="a", l21="c"))
    make_series(branch, leaning, advisory=make_advisory(number=3, state=State.PUBLIC), depends_on=[needed])
    checked(branch)
    told = told_of(branch)
    assert [fix.number for fix in told.fixes] == [2]
    assert [(fix.number, fix.kind) for fix in told.waiting] == [(3, "")]
    Advisory.objects.filter(pk=hidden.pk).update(state=State.PUBLIC, public_at=timezone.now())
    make_publication(hidden, timezone.now())
    checked(branch)
    assert [fix.number for fix in told_of(branch).fixes] == [1, 2, 3]


@pytest.mark.django_db
def test_a_list_is_not_put_together_again_where_nothing_moved(upstream: Upstream) -> None:
    branch = fetched(make_tree(upstream))
    make_series(branch, fix(numbered("queue"), numbered("queue", l20="a")), advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    Backlog.objects.update(verified_tree="as it was")
    checked(branch)
    assert Backlog.objects.get().verified_tree == "as it was"


@pytest.fixture
def branch(db: None) -> Branch:
    branch = make_branch(make_tree(), "1.7")
    release_on(branch)
    return branch


def listed(branch: Branch, *several: Series) -> None:
    """A list as a worker would have left it."""
    steps = [{"commit": None, "series": str(one.pk), "revision": one.current_id, "patches": [0]} for one in several]
    release = PointRelease.objects.get(branch=branch)
    Backlog.objects.create(release=release, base_commit="4" * 40, digest="5" * 64, steps=steps, verified_tree="6" * 40)


def test_a_page_of_a_release_says_how_every_public_fix_stands(branch: Branch, client: Client) -> None:
    series = [series_for([branch], make_advisory(number=n, state=State.PUBLIC)) for n in (1, 2, 3, 4)]
    for one, verdict in zip(series, (APPLIES, CONFLICTS, MERGED), strict=False):
        check_on(one, branch, verdict)
    listed(branch, series[0])
    told = told_of(branch)
    assert [[fix.number for fix in part] for part in (told.fixes, told.by_hand, told.there, told.waiting)] == [
        [1], [2], [3], [4]
    ]  # fmt: skip
    page = client.get(address(told))
    assert page.status_code == 200
    assert "git am sluice-1.7.3-fixes.mbox" in page.text
    assert 'id="take" data-noprint>' in page.text, "paper would show a box whose buttons are gone"


def test_a_list_that_names_what_is_not_public_any_more_is_not_shown(branch: Branch, client: Client) -> None:
    series = [series_for([branch], make_advisory(number=n, state=State.PUBLIC)) for n in (1, 2)]
    for one in series:
        check_on(one, branch)
    listed(branch, *series)
    withdrawn = {"state": State.WITHDRAWN, "ended_because": "Wrong.", "withdrawn_at": timezone.now()}
    Advisory.objects.filter(number=2).update(**withdrawn)
    told = told_of(branch)
    assert told.steps == ()
    assert [fix.number for fix in told.waiting] == [1]
    assert client.get(address(told, "fixes.mbox")).status_code == 404


def test_the_list_for_programs_says_what_is_missing_from_it(branch: Branch, client: Client) -> None:
    series = [series_for([branch], make_advisory(number=n, state=State.PUBLIC)) for n in (1, 2)]
    check_on(series[0], branch)
    check_on(series[1], branch, CONFLICTS)
    listed(branch, series[0])
    told = json.loads(client.get(address(told_of(branch), "fixes.json")).content)
    assert (told["release"], told["is_last"], told["is_whole"]) == ("1.7.3", True, False)
    assert [step["advisory"] for step in told["steps"]] == ["SSA-1"]
    assert [one["advisory"] for one in told["by_hand"]] == ["SSA-2"]


def test_a_release_is_found_by_its_version(branch: Branch, client: Client) -> None:
    assert client.get("/lacks?version=1.7.3")["Location"] == "/trees/sluice/1.7/1.7.3/"
    for said in ("v1.7.3", "RELEASE-1.7.3", "sluice+1.7.3", "1.7", "1.7.x"):
        assert client.get(f"/lacks?version={said}")["Location"] == "/trees/sluice/1.7/1.7.3/"
    missing = client.get("/lacks?tree=sluice&version=9.9.9")
    assert (missing.status_code, "no release of sluice called 9.9.9" in missing.text) == (404, True)
    asked = client.get("/lacks")
    assert (asked.status_code, '"/trees/sluice/1.7/1.7.3/"' in asked.text) == (200, True)
    assert "No release is known" in client.get("/lacks?tree=other").text


@pytest.mark.parametrize("version", ["1.7.9", "1.8.3", "1.7", "1.7.03", "1.7.²", "1.7.99999999999", "check"])
def test_there_is_no_page_of_what_was_never_released(branch: Branch, client: Client, version: str) -> None:
    assert client.get(f"/trees/sluice/1.7/{version}/").status_code == 404
