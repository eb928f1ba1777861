"""From a planned date to what readers see: batches, frozen revisions, approvals of exactly that, and the instant."""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.content import Fixes, FrozenPatch
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Approval,
    Arming,
    Batch,
    BatchEntry,
    Publication,
    Reissue,
    Revision,
    RevisionPatch,
    StaleBatch,
    Tiding,
    What,
)
from advisories.predisclosure import keeping_from
from advisories.release import disarming, freezing, publishing, releasing, scheduling, sealing, standing
from advisories.release.batching import Audience, BatchState, BatchStepNotAllowed, NoReason, NotAhead
from advisories.release.missing import BranchFacts
from advisories.writing import drafting
from tests.make import make_advisory, make_member, make_publication, make_user

PATCH = b"--- a/queue.c\n+++ b/queue.c\n@@ -1 +1 @@\n-wide\n+bounded\n"
GOOD = BranchFacts("sluice 1.0", has_series=True, applies=True, verdict_matches=True)
SECTIONS: dict[str, Any] = {
    "description": "It overflows.",
    "impact": "Large.",
    "vulnerable_systems": "All.",
    "resolution": "Patch.",
}


def fixes_of(advisory: Advisory) -> Fixes:
    """One good patch for one branch."""
    digest = hashlib.sha256(PATCH).hexdigest()
    return Fixes((FrozenPatch("1.patch", digest, "sluice", ("1.0",), "1", 1, PATCH),), (), (GOOD,))


def failing(advisory: Advisory) -> Fixes:
    """The same patch, which doesn't apply."""
    return replace(fixes_of(advisory), branches=(replace(GOOD, applies=False),))


@pytest.fixture
def people(db: None) -> tuple[User, User, User]:
    """An author and two others of the team."""
    return tuple(make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("author", "second", "third"))  # type: ignore[return-value]


@pytest.fixture
def advisory(people: tuple[User, User, User]) -> Advisory:
    """A drafted one, written by the first of the team."""
    made = make_advisory(state=State.READY, **SECTIONS)
    drafting.keep_text(made, {"title": "Another title"}, read_version=made.text_version, by=people[0])
    return made


@pytest.fixture
def batch(advisory: Advisory, people: tuple[User, User, User]) -> Batch:
    """A batch of one, frozen, a week ahead."""
    made = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=people[0])
    releasing.freeze_batch(made, fixes_of, by=people[0])
    sealing.seal_waiting()
    return made


def digest(batch: Batch) -> str:
    """What would be approved now."""
    return standing.of_batch(batch, fixes_of).digest


def arm(batch: Batch, people: tuple[User, User, User]) -> None:
    """Two people approve what there is, once a worker has written it out."""
    sealing.seal_waiting()
    for person in people[1:]:
        releasing.approve(batch, digest(batch), fixes_of, by=person)


def test_two_who_did_not_write_it_arm_it(batch: Batch, people: tuple[User, User, User]) -> None:
    assert releasing.approve(batch, digest(batch), fixes_of, by=people[1]) is False
    assert releasing.approve(batch, digest(batch), fixes_of, by=people[2]) is True
    assert batch.state == BatchState.ARMED
    assert Publication.objects.coming().get().public_at == batch.planned_at


@pytest.mark.parametrize("form", ["edit", "affected", "tags", "series/add"])
def test_what_changes_it_says_first_that_it_would_be_held_back(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User], form: str
) -> None:
    client, warning = Client(), "it goes out no more until it is frozen and approved again"
    client.force_login(people[0])
    address = f"/advisories/{advisory.number}/{form}"
    assert warning not in client.get(address).content.decode()
    arm(batch, people)
    assert warning in client.get(address).content.decode()
    Arming.objects.update(public_at=timezone.now())
    assert warning not in client.get(address).content.decode(), "it is out, and nothing takes it back"


def test_readers_see_it_at_its_instant_with_no_worker(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User]
) -> None:
    arm(batch, people)
    assert not Advisory.objects.public().exists()
    Publication.objects.update(public_at=timezone.now() - timedelta(seconds=1))
    assert Advisory.objects.public().get() == advisory
    advisory.refresh_from_db()
    assert advisory.state == State.READY, "no worker has been here"


def test_the_same_approval_twice_counts_once(batch: Batch, people: tuple[User, User, User]) -> None:
    for _ in range(2):
        assert releasing.approve(batch, digest(batch), fixes_of, by=people[1]) is False
    assert Approval.objects.count() == 1


