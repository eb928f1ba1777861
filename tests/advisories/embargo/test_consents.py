"""Who has agreed to what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.embargo.consents import (
    Consent,
    ConsentStepNotAllowed,
    OtherTerms,
    Standing,
    Terms,
    TooLateToAnswer,
    who_may_be_told,
)

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
WEEK = timedelta(days=7)
TERMS = Terms("2026-1", NOW + 2 * WEEK)
LATER = Terms("2026-1", NOW + 3 * WEEK)
INVITED = Consent("acme", TERMS, NOW + WEEK)
SIGNED = INVITED.sign(TERMS, now=NOW)


def test_an_invitation_tells_nothing_yet() -> None:
    assert not INVITED.may_be_told(TERMS)


def test_a_signatory_may_be_told() -> None:
    assert SIGNED.may_be_told(TERMS)


@pytest.mark.parametrize("other", [LATER, Terms("2026-2", TERMS.end_at)])
def test_a_signature_lapses_with_other_terms_or_another_date(other: Terms) -> None:
    lapsed = SIGNED.ask_for(other, answer_by=NOW + WEEK)
    assert lapsed.standing is Standing.LAPSED
    assert not lapsed.may_be_told(other)
    assert not lapsed.may_be_told(TERMS)


def test_a_lapsed_participant_is_still_bound() -> None:
    assert SIGNED.ask_for(LATER, answer_by=NOW + WEEK).is_bound


def test_signing_the_new_terms_brings_everything_back() -> None:
    assert SIGNED.ask_for(LATER, answer_by=NOW + WEEK).sign(LATER, now=NOW).may_be_told(LATER)


def test_terms_read_before_they_changed_cannot_be_signed() -> None:
    with pytest.raises(OtherTerms):
        INVITED.ask_for(LATER, answer_by=NOW + WEEK).sign(TERMS, now=NOW)


def test_asking_for_the_same_changes_nothing() -> None:
    assert SIGNED.ask_for(TERMS, answer_by=NOW + 2 * WEEK) == SIGNED


def test_leaving_ends_what_one_is_told_and_not_what_one_promised() -> None:
    left = SIGNED.decline()
    assert not left.may_be_told(TERMS)
    assert left.is_bound


def test_who_never_signed_is_not_bound() -> None:
    assert not INVITED.decline().is_bound


def test_silence_is_not_consent() -> None:
    silent = INVITED.expire(now=NOW + WEEK)
    assert silent.standing is Standing.UNANSWERED
    assert not silent.may_be_told(TERMS)


def test_a_signature_does_not_time_out() -> None:
    assert SIGNED.expire(now=NOW + 10 * WEEK) == SIGNED


def test_an_answer_after_its_time_needs_a_new_invitation() -> None:
    with pytest.raises(TooLateToAnswer):
        INVITED.sign(TERMS, now=NOW + WEEK)
    again = INVITED.expire(now=NOW + WEEK).invite_again(answer_by=NOW + 2 * WEEK)
    assert again.sign(TERMS, now=NOW + WEEK).may_be_told(TERMS)


def test_who_declined_cannot_sign_without_being_asked_again() -> None:
    with pytest.raises(ConsentStepNotAllowed):
        INVITED.decline().sign(TERMS, now=NOW)


def test_only_signatories_of_exactly_these_terms_are_named() -> None:
    others = [INVITED, replace(SIGNED, participant="left").decline(), replace(SIGNED, participant="beta")]
    assert who_may_be_told([SIGNED, *others], TERMS) == {"acme", "beta"}
    assert who_may_be_told([SIGNED, *others], LATER) == frozenset()


@given(
    steps=st.lists(
        st.tuples(st.sampled_from(["sign", "decline", "ask", "wait", "invite"]), st.sampled_from([TERMS, LATER])),
        max_size=12,
    )
)
def test_nobody_is_told_more_without_having_signed_just_that(steps: list[tuple[str, Terms]]) -> None:
    consent, now, ever = INVITED, NOW, False
    for step, terms in steps:
        try:
            if step == "sign":
                consent = consent.sign(terms, now=now)
                ever = True
            elif step == "decline":
                consent = consent.decline()
            elif step == "ask":
                consent = consent.ask_for(terms, answer_by=now + WEEK)
            elif step == "invite":
                consent = consent.invite_again(answer_by=now + WEEK)
            else:
                now += WEEK
                consent = consent.expire(now=now)
        except (ConsentStepNotAllowed, OtherTerms, TooLateToAnswer):
            continue
        for asked in (TERMS, LATER):
            if consent.may_be_told(asked):
                assert consent.asked == consent.signed == asked
        assert consent.is_bound == ever
