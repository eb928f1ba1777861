"""Ending an embargo early: what leaked goes at once or when nothing is missing any more, and those who knew hear it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories.content import Fixes
from advisories.embargo import ending
from advisories.embargo.ending import Order, Outcome
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import Advisory, Approval, Batch, BatchMove, Publication, Tiding, What
from advisories.release import publishing, releasing, scheduling, sealing, standing
from advisories.release.batching import Audience, BatchState, BatchStepNotAllowed, NoReason
from advisories.release.missing import BranchFacts
from advisories.writing import drafting
from tests.advisories.release.test_releasing import GOOD, SECTIONS, fixes_of
from tests.make import make_advisory, make_member, make_user


@pytest.fixture
def people(db: None) -> tuple[User, User, User]:
    """An author and two others of the team."""
    return tuple(make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("author", "second", "third"))  # type: ignore[return-value]


@pytest.fixture
def advisories(people: tuple[User, User, User]) -> list[Advisory]:
    """Two, written by the first of the team."""
    made = [make_advisory(state=State.READY, **SECTIONS) for _ in range(2)]
    for one in made:
        drafting.keep_text(one, {"title": "Another title"}, read_version=one.text_version, by=people[0])
    return made


@pytest.fixture
def batch(advisories: list[Advisory], people: tuple[User, User, User]) -> Batch:
    """Both, frozen, a week ahead."""
    made = scheduling.plan(advisories, timezone.now() + timedelta(days=7), by=people[0])
    releasing.freeze_batch(made, fixes_of, by=people[0])
    sealing.seal_waiting()
    return made


def order(
    batch: Batch, by: User, reason: EndReason = EndReason.LEAKED, *leaked: Advisory, words: str = "It is on a list."
) -> Outcome:
    """Look at the consequences, and order it."""
    shown = ending.shown(standing.of_batch(batch, fixes_of))
    told = Order(reason, words, shown, tuple(one.pk for one in leaked))
    return ending.end_early(batch, told, fixes_of, by=by)


def a_worker_comes() -> None:
    """Texts are signed, and what waited for them is armed."""
    sealing.seal_waiting()
    releasing.arm_ready(fixes_of)


def test_a_leak_is_public_at_once_with_the_approval_of_one_who_did_not_write_it(
    batch: Batch, people: tuple[User, User, User]
) -> None:
    outcome = order(batch, people[1])
    assert outcome.is_out
    assert Advisory.objects.public().count() == 2
    steps = publishing.due_steps()
    assert [publishing.do_step(pk) for pk in steps] == [True] * 6, "page, files and feeds of both are confirmed"
    assert publishing.release_due() == 1
    batch.refresh_from_db()
    assert (batch.state, batch.ended_early_for) == (BatchState.RELEASED, "leaked")


def test_an_author_alone_releases_nothing_and_the_next_approval_does(
    batch: Batch, people: tuple[User, User, User]
) -> None:
    outcome = order(batch, people[0])
    assert not outcome.is_out
    assert not Advisory.objects.public().exists()
    digest = standing.of_batch(outcome.batch, fixes_of).digest
    assert releasing.approve(outcome.batch, digest, fixes_of, by=people[2])
    assert Advisory.objects.public().count() == 2


@pytest.mark.parametrize("reason", [EndReason.AGREED_EARLIER, EndReason.OUTSIDE_CLOCK])
def test_what_has_not_leaked_needs_the_usual_quorum(
    reason: EndReason, batch: Batch, people: tuple[User, User, User]
) -> None:
    assert not order(batch, people[1], reason).is_out
    digest = standing.of_batch(batch, fixes_of).digest
    assert releasing.approve(batch, digest, fixes_of, by=people[2])


def test_only_what_leaked_goes_and_the_rest_keeps_its_date(
    batch: Batch, advisories: list[Advisory], people: tuple[User, User, User]
) -> None:
    planned_at = batch.planned_at
    outcome = order(batch, people[1], EndReason.EXPLOITED, advisories[0])
    assert outcome.is_out
    assert outcome.batch != batch
    assert list(Advisory.objects.public()) == [advisories[0]]
    assert (list(batch.members), batch.planned_at) == ([advisories[1]], planned_at)
    assert outcome.batch.moves.get().reason == "It is on a list."


def test_those_who_knew_the_date_are_told_and_nobody_else(batch: Batch, people: tuple[User, User, User]) -> None:
    Batch.objects.update(was_predisclosed=True, state=BatchState.PREDISCLOSED)
    batch.refresh_from_db()
    order(batch, people[1])
    told = set(Tiding.objects.filter(what=What.ENDED_EARLY).values_list("audience", flat=True))
    assert told == {Audience.TEAM, Audience.RELEASE_MANAGERS, Audience.MEMBERS}


def test_earlier_approvals_are_void(batch: Batch, people: tuple[User, User, User]) -> None:
    releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=people[2])
    read = order(batch, people[0]).read
    assert read.quorum.void == {people[2].pk}


def test_an_open_draft_is_frozen_as_it_is(advisories: list[Advisory], people: tuple[User, User, User]) -> None:
    batch = scheduling.plan(advisories, timezone.now() + timedelta(days=7), by=people[0])
    assert not order(batch, people[1]).is_out, "its text waits for a worker"
    a_worker_comes()
    assert Advisory.objects.public().count() == 2
    assert {one.revisions.get().number for one in advisories} == {1}


def test_a_draft_that_has_changed_goes_out_as_it_is_now(
    batch: Batch, advisories: list[Advisory], people: tuple[User, User, User]
) -> None:
    Advisory.objects.filter(pk=advisories[0].pk).update(impact="Larger.")
    order(batch, people[1])
    a_worker_comes()
    said = Publication.objects.get(advisory=advisories[0])
    assert (said.version, said.content["sections"]["impact"]) == (2, "Larger.")


def test_what_was_not_looked_at_is_not_let_out(
    batch: Batch, advisories: list[Advisory], people: tuple[User, User, User]
) -> None:
    shown = ending.shown(standing.of_batch(batch, fixes_of))
    Advisory.objects.filter(pk=advisories[0].pk).update(impact="Larger.")
    with pytest.raises(releasing.ChangedSince):
        ending.end_early(batch, Order(EndReason.LEAKED, "Now.", shown), fixes_of, by=people[1])
    assert not Approval.objects.exists()


def test_what_is_missing_still_holds_it_back(batch: Batch, people: tuple[User, User, User]) -> None:
    def failing(advisory: Advisory) -> Fixes:
        return replace(fixes_of(advisory), branches=(BranchFacts("sluice 1.0", has_series=True),))

    shown = ending.shown(standing.of_batch(batch, failing))
    outcome = ending.end_early(batch, Order(EndReason.LEAKED, "Now.", shown), failing, by=people[1])
    assert not outcome.is_out
    batch.refresh_from_db()
    assert (batch.is_at_once, batch.state) == (True, BatchState.FROZEN)
    assert GOOD.name in str(outcome.read.advisories[0].missing[0])


def test_it_is_ordered_once(batch: Batch, people: tuple[User, User, User]) -> None:
    order(batch, people[0])
    batch.refresh_from_db()
    with pytest.raises(BatchStepNotAllowed):
        order(batch, people[1])


def test_people_are_told_why(batch: Batch, people: tuple[User, User, User]) -> None:
    with pytest.raises(NoReason):
        order(batch, people[1], words=" ")


def test_an_advisory_in_no_batch_becomes_a_batch_of_one(
    advisories: list[Advisory], people: tuple[User, User, User]
) -> None:
    shown = ending.shown(ending.alone(advisories[0], fixes_of))
    told = Order(EndReason.LEAKED, "It is on a list.", shown)
    ending.end_alone(advisories[0], told, fixes_of, by=people[1])
    a_worker_comes()
    assert list(Advisory.objects.public()) == [advisories[0]]
    assert not BatchMove.objects.exists(), "it had no other date before"


def test_members_that_nobody_told_keep_no_order_from_being_carried_out(
    advisories: list[Advisory], people: tuple[User, User, User]
) -> None:
    make_member()
    looked_at = ending.alone(advisories[0], fixes_of)
    told = Order(EndReason.LEAKED, "It is on a list.", ending.shown(looked_at))
    outcome = ending.end_alone(advisories[0], told, fixes_of, by=people[1])
    assert outcome.read.recipients == looked_at.recipients == ()


def test_what_is_shown_of_a_release_are_those_it_will_be_sent_to(batch: Batch, people: tuple[User, User, User]) -> None:
    make_member()
    looked_at = ending.ahead(batch, fixes_of)
    order = Order(EndReason.LEAKED, "It is on a list.", ending.shown(looked_at))
    assert ending.end_early(batch, order, fixes_of, by=people[1]).read.recipients == looked_at.recipients == ()


def test_what_was_armed_for_later_goes_now_instead(batch: Batch, people: tuple[User, User, User]) -> None:
    for person in people[1:]:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)
    batch.refresh_from_db()
    assert order(batch, people[1]).is_out
    assert Advisory.objects.public().count() == 2
    assert not Publication.objects.coming().exists()
