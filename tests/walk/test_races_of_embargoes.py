"""Several at once on the date of an embargo: agreed on, moved with its release, and armed."""

from datetime import timedelta

import pytest

from accounts.models import User
from advisories.embargo import negotiating
from advisories.embargo.negotiating import End, NotTheShortest
from advisories.embargo.rules import NoSuchProposal
from advisories.models import Advisory, Batch, BatchMove, Embargo, Event, Party, Proposal, StaleBatch, StaleEmbargo
from advisories.release import releasing, scheduling
from advisories.release.batching import BatchState
from tests.make import make_advisory, make_proposal
from tests.walk.batches import approving, frozen, is_consistent, people, read_again
from tests.walk.racing import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def agreed(batch: Batch, by: User) -> Advisory:
    """What is in the batch, its embargo agreed on to the instant of the release."""
    advisory = batch.members.get()
    negotiating.accept(negotiating.propose(advisory, End(batch.planned_at), party=Party.team(by)), by=by)
    return advisory


def proposed(advisory: Advisory, batch: Batch) -> Proposal:
    """Somebody would like three days more."""
    return negotiating.propose(advisory, End(batch.planned_at + timedelta(days=3)), party=Party.team())


def last_agreed(advisory: Advisory) -> Proposal:
    """What the record says was agreed on last."""
    event = Event.objects.filter(kind="embargo-agreed").order_by("pk").last()
    assert event is not None
    return Proposal.objects.get(pk=event.detail["proposal"], embargo__advisory=advisory)


def test_of_two_who_agree_on_different_ends_the_shorter_is_taken_first() -> None:
    advisory, (one, two) = make_advisory(), people()
    shorter, longer = make_proposal(advisory, 10), make_proposal(advisory, 20)
    outcomes = race(lambda: negotiating.accept(longer, by=one), lambda: negotiating.accept(shorter, by=two))
    assert set(refusals(outcomes)) <= {NotTheShortest, StaleEmbargo}
    assert len(refusals(outcomes)) <= 1
    kept = [proposal for proposal in (shorter, longer) if Proposal.objects.get(pk=proposal.pk).state == "accepted"]
    assert kept != [longer]
    assert Embargo.of(advisory).end_at == last_agreed(advisory).end_at == kept[-1].end_at


def test_of_two_who_agree_on_one_end_in_force_one_does() -> None:
    batch, (one, two) = frozen(), people()
    advisory = agreed(batch, one)
    another = proposed(advisory, batch)
    outcomes = race(*(lambda by=by: negotiating.accept(another, by=by) for by in (one, two)))
    assert len(refusals(outcomes)) == 1
    assert set(refusals(outcomes)) <= {StaleEmbargo, NoSuchProposal}
    assert Embargo.of(advisory).end_at == another.end_at
    assert Event.objects.filter(kind="embargo-agreed").count() == 2


def test_of_two_who_move_one_embargo_with_its_release_one_does() -> None:
    batch, (one, two) = frozen(), people()
    advisory = agreed(batch, one)
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: scheduling.move(first, batch.planned_at + timedelta(days=1), reason="One.", by=one),
        lambda: scheduling.move(second, batch.planned_at + timedelta(days=2), reason="Two.", by=two),
    )
    assert refusals(outcomes) == [StaleBatch]
    move = BatchMove.objects.get(batch=batch)
    assert move.new_at == read_again(batch).planned_at == Embargo.of(advisory).end_at == last_agreed(advisory).end_at


def test_an_end_that_is_agreed_on_while_the_release_moves_is_the_release_s_or_is_shown_beside_it() -> None:
    """One after the other, whoever is first: the move takes the end along, or another end is agreed on after it."""
    batch, (one, two) = frozen(), people()
    advisory = agreed(batch, one)
    another, also_read = proposed(advisory, batch), read_again(batch)
    later = batch.planned_at + timedelta(days=1)
    outcomes = race(
        lambda: negotiating.accept(another, by=one),
        lambda: scheduling.move(also_read, later, reason="Later.", by=two),
    )
    assert set(refusals(outcomes)) <= {NotTheShortest, StaleEmbargo, StaleBatch}
    assert len(refusals(outcomes)) <= 1
    assert Embargo.of(advisory).end_at == last_agreed(advisory).end_at
    is_moved = read_again(batch).planned_at == later
    assert is_moved == BatchMove.objects.filter(batch=batch, new_at=later).exists()
    assert Embargo.of(advisory).end_at in {another.end_at, later if is_moved else another.end_at}


def test_nothing_is_armed_for_another_instant_than_the_one_that_is_agreed_on_meanwhile() -> None:
    batch, (one, two) = frozen(), people()
    advisory = agreed(batch, one)
    another = proposed(advisory, batch)
    approving(batch, one)()
    outcomes = race(approving(batch, two), lambda: negotiating.accept(another, by=one))
    assert set(refusals(outcomes)) <= {StaleBatch, releasing.ChangedSince, releasing.SomethingMissing}
    assert outcomes[1] is None
    assert Embargo.of(advisory).end_at == another.end_at != read_again(batch).planned_at
    assert read_again(batch).state == BatchState.FROZEN
    assert is_consistent(batch)


def test_what_is_armed_while_its_embargo_moves_with_it_is_armed_for_the_agreed_end() -> None:
    batch, (one, two) = frozen(), people()
    advisory = agreed(batch, one)
    approving(batch, one)()
    also_read, later = read_again(batch), batch.planned_at + timedelta(days=1)
    outcomes = race(
        approving(batch, two),
        lambda: scheduling.move(also_read, later, reason="Later.", by=one),
    )
    assert set(refusals(outcomes)) <= {StaleBatch, releasing.ChangedSince}
    assert len(refusals(outcomes)) <= 1
    assert Embargo.of(advisory).end_at == read_again(batch).planned_at
    assert is_consistent(batch)
