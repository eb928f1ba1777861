"""Who may lean on whom: a list must not tell its readers of advisories that are more secret than their own."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser

from advisories.lifecycle import State
from advisories.models import Advisory
from releases.models import Branch, Check, Tree
from tests.make import check_of, checked, fetched, make_advisory, make_series, verdicts
from tests.upstream import fix, numbered

FIRST = numbered("queue", l25="queue is safe")
HELPER = fix(numbered("queue"), FIRST)
LEANING = fix(FIRST, numbered("queue", l25="queue is safe and sound"))


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


def advisory_in(state: str) -> Advisory:
    if state == "armed":
        return make_advisory(state=State.PUBLIC, public_in=timedelta(days=7))
    return make_advisory(state=State(state))


@pytest.mark.parametrize(
    ("own", "other", "verdict"),
    [
        ("public", "public", "needs prerequisites"),
        ("public", "pre-disclosed", "conflicts"),
        ("public", "drafting", "conflicts"),
        ("public", "armed", "conflicts"),
        ("armed", "public", "needs prerequisites"),
        ("armed", "drafting", "conflicts"),
        ("pre-disclosed", "public", "needs prerequisites"),
        ("pre-disclosed", "pre-disclosed", "needs prerequisites"),
        ("pre-disclosed", "drafting", "conflicts"),
        ("pre-disclosed", "armed", "conflicts"),
        ("drafting", "drafting", "needs prerequisites"),
        ("ready", "armed", "needs prerequisites"),
    ],
)
def test_a_series_leans_only_on_what_is_no_more_secret(branch: Branch, own: str, other: str, verdict: str) -> None:
    make_series(branch, HELPER, advisory=advisory_in(other))
    series = make_series(branch, LEANING, advisory=advisory_in(own))
    checked(branch)
    assert verdicts(series, branch)["release"] == verdict


def test_what_was_declared_takes_part_and_makes_the_list_as_secret(branch: Branch) -> None:
    secret = make_series(branch, HELPER, advisory=advisory_in("drafting"))
    series = make_series(branch, LEANING, advisory=advisory_in("public"), depends_on=[secret])
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "needs prerequisites"
    assert list(check.leans_on.all()) == [secret.advisory]
    anyone = Advisory.objects.public()
    assert series.advisory in anyone
    assert not Check.objects.filter(pk=check.pk).exclude(leans_on__in=[secret.advisory]).exists()


def test_a_conflict_of_a_public_series_says_nothing_of_an_embargoed_one(branch: Branch) -> None:
    alone = make_series(branch, LEANING, advisory=advisory_in("public"))
    checked(branch)
    before = check_of(alone, branch).verdict_id
    make_series(branch, HELPER, advisory=advisory_in("drafting"))
    checked(branch)
    assert check_of(alone, branch).verdict_id == before


def test_a_dependency_that_is_not_meant_for_the_branch_means_nothing_to_do(branch: Branch) -> None:
    elsewhere = make_series(branch, HELPER)
    elsewhere.branches.clear()
    fine = fix(numbered("timer"), numbered("timer", l5="timer is safe"), "timer.c")
    series = make_series(branch, fine, depends_on=[elsewhere])
    checked(branch)
    assert verdicts(series, branch)["release"] == "applies"


def test_series_that_need_each_other_are_tried_all_the_same(branch: Branch) -> None:
    one = make_series(branch, HELPER)
    other = make_series(branch, fix(numbered("timer"), numbered("timer", l5="x"), "timer.c"), depends_on=[one])
    one.depends_on.add(other)
    checked(branch)
    assert verdicts(one, branch)["release"] == "needs prerequisites"
    assert verdicts(other, branch)["release"] == "needs prerequisites"


def test_a_conflict_behind_a_declared_secret_fix_is_as_secret_as_that_fix(branch: Branch) -> None:
    secret = make_series(branch, HELPER, advisory=advisory_in("drafting"))
    wrong = numbered("queue", l11="queue is short")
    against = fix(wrong, wrong.replace(b"queue line 12", b"queue is nowhere"))
    series = make_series(branch, against, advisory=advisory_in("public"), depends_on=[secret])
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "conflicts"
    assert list(check.leans_on.all()) == [secret.advisory]
    assert not Check.objects.with_list_visible_to(AnonymousUser()).filter(pk=check.pk).exists()
