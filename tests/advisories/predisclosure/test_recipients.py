"""Whom a release goes to is a part of what is approved: who comes, goes or is kept out of it voids what was armed."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Batch,
    BatchEntry,
    Delivery,
    Event,
    KeptFrom,
    MembershipState,
)
from advisories.predisclosure import keeping_from, promising, recipients
from advisories.predisclosure.applications import NoReason
from advisories.release import standing
from advisories.release.batching import BatchState
from tests.advisories.predisclosure.told import predisclosed
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory, make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def by() -> User:
    return make_user("", Role.SECURITY)


def batch_of(*advisories: Advisory, **fields: Any) -> Batch:
    values: dict[str, Any] = {"planned_at": timezone.now() + timedelta(days=9)} | fields
    batch = Batch.objects.create(**values)
    for advisory in advisories:
        BatchEntry.objects.create(batch=batch, advisory=advisory)
    return batch


def told(batch: Batch) -> set[str]:
    return {one for one in recipients.of_batches({batch: list(batch.members)})[batch.pk] if one.startswith("member")}


def test_before_pre_disclosure_every_active_member_is_a_recipient() -> None:
    make_member()
    make_member("Weir", MembershipState.SUSPENDED)
    advisory = make_advisory(number=5)
    assert told(batch_of(advisory)) == {"member Reservoir Linux (SSA-5)"}


def test_of_what_goes_out_at_once_nobody_is_told_before() -> None:
    make_member()
    assert told(batch_of(make_advisory(), is_at_once=True)) == set()


def test_whoever_joins_after_pre_disclosure_changes_nothing_until_they_are_told() -> None:
    make_member()
    batch = batch_of(predisclosed(number=5), state=BatchState.PREDISCLOSED, was_predisclosed=True)
    late = make_member("Weir")
    assert told(batch) == {"member Reservoir Linux (SSA-5)"}
    promising.catch_up(late)
    assert told(batch) == {"member Reservoir Linux (SSA-5)", "member Weir (SSA-5)"}


def test_a_member_that_is_kept_from_it_is_no_recipient(by: User) -> None:
    member = make_member()
    advisory = predisclosed()
    batch = batch_of(advisory, state=BatchState.PREDISCLOSED, was_predisclosed=True)
    keeping_from.keep(advisory, [member.organisation], "Another owner asks for it.", by=by)
    assert told(batch) == set()


def test_another_circle_is_another_digest(by: User) -> None:
    member = make_member()
    advisory = predisclosed()
    batch = batch_of(advisory, state=BatchState.PREDISCLOSED, was_predisclosed=True)
    before = standing.of_batch(batch, fixes_of).recipients
    keeping_from.keep(advisory, [member.organisation], "Another owner asks for it.", by=by)
    assert standing.of_batch(batch, fixes_of).recipients != before


def test_keeping_something_from_a_member_needs_a_reason(by: User) -> None:
    with pytest.raises(NoReason):
        keeping_from.keep(make_advisory(), [make_member().organisation], " ", by=by)


def test_what_is_public_is_kept_from_nobody(by: User) -> None:
    with pytest.raises(keeping_from.IsPublic):
        keeping_from.keep(make_advisory(state=State.PUBLIC), [make_member().organisation], "Too late.", by=by)


def test_keeping_twice_is_once_and_telling_again_opens_what_was_told(by: User) -> None:
    member = make_member()
    advisory = predisclosed()
    for _ in range(2):
        keeping_from.keep(advisory, [member.organisation], "Another owner asks for it.", by=by)
    kept = KeptFrom.objects.get()
    assert Event.objects.filter(kind="kept-from").count() == 1
    assert keeping_from.tell_again(kept, by=by)
    assert not keeping_from.tell_again(kept, by=by)
    assert Delivery.objects.filter(membership=member).count() == 1
