"""PURE rules of joining: states, what is missing, links and addresses."""

import pytest

from advisories.policy import Policy
from advisories.predisclosure.applications import (
    APPLICATION_STEPS,
    ApplicationState,
    ApplicationStepNotAllowed,
    NoReason,
    Shown,
    check_step,
    links_in,
    missing,
    why_no_evidence,
)
from advisories.predisclosure.role_addresses import why_personal
from tests.advisories.predisclosure.applying import ANSWERS

POLICY = Policy("SSA")
WHOLE = Shown(ANSWERS, "security@weir.example", "", 1)


def test_a_whole_application_lacks_nothing() -> None:
    assert missing(WHOLE, POLICY) == ()


@pytest.mark.parametrize("key", [one.key for one in POLICY.criteria if one.is_required])
def test_every_required_item_is_missed(key: str) -> None:
    lacks = missing(Shown({name: text for name, text in ANSWERS.items() if name != key}, "a@b.example", "", 1), POLICY)
    assert f"answer-{key}" in {gap.field for gap in lacks}


def test_an_answer_that_wants_a_link_has_one() -> None:
    [gap] = missing(Shown(ANSWERS | {"evidence": "Ask us."}, "a@b.example", "", 1), POLICY)
    assert gap.sentence == "“Evidence that you use the software” names no public page."


def test_optional_answers_can_make_up_the_weight() -> None:
    heavier = Policy("SSA", least_weight=12)
    assert "weigh 10 of the 12" in missing(WHOLE, heavier)[0].sentence
    more = ANSWERS | {"users": "300,000", "sources": "https://git.weir.example/"}
    assert missing(Shown(more, "a@b.example", "", 1), heavier) == ()


def test_terms_that_changed_since_are_accepted_again() -> None:
    [gap] = missing(WHOLE, Policy("SSA", terms_version=2))
    assert gap.field == "accepts_terms"


def test_only_what_waits_for_the_team_is_accepted() -> None:
    before = {state for state, targets in APPLICATION_STEPS.items() if ApplicationState.ACCEPTED in targets}
    assert before == {ApplicationState.APPLIED, ApplicationState.APPEALED}


def test_what_is_accepted_or_withdrawn_is_over() -> None:
    with pytest.raises(ApplicationStepNotAllowed):
        check_step(ApplicationState.ACCEPTED, ApplicationState.REJECTED, "A reason.")


@pytest.mark.parametrize("target", [ApplicationState.ACCEPTED, ApplicationState.REJECTED])
def test_a_decision_has_its_reason(target: ApplicationState) -> None:
    with pytest.raises(NoReason):
        check_step(ApplicationState.APPLIED, target, " ")


def test_links_are_found_without_the_end_of_the_sentence() -> None:
    assert links_in("See (https://a.example/x), and https://b.example/y.") == [
        "https://a.example/x", "https://b.example/y",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("https://intranet/x", "no host that everyone can reach"),
        ("http://10.0.0.1/", "no host that everyone can reach"),
        ("https://build.weir.internal/", "no host that everyone can reach"),
        ("https://weir.example:8443/", "no host that everyone can reach"),
        ("https://ada:secret@weir.example/", "a name or a password"),
        ("https://www.youtube.com/watch?v=1", "is a video"),
        ("https://weir.example/brochure.PDF", "is a PDF"),
        ("https://[weir/", "is not an address"),
    ],
)
def test_what_shows_nothing_to_everyone_is_refused_with_the_reason(link: str, said: str) -> None:
    assert said in why_no_evidence(link)


def test_a_public_page_is_taken() -> None:
    assert why_no_evidence("https://weir.example/security?lang=en") == ""


@pytest.mark.parametrize(
    "address", ["ada.weir@weir.example", "ada_weir2@weir.example", "security@gmail.com", "ada@weir.example"]
)
def test_a_personal_address_is_refused(address: str) -> None:
    assert why_personal(address, "Ada@weir.example")


@pytest.mark.parametrize(
    "address", ["security@weir.example", "xsa.team@weir.example", "psirt+xen@weir.example", "sec-list@weir.example"]
)
def test_a_role_address_is_taken(address: str) -> None:
    assert why_personal(address, "ada@weir.example") == ""
