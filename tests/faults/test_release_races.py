"""Two people at one release in the same moment, on real threads: one outcome, and never half of each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, Approval, Arming, Batch, Publication, StaleBatch
from advisories.release import releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from advisories.writing import drafting
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_user

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def people(transactional_db: None) -> list[User]:
    return [make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("one", "two", "three")]


@pytest.fixture
def batch(people: list[User]) -> Batch:
    """Frozen and signed, a week ahead."""
    advisory = make_advisory(state=State.READY, **SECTIONS)
    made = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=people[0])
    releasing.freeze_batch(made, fixes_of, by=people[0])
    sealing.seal_waiting()
    return made


def at_once(*acts: Callable[[], object]) -> list[BaseException]:
    """Do all of it in threads of their own, begun together; what each raised."""
    together = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        together.wait(timeout=20)
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        done = [threads.submit(run, act) for act in acts]
    return [raised for one in done if (raised := one.exception()) is not None]


def approving(batch: Batch, person: User) -> Callable[[], object]:
    """Approve what there is, as a request of one's own would."""
    digest = standing.of_batch(batch, fixes_of).digest
    return lambda: releasing.approve(Batch.objects.get(pk=batch.pk), digest, fixes_of, by=person)


def test_two_approvals_at_once_arm_it_once(batch: Batch, people: list[User]) -> None:
    assert at_once(approving(batch, people[1]), approving(batch, people[2])) == []
    batch.refresh_from_db()
    assert (batch.state, Approval.objects.count(), Arming.objects.count()) == (BatchState.ARMED, 2, 1)


def test_the_same_approval_twice_at_once_counts_once(batch: Batch, people: list[User]) -> None:
    assert at_once(approving(batch, people[1]), approving(batch, people[1])) == []
    assert (Approval.objects.count(), Arming.objects.exists()) == (1, False)


def test_of_two_moves_at_once_one_is_refused(batch: Batch, people: list[User]) -> None:
    def move(days: int) -> Callable[[], object]:
        read = Batch.objects.get(pk=batch.pk)
        return lambda: scheduling.move(read, read.planned_at + timedelta(days=days), reason="Later.", by=people[0])

    [refusal] = at_once(move(1), move(2))
    assert isinstance(refusal, StaleBatch)
    assert batch.moves.count() == 1


@pytest.mark.parametrize("change", ["edit", "move"])
def test_what_changes_while_it_is_armed_never_goes_out_as_it_was(change: str, batch: Batch, people: list[User]) -> None:
    assert releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=people[1]) is False
    advisory = Advisory.objects.get()
    acts: dict[str, Callable[[], object]] = {
        "edit": lambda: drafting.keep_text(advisory, {"impact": "Larger."}, read_version=1, by=people[0]),
        "move": lambda: scheduling.move(
            Batch.objects.get(pk=batch.pk), batch.planned_at + timedelta(days=1), reason="Later.", by=people[0]
        ),
    }
    raised = at_once(approving(batch, people[2]), acts[change])
    assert all(isinstance(one, releasing.ChangedSince | StaleBatch) for one in raised), raised
    batch.refresh_from_db()
    moved_on = batch.moves.exists() or Advisory.objects.get().impact == "Larger."
    assert not moved_on or (batch.state == BatchState.FROZEN and not Publication.objects.coming().exists())
