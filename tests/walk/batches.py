"""Batches in the states that a race begins in, and whether one is consistent after it."""

from collections.abc import Callable
from datetime import timedelta

from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Arming, Batch, Publication
from advisories.release import releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_advisory, make_user


def people() -> tuple[User, User]:
    """Two of the team, who wrote nothing."""
    return make_user("", Role.SECURITY), make_user("", Role.SECURITY)


def frozen(count: int = 1) -> Batch:
    """A batch of so many, frozen and written out, a week ahead."""
    inside = [make_advisory(state=State.READY, **SECTIONS) for _ in range(count)]
    batch = scheduling.plan(inside, timezone.now() + timedelta(days=7), by=None)
    releasing.freeze_batch(batch, fixes_of, by=None)
    sealing.seal_waiting()
    return batch


def digest(batch: Batch) -> str:
    return standing.of_batch(batch, fixes_of).digest


def approving(batch: Batch, person: User) -> Callable[[], bool]:
    """Somebody who read the page just now, and approves."""
    read, shown = Batch.objects.get(pk=batch.pk), digest(batch)
    return lambda: releasing.approve(read, shown, fixes_of, by=person)


def armed(count: int = 1) -> Batch:
    """A frozen batch that two have approved."""
    batch = frozen(count)
    for person in people():
        releasing.approve(batch, digest(batch), fixes_of, by=person)
    assert batch.state == BatchState.ARMED
    return batch


def its_instant_comes() -> None:
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.in_force().update(public_at=past)
    Publication.objects.coming().update(public_at=past)


def read_again(batch: Batch) -> Batch:
    return Batch.objects.get(pk=batch.pk)


def is_consistent(batch: Batch) -> bool:
    """Whether it is armed for exactly what it says now, or nothing of it is on its way out."""
    now = read_again(batch)
    coming = list(Publication.objects.coming().filter(arming__batch=now))
    arming = Arming.objects.in_force().filter(batch=now).first()
    if now.state != BatchState.ARMED:
        return not coming and arming is None
    return (
        arming is not None
        and arming.digest == digest(now)
        and {one.public_at for one in coming} == {now.planned_at} == {arming.public_at}
        and {one.advisory for one in coming} == set(now.members)
    )
