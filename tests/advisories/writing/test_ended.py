"""An advisory that was merged, given up or withdrawn: nothing is written of it any more, and nothing offers to."""

import pytest
from django.test import Client

from accounts.models import Role, User
from advisories.lifecycle import STEPS, HasEnded, State
from advisories.models import Advisory, Identifier, Tag, Tick, Vector
from advisories.release import ticking
from advisories.release.checklists import items_for
from advisories.writing import describing, drafting
from tests.make import make_advisory, make_user, signed_in

ENDED = [state for state in State if not STEPS[state]]


@pytest.fixture
def writer(db: None) -> User:
    return make_user("writer@sluice.example", Role.SECURITY)


@pytest.fixture
def team(writer: User) -> Client:
    return signed_in(writer)


@pytest.fixture(params=ENDED)
def ended(request: pytest.FixtureRequest, db: None) -> Advisory:
    return make_advisory(state=request.param, impact="As it was.")


def test_its_page_offers_nothing_to_write(team: Client, ended: Advisory) -> None:
    page = team.get(f"/advisories/{ended.number}/").text
    offered = ("edit", "affected", "severity", "deployment", "tags", "series/add")
    assert [what for what in offered if f'href="/advisories/{ended.number}/{what}"' in page] == []
    assert 'name="item"' not in page
    assert f'href="/advisories/{ended.number}/identifiers"' in page, "what becomes of a CVE goes on"


@pytest.mark.parametrize("page", ["edit", "affected", "severity", "deployment", "tags", "series/add"])
def test_its_forms_lead_back_with_a_sentence(page: str, team: Client, ended: Advisory) -> None:
    answer = team.get(f"/advisories/{ended.number}/{page}", follow=True)
    assert answer.redirect_chain == [(f"/advisories/{ended.number}/", 302)]
    assert f"An advisory that is {ended.state} is over" in answer.text


def test_whoever_wrote_while_it_ended_keeps_the_words_and_it_keeps_its_own(team: Client, ended: Advisory) -> None:
    typed = {"title": ended.title, "impact": "Worse than that.", "read_version": ended.text_version}
    answer = team.post(f"/advisories/{ended.number}/edit", typed)
    assert answer.status_code == 409
    assert all(said in answer.text for said in ("Worse than that.", f"An advisory that is {ended.state} is over"))
    assert Advisory.objects.get(pk=ended.pk).impact == "As it was."


def test_its_checklist_stays_as_it_is(team: Client, ended: Advisory) -> None:
    item = items_for(ticking.kind_for(ended))[0].key
    for address, sent in (("tick", {"item": item}), ("release-kind", {"is_public": "on"})):
        answer = team.post(f"/advisories/{ended.number}/{address}", sent, follow=True)
        assert f"An advisory that is {ended.state} is over" in answer.text
    assert not Tick.objects.exists()
    assert not Advisory.objects.get(pk=ended.pk).is_already_public


def test_of_its_lists_only_identifiers_change(writer: User, ended: Advisory) -> None:
    for rows in (Tag, Vector):
        with pytest.raises(HasEnded):
            describing.replace(ended, rows, [], read_version=describing.version_of(ended, rows), by=writer)
    read = describing.version_of(ended, Identifier)
    assert describing.replace(ended, Identifier, [], read_version=read, by=writer) is False


def test_a_text_is_kept_until_it_ends_and_not_after(writer: User) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    drafting.keep_text(advisory, {"impact": "One."}, read_version=1, by=writer)
    advisory.move_to(State.UNUSED, by=writer, ended_because="There was nothing to fix.")
    with pytest.raises(HasEnded):
        drafting.keep_text(advisory, {"impact": "Two."}, read_version=2, by=writer)
