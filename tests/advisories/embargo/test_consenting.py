"""Consent of each participant, to exactly one set of terms."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from advisories.embargo import consenting, negotiating, sweeping
from advisories.embargo.consents import ConsentStepNotAllowed, OtherTerms, TooLateToAnswer
from advisories.models import Advisory, Consent, Embargo, Event, Party, StaleEmbargo, Verdict
from advisories.models.seat import Right
from tests.make import make_accepted_report, make_embargo, make_guest, make_proposal

DAY = timedelta(days=1)
SILENT = "silent-1"


def standings(advisory: Advisory) -> dict[str, str]:
    return {consent.side: consent.standing for consent in Embargo.of(advisory).consents.all()}


def the(side: str) -> Consent:
    return Consent.objects.select_related("embargo__advisory").get(side=side)


def signed(side: str) -> Consent:
    consent = the(side)
    consenting.sign(consent, SILENT, consent.asked_end_at, by=None)
    return consent


def test_agreeing_asks_everyone_and_signs_for_the_team(advisory: Advisory, team: User) -> None:
    make_accepted_report(advisory, team)
    make_guest(advisory)
    make_embargo(advisory, team)
    assert standings(advisory) == {"team": "signatory", "finder": "invited", "guest": "invited"}


def test_a_guest_who_may_only_read_is_asked_for_nothing(advisory: Advisory, team: User) -> None:
    make_guest(advisory, right=Right.READ)
    make_embargo(advisory, team)
    assert standings(advisory) == {"team": "signatory"}


def test_whoever_agreed_to_the_proposal_has_signed_its_end(advisory: Advisory, team: User) -> None:
    guest = make_guest(advisory)
    proposal = make_proposal(advisory)
    negotiating.answer(proposal, Verdict.ACCEPT, party=Party.guest(guest))
    negotiating.accept(proposal, by=team)
    assert standings(advisory)["guest"] == "signatory"
    assert the("guest").signed_end_at == proposal.end_at


def test_another_end_lapses_a_signature_that_binds_on(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team, 10)
    signed("guest")
    later = make_proposal(advisory, 20)
    negotiating.accept(later, by=team)
    consent = the("guest")
    assert (consent.standing, consent.is_bound, consent.asked_end_at) == ("lapsed", True, later.end_at)
    assert standings(advisory)["team"] == "signatory"


def test_only_signatories_of_the_agreed_end_may_be_told_more(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_accepted_report(advisory, team)
    make_embargo(advisory, team)
    signed("guest")
    assert {consent.side for consent in consenting.who_may_be_told(Embargo.of(advisory))} == {"team", "guest"}


def test_what_was_read_is_what_is_signed(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team, 10)
    consent = the("guest")
    with pytest.raises(OtherTerms):
        consenting.sign(consent, SILENT, consent.asked_end_at + DAY, by=None)
    with pytest.raises(OtherTerms):
        consenting.sign(consent, "announced-1", consent.asked_end_at, by=None)


def test_consent_comes_in_time_or_not_at_all(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    consent = the("guest")
    with pytest.raises(TooLateToAnswer):
        consenting.sign(consent, SILENT, consent.asked_end_at, by=None, now=consent.answer_by)


def test_silence_is_noted_once(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    later = the("guest").answer_by + DAY
    assert sweeping.sweep(now=later) == 1
    assert sweeping.sweep(now=later) == 0
    assert standings(advisory)["guest"] == "unanswered"
    assert Event.objects.filter(kind="consent-unanswered").count() == 1


def test_leaving_ends_what_one_is_told_and_not_what_one_promised(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    consent = signed("guest")
    consenting.decline(consent, by=None)
    assert (consent.standing, consent.is_bound) == ("declined", True)
    assert [one.side for one in consenting.who_may_be_told(Embargo.of(advisory))] == ["team"]


def test_whoever_declined_may_think_again_in_time(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    consenting.decline(the("guest"), by=None)
    assert signed("guest").standing == "signatory"


def test_nobody_signs_twice(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    signed("guest")
    with pytest.raises(ConsentStepNotAllowed):
        signed("guest")


def test_a_consent_that_changed_meanwhile_is_not_written_over(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    seen = the("guest")
    consenting.decline(the("guest"), by=None)
    with pytest.raises(StaleEmbargo):
        consenting.sign(seen, SILENT, seen.asked_end_at, by=None)


def test_a_newcomer_is_asked_by_the_next_sweep(advisory: Advisory, team: User) -> None:
    make_embargo(advisory, team)
    make_guest(advisory)
    sweeping.sweep()
    assert standings(advisory) == {"team": "signatory", "guest": "invited"}
    assert sweeping.sweep() == 0


def test_the_team_asks_again_whoever_said_nothing(advisory: Advisory, team: User) -> None:
    make_guest(advisory)
    make_embargo(advisory, team)
    sweeping.sweep(now=the("guest").answer_by + DAY)
    consenting.ask_again(the("guest"), by=team)
    assert the("guest").standing == "invited"
    assert the("guest").answer_by > timezone.now()