def test_nobody_off_the_team_approves(batch: Batch) -> None:
    with pytest.raises(releasing.NotOnTheTeam):
        releasing.approve(batch, digest(batch), fixes_of, by=make_user("operator@sluice.example", is_superuser=True))


def test_an_approval_is_of_what_was_shown(batch: Batch, advisory: Advisory, people: tuple[User, User, User]) -> None:
    shown = digest(batch)
    releasing.approve(batch, shown, fixes_of, by=people[1])
    scheduling.move(batch, batch.planned_at + timedelta(days=1), reason="A partner asked.", by=people[0])
    with pytest.raises(releasing.ChangedSince):
        releasing.approve(batch, shown, fixes_of, by=people[2])
    assert standing.of_batch(batch, fixes_of).quorum.void == {people[1].pk}


def test_a_draft_that_differs_from_its_revision_cannot_be_approved(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User]
) -> None:
    shown = digest(batch)
    Advisory.objects.update(impact="Larger than we thought.")
    assert digest(batch) == ""
    with pytest.raises(releasing.ChangedSince):
        releasing.approve(batch, shown, fixes_of, by=people[1])


def test_keeping_it_from_a_member_disarms(batch: Batch, advisory: Advisory, people: tuple[User, User, User]) -> None:
    member = make_member()
    arm(batch, people)
    keeping_from.keep(advisory, [member.organisation], "Its owner asks for it.", by=people[0])
    batch.refresh_from_db()
    assert batch.state == BatchState.FROZEN
    assert not Arming.objects.in_force().exists()


@pytest.mark.parametrize("change", ["move", "freeze", "withdraw", "override"])
def test_every_change_disarms(change: str, batch: Batch, advisory: Advisory, people: tuple[User, User, User]) -> None:
    arm(batch, people)
    changes: dict[str, Callable[[], object]] = {
        "move": lambda: scheduling.move(batch, batch.planned_at + timedelta(days=1), reason="Later.", by=people[0]),
        "freeze": lambda: (
            Advisory.objects.update(impact="Larger."),
            releasing.freeze_batch(batch, fixes_of, by=people[0], changes="The impact is larger."),
        ),
        "withdraw": lambda: releasing.withdraw_approval(batch, by=people[1]),
        "override": lambda: releasing.override(advisory, "sluice 1.0", fixes_of, reason="It is built.", by=people[0]),
    }
    changes[change]()
    batch.refresh_from_db()
    assert batch.state == BatchState.FROZEN
    assert not Publication.objects.coming().exists()
    assert Arming.objects.get().void_reason


def test_a_failing_verdict_is_not_armed_without_a_recorded_reason(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User]
) -> None:
    for person in people[1:]:
        assert not releasing.approve(batch, standing.of_batch(batch, failing).digest, failing, by=person)
    releasing.override(advisory, "sluice 1.0", failing, reason="1.0 gets a release of its own.", by=people[0])
    for person in people[1:]:
        releasing.approve(batch, standing.of_batch(batch, failing).digest, failing, by=person)
    batch.refresh_from_db()
    assert batch.state == BatchState.ARMED


def test_what_is_out_is_not_taken_back(batch: Batch, people: tuple[User, User, User]) -> None:
    arm(batch, people)
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.update(public_at=past)
    Publication.objects.update(public_at=past)
    assert disarming.disarm(batch, "Too late.", by=people[0]) is False
    with pytest.raises(disarming.AlreadyOut):
        scheduling.move(batch, timezone.now() + timedelta(days=3), reason="Too late.", by=people[0])
    assert Publication.objects.live().exists()


def test_the_record_catches_up_once(batch: Batch, advisory: Advisory, people: tuple[User, User, User]) -> None:
    arm(batch, people)
    assert publishing.release_due() == 0
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.update(public_at=past)
    Publication.objects.update(public_at=past)
    assert [publishing.release_due(), publishing.release_due()] == [1, 0]
    advisory.refresh_from_db()
    batch.refresh_from_db()
    assert (advisory.state, advisory.public_at, batch.state) == (State.PUBLIC, past, BatchState.RELEASED)
    assert Tiding.objects.filter(what=What.PUBLISHED, audience=Audience.MEMBERS).count() == 1


def test_an_advisory_is_in_one_batch_at_a_time(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User]
) -> None:
    with pytest.raises(scheduling.AlreadyPlanned):
        scheduling.plan([advisory], timezone.now() + timedelta(days=9), by=people[0])
    scheduling.cancel(batch, reason="Not this month.", by=people[0])
    assert scheduling.plan([advisory], timezone.now() + timedelta(days=9), by=people[0]).members.get() == advisory


