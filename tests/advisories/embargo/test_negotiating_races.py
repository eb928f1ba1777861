"""Two at once: one of them wins, the other is told, and nothing is half done. Real threads, real transactions."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import Role, User
from advisories.embargo import consenting, negotiating
from advisories.embargo.refusals import REFUSALS
from advisories.embargo.rules import EndReason, NoSuchProposal
from advisories.models import Advisory, Answer, Consent, Embargo, Event, Party, Proposal, ProposalState, Verdict
from tests.make import make_advisory, make_embargo, make_guest, make_proposal, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team(transactional_db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(transactional_db: None) -> Advisory:
    return make_advisory()


def at_once(*steps: Callable[[], object]) -> list[str]:
    """Take the steps in threads that set off together; `done`, or what refused each."""
    start = threading.Barrier(len(steps))
    outcomes = [""] * len(steps)

    def work(place: int, step: Callable[[], object]) -> None:
        start.wait()
        try:
            step()
            outcomes[place] = "done"
        except REFUSALS as refusal:
            outcomes[place] = type(refusal).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_who_agree_at_once_one_does(advisory: Advisory, team: User) -> None:
    shorter, longer = make_proposal(advisory, 10), make_proposal(advisory, 30)
    outcomes = at_once(*[lambda: negotiating.accept(shorter, by=team)] * 2)
    assert outcomes.count("done") == 1
    assert set(outcomes) <= {"done", "StaleEmbargo", "NoSuchProposal"}
    assert Embargo.of(advisory).end_at == shorter.end_at
    assert list(Proposal.objects.open()) == [longer]
    assert Event.objects.filter(kind="embargo-agreed").count() == 1


def test_of_agreeing_and_turning_down_at_once_one_holds(advisory: Advisory, team: User) -> None:
    proposal = make_proposal(advisory)
    outcomes = at_once(lambda: negotiating.accept(proposal, by=team), lambda: negotiating.reject(proposal, by=team))
    assert outcomes.count("done") == 1
    proposal.refresh_from_db()
    agreed = outcomes[0] == "done"
    assert proposal.state == (ProposalState.ACCEPTED if agreed else ProposalState.REJECTED)
    assert Embargo.of(advisory).state == ("active" if agreed else "none")


def test_of_two_proposals_at_once_none_is_lost_silently(advisory: Advisory) -> None:
    outcomes = at_once(lambda: make_proposal(advisory, 10), lambda: make_proposal(advisory, 20))
    assert Proposal.objects.open().count() == outcomes.count("done") >= 1


def test_an_answer_beside_a_refusal_is_not_kept_on_what_was_settled_before(advisory: Advisory, team: User) -> None:
    proposal, guest = make_proposal(advisory), Party.guest(make_guest(advisory))
    outcomes = at_once(
        lambda: negotiating.answer(proposal, Verdict.ACCEPT, party=guest), lambda: negotiating.reject(proposal, by=team)
    )
    assert outcomes[1] == "done"
    assert Answer.objects.filter(side="guest").exists() == (outcomes[0] == "done")
    with pytest.raises(NoSuchProposal):
        negotiating.answer(proposal, Verdict.ACCEPT, party=guest)


def test_an_embargo_ends_once_where_two_end_it(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team)
    embargoes = [Embargo.of(advisory), Embargo.of(advisory)]
    outcomes = at_once(
        lambda: negotiating.end(embargoes[0], EndReason.LEAKED, by=team),
        lambda: negotiating.end(embargoes[1], EndReason.EXPLOITED, by=team),
    )
    assert outcomes.count("done") == 1
    assert Event.objects.filter(kind="embargo-ended").count() == 1


def test_signing_beside_another_end_never_signs_what_is_no_longer_asked(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team, 10)
    later = make_proposal(advisory, 20)
    consent = Consent.objects.select_related("embargo__advisory").get(side="guest")
    at_once(
        lambda: consenting.sign(consent, "silent-1", consent.asked_end_at, by=None),
        lambda: negotiating.accept(later, by=team),
    )
    row, embargo = Consent.objects.get(side="guest"), Embargo.of(advisory)
    assert row.standing != "signatory" or row.signed_end_at == embargo.end_at
