"""Verdicts for members: of exactly the patches of a revision, and none that leans on a fix which they don't hold."""

import pytest
from django.test import Client

from accounts.models import User
from advisories.lifecycle import State
from advisories.models import Advisory, Revision
from releases.evidence.held import verdicts_for
from releases.fixes import fixes_of
from releases.models import Branch, Series
from tests.advisories.predisclosure.told import predisclosed
from tests.api.asking import Program, make_token
from tests.make import make_advisory, make_branch, make_contact, make_member, make_tree
from tests.releases.views.rows import APPLIES, CONFLICTS, check_on, needs_series, release_on, series_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def branch() -> Branch:
    branch = make_branch(make_tree(), "1.7")
    release_on(branch)
    return branch


@pytest.fixture
def contact() -> User:
    return make_contact(make_member())


@pytest.fixture
def hidden(branch: Branch) -> Series:
    return series_for([branch], make_advisory(state=State.READY, title="Hidden"))


def held(advisory: Advisory) -> Revision:
    """The advisory told to members as its fixes stand."""
    predisclosed(advisory, fixes=fixes_of(advisory))
    return advisory.revisions.get()


def series_on(branch: Branch) -> Series:
    return series_for([branch], make_advisory(state=State.PREDISCLOSED, description="Words."))


def test_a_verdict_is_told_with_the_patches_that_were_tried(branch: Branch, contact: User) -> None:
    series = series_on(branch)
    check_on(series, branch, APPLIES)
    revision = held(series.advisory)
    (one,) = verdicts_for(contact, revision)
    assert one.kind == "applies"
    assert one.patches == tuple(patch["sha256"] for patch in revision.content["patches"])


@pytest.mark.parametrize("how", ["in its list", "behind what was declared"])
def test_a_verdict_that_leans_on_what_is_not_held_is_left_out(
    how: str, branch: Branch, contact: User, hidden: Series, client: Client
) -> None:
    series = series_on(branch)
    verdict = needs_series(hidden) if how == "in its list" else CONFLICTS
    check_on(series, branch, verdict, leans_on=[hidden.advisory])
    check_on(series, branch, APPLIES, "stable")
    revision = held(series.advisory)
    found = verdicts_for(contact, revision)
    assert [one.baseline for one in found] == ["stable"]
    client.force_login(contact)
    page = client.get(f"/members/advisories/{series.advisory.number}/").text
    assert str(hidden.pk) not in page
    assert hidden.advisory.label not in page


def test_it_is_told_by_name_once_the_other_is_held_too(branch: Branch, contact: User, hidden: Series) -> None:
    series = series_on(branch)
    check_on(series, branch, needs_series(hidden), leans_on=[hidden.advisory])
    revision = held(series.advisory)
    Advisory.objects.filter(pk=hidden.advisory_id).update(state=State.PREDISCLOSED)
    hidden.advisory.refresh_from_db()
    held(hidden.advisory)
    (one,) = verdicts_for(contact, revision)
    assert one.prerequisites == (f"the fix of {hidden.advisory.label}",)


def test_a_program_hears_the_same(branch: Branch, hidden: Series) -> None:
    member = make_member("Weir Hosting")
    program = Program(make_token(make_contact(member), member)[1])
    series = series_on(branch)
    check_on(series, branch, needs_series(hidden), leans_on=[hidden.advisory])
    check_on(series, branch, APPLIES, "stable")
    held(series.advisory)
    here = f"/advisories/{series.advisory.number}/revisions/1"
    assert [one["baseline"] for one in program.json(f"{here}/verdicts")] == ["stable"]
    assert program.json(f"{here}/verdicts?branch=9.9") == []
    assert str(hidden.pk) not in program.get(f"{here}/verdicts").text


def test_a_later_revision_of_the_series_changes_nothing(branch: Branch, contact: User) -> None:
    series = series_on(branch)
    check_on(series, branch, APPLIES)
    revision = held(series.advisory)
    check_on(series, branch, CONFLICTS)
    assert [one.kind for one in verdicts_for(contact, revision)] == ["applies"]