def test_the_database_refuses_a_second_batch(batch: Batch, advisory: Advisory) -> None:
    other = Batch.objects.create(planned_at=batch.planned_at)
    with pytest.raises(DatabaseError), transaction.atomic():
        BatchEntry.objects.create(batch=other, advisory=advisory)


def test_a_date_in_the_past_is_refused(advisory: Advisory, people: tuple[User, User, User]) -> None:
    with pytest.raises(NotAhead):
        scheduling.plan([advisory], timezone.now() - timedelta(minutes=1), by=people[0])


def test_a_move_needs_its_reason(batch: Batch, people: tuple[User, User, User]) -> None:
    with pytest.raises(NoReason):
        scheduling.move(batch, batch.planned_at + timedelta(days=1), reason=" ", by=people[0])


def test_the_second_of_two_changes_is_refused(batch: Batch, people: tuple[User, User, User]) -> None:
    also_read = Batch.objects.get(pk=batch.pk)
    scheduling.move(batch, batch.planned_at + timedelta(days=1), reason="Later.", by=people[0])
    with pytest.raises(StaleBatch):
        scheduling.cancel(also_read, reason="Never.", by=people[1])


def test_an_armed_batch_is_not_cancelled(batch: Batch, people: tuple[User, User, User]) -> None:
    arm(batch, people)
    with pytest.raises(BatchStepNotAllowed):
        scheduling.cancel(batch, reason="Never.", by=people[0])


def test_a_split_keeps_the_history_of_both(advisory: Advisory, people: tuple[User, User, User]) -> None:
    other = make_advisory(state=State.READY, **SECTIONS)
    batch = scheduling.plan([advisory, other], timezone.now() + timedelta(days=7), by=people[0])
    scheduling.move(batch, batch.planned_at + timedelta(days=1), reason="A holiday.", by=people[0])
    gone = scheduling.split(batch, [other], batch.planned_at + timedelta(days=7), reason="Not ready.", by=people[0])
    assert (list(batch.members), list(gone.members)) == ([advisory], [other])
    assert [move.reason for move in gone.moves.all()] == ["A holiday.", "Not ready."]
    other.refresh_from_db()
    assert other.public_at == gone.planned_at


def test_the_same_words_are_not_frozen_twice(batch: Batch, advisory: Advisory) -> None:
    with pytest.raises(freezing.NothingChanged):
        freezing.freeze(advisory, fixes_of(advisory), audience=Audience.READERS, by=None)


def test_a_later_revision_says_why(batch: Batch, advisory: Advisory) -> None:
    Advisory.objects.update(impact="Larger.")
    with pytest.raises(freezing.NeedsReason):
        freezing.freeze(advisory, fixes_of(advisory), audience=Audience.READERS, by=None, reason=Reissue.TEXT)


def test_the_database_refuses_to_change_what_is_frozen(batch: Batch) -> None:
    for rows in (Revision.objects.all(), RevisionPatch.objects.all()):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(id=F("id"))


def test_the_database_refuses_to_lose_what_is_frozen(batch: Batch) -> None:
    for row in (RevisionPatch.objects.get(), Revision.objects.get()):
        with pytest.raises(DatabaseError), transaction.atomic():
            row.delete()


def test_a_publication_never_changes_once_it_is_out(advisory: Advisory) -> None:
    published = make_publication(advisory, timezone.now() - timedelta(days=1))
    with pytest.raises(DatabaseError), transaction.atomic():
        Publication.objects.filter(pk=published.pk).update(voided_at=timezone.now())


def test_a_reissue_is_what_readers_see_from_its_instant(
    batch: Batch, advisory: Advisory, people: tuple[User, User, User]
) -> None:
    arm(batch, people)
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.update(public_at=past)
    Publication.objects.update(public_at=past)
    publishing.release_due()
    advisory.refresh_from_db()
    Advisory.objects.update(impact="Larger.")
    again = scheduling.plan([advisory], timezone.now() + timedelta(days=1), by=people[0])
    releasing.freeze_batch(again, fixes_of, by=people[0], reason=Reissue.WRONG_DATA, changes="The impact was wrong.")
    arm(again, people)
    assert Publication.objects.current().get().version == 1
    Publication.objects.filter(version=2).update(public_at=timezone.now() - timedelta(milliseconds=1))
    assert Publication.objects.current().get().revision == Revision.objects.get(number=2)
    Arming.objects.filter(batch=again).update(public_at=timezone.now() - timedelta(milliseconds=1))
    publishing.release_due()
    assert Tiding.objects.filter(what=What.REISSUED, audience=Audience.MEMBERS).exists()
