"""Several at once on dates and numbers: planned, moved, split, cancelled and ended early by two."""

from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.utils import timezone

from advisories.embargo import ending
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Batch,
    BatchEntry,
    BatchMove,
    Event,
    Publication,
    StaleBatch,
)
from advisories.release import releasing, scheduling, standing
from advisories.release.batching import BatchState
from advisories.writing import drafting
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory
from tests.walk.batches import approving, frozen, is_consistent, people, read_again
from tests.walk.racing import race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_date_that_moves_while_it_is_approved_is_armed_for_one_date() -> None:
    batch, (one, two) = frozen(), people()
    approving(batch, one)()
    also_read, later = read_again(batch), batch.planned_at + timedelta(days=1)
    outcomes = race(
        approving(batch, two),
        lambda: scheduling.move(also_read, later, reason="Later.", by=one),
    )
    assert set(refusals(outcomes)) <= {StaleBatch, releasing.ChangedSince}
    assert len(refusals(outcomes)) <= 1
    assert is_consistent(batch)


def test_of_two_moves_at_once_one_is_made() -> None:
    batch, (one, two) = frozen(), people()
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: scheduling.move(first, batch.planned_at + timedelta(days=1), reason="One.", by=one),
        lambda: scheduling.move(second, batch.planned_at + timedelta(days=2), reason="Two.", by=two),
    )
    assert refusals(outcomes) == [StaleBatch]
    move = BatchMove.objects.get(batch=batch)
    assert move.new_at == read_again(batch).planned_at == batch.members.get().public_at


def test_of_a_move_and_a_cancellation_one_is_made() -> None:
    batch, (one, two) = frozen(), people()
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: scheduling.move(first, batch.planned_at + timedelta(days=1), reason="One.", by=one),
        lambda: scheduling.cancel(second, reason="Two.", by=two),
    )
    assert refusals(outcomes) == [StaleBatch]
    assert (read_again(batch).state == BatchState.CANCELLED) != BatchMove.objects.filter(batch=batch).exists()


def test_a_split_while_it_is_approved_leaves_nothing_armed_that_was_not_looked_at() -> None:
    batch, (one, two) = frozen(2), people()
    approving(batch, one)()
    also_read, leaving = read_again(batch), batch.members.last()
    assert leaving is not None
    race(
        approving(batch, two),
        lambda: scheduling.split(
            also_read, [leaving], also_read.planned_at + timedelta(days=3), reason="Not ready.", by=one
        ),
    )
    assert all(is_consistent(each) for each in Batch.objects.all())
    assert BatchEntry.objects.current().filter(advisory=leaving).count() == 1


def test_an_advisory_is_taken_into_one_of_two_batches_at_once() -> None:
    advisory, at = make_advisory(state=State.READY), timezone.now() + timedelta(days=7)
    outcomes = race(*(lambda: scheduling.plan([advisory], at, by=None) for _ in range(2)))
    assert refusals(outcomes) == [scheduling.AlreadyPlanned]
    assert BatchEntry.objects.filter(advisory=advisory).count() == 1


def test_two_who_plan_the_same_two_crosswise_do_not_wait_for_each_other() -> None:
    one, two = make_advisory(state=State.READY), make_advisory(state=State.READY)
    at = timezone.now() + timedelta(days=7)
    outcomes = race(lambda: scheduling.plan([one, two], at, by=None), lambda: scheduling.plan([two, one], at, by=None))
    assert refusals(outcomes) == [scheduling.AlreadyPlanned]
    assert BatchEntry.objects.current().filter(advisory__in=[one, two]).count() == 2


def test_a_number_is_taken_once() -> None:
    number = Advisory.next_number()
    outcomes = race(*(lambda: drafting.begin(Advisory(number=number, title="It"), by=None) for _ in range(2)))
    assert refusals(outcomes) == [IntegrityError]
    assert Event.objects.filter(kind="number-taken", detail={"number": number}).count() == 1


def test_of_two_who_end_an_embargo_early_one_does() -> None:
    batch, (one, two) = frozen(2), people()
    order = ending.Order(EndReason.LEAKED, "It is on a list.", ending.shown(standing.of_batch(batch, fixes_of)))
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: ending.end_early(first, order, fixes_of, by=one),
        lambda: ending.end_early(second, order, fixes_of, by=two),
    )
    assert refusals(outcomes) == [StaleBatch]
    assert Publication.objects.live().filter(arming__batch=batch).count() == 2


def test_what_leaks_while_its_date_moves_is_out_or_has_its_new_date() -> None:
    batch, (one, two) = frozen(), people()
    order = ending.Order(EndReason.LEAKED, "It is on a list.", ending.shown(standing.of_batch(batch, fixes_of)))
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: ending.end_early(first, order, fixes_of, by=one),
        lambda: scheduling.move(second, batch.planned_at + timedelta(days=1), reason="Later.", by=two),
    )
    assert refusals(outcomes) == [StaleBatch]
    is_out = Publication.objects.live().filter(arming__batch=batch).exists()
    assert is_out == (read_again(batch).planned_at <= timezone.now())
