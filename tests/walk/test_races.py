"""Several at once on one release: approving it, taking it back, and the moment it is out."""

from functools import partial
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.models import Sending
from advisories.exporting import sweeping
from advisories.lifecycle import State
from advisories.models import (
    Approval,
    Arming,
    Event,
    ExportedSite,
    Publication,
    PublicationStep,
    SignedText,
    StepKind,
    Tiding,
    What,
)
from advisories.release import publishing, releasing
from advisories.release.batching import Audience, BatchState
from advisories.writing import drafting
from tests.advisories.release.test_publishing import LIST, Inbox, inbox
from tests.advisories.release.test_releasing import SECTIONS
from tests.walk.batches import approving, armed, frozen, is_consistent, its_instant_comes, people, read_again
from tests.walk.racing import race, refusals

__all__ = ["inbox"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_approvals_at_once_make_one_arming() -> None:
    batch = frozen()
    outcomes = race(*(approving(batch, person) for person in people()))
    assert sorted(map(str, outcomes)) == ["False", "True"]
    assert Arming.objects.filter(batch=batch).count() == Publication.objects.filter(arming__batch=batch).count() == 1
    assert is_consistent(batch)


def test_one_persons_approval_sent_twice_at_once_counts_once() -> None:
    batch, (one, _) = frozen(), people()
    assert race(approving(batch, one), approving(batch, one)) == [False, False]
    assert Approval.objects.filter(batch=batch).count() == 1


def test_two_workers_at_the_instant_write_it_down_once() -> None:
    batch = armed(2)
    its_instant_comes()
    assert sorted(map(str, race(publishing.release_due, publishing.release_due))) == ["0", "1"]
    assert Event.objects.about(batch).filter(kind="batch-released").count() == 1
    told = Tiding.objects.filter(what=What.PUBLISHED, audience=Audience.MEMBERS, batch=batch)
    assert sorted(told.values_list("advisory", flat=True)) == sorted(
        Publication.objects.filter(arming__batch=batch).values_list("advisory", flat=True)
    )


def test_an_edit_at_the_instant_takes_nothing_back_and_adds_nothing() -> None:
    batch = armed()
    advisory = batch.members.get()
    its_instant_comes()
    outcomes = race(
        publishing.release_due,
        lambda: drafting.keep_text(advisory, {"impact": "Late."}, read_version=1, by=None),
    )
    assert refusals(outcomes) == []
    published = Publication.objects.get(arming__batch=batch)
    advisory.refresh_from_db()
    assert (advisory.state, advisory.impact) == (State.PUBLIC, "Late.")
    assert published.content["sections"]["impact"] == SECTIONS["impact"]
    assert published.voided_at is None


def test_a_mail_that_two_workers_reach_for_leaves_once(inbox: Inbox) -> None:
    armed()
    its_instant_comes()
    pk = PublicationStep.objects.get(kind=StepKind.MAIL, target=LIST).pk
    assert sorted(map(str, race(*(lambda: publishing.do_step(pk) for _ in range(3))))) == ["False", "False", "True"]
    assert len(inbox.taken) == 1


def test_a_confirmation_that_workers_reach_for_at_once_is_told_once() -> None:
    batch = armed()
    its_instant_comes()
    steps = {one.kind: one.pk for one in PublicationStep.objects.filter(publication__arming__batch=batch)}
    SignedText.objects.update(sha256="0" * 64)
    for kind, done in ((StepKind.SITE, ["False", "False", "True"]), (StepKind.FILES, ["False"] * 3)):
        outcomes = race(*(partial(publishing.do_step, steps[kind]) for _ in range(3)))
        assert sorted(map(str, outcomes)) == done
    assert PublicationStep.objects.get(pk=steps[StepKind.FILES]).attempts == 1
    assert Event.objects.filter(kind="step-failed").count() == 1


def test_a_step_that_two_try_again_while_a_worker_takes_it_stands_on_the_record_as_often_as_it_was_queued() -> None:
    batch, (one, two) = armed(), people()
    its_instant_comes()
    step = PublicationStep.objects.get(publication__arming__batch=batch, kind=StepKind.SITE)
    PublicationStep.objects.filter(pk=step.pk).update(state=Sending.FAILED, trouble="/advisories/ answers 500.")
    outcomes = race(
        lambda: publishing.try_again(step, by=one),
        lambda: publishing.try_again(step, by=two),
        lambda: publishing.do_step(step.pk),
    )
    assert refusals(outcomes) == []
    publishing.do_step(step.pk)
    assert PublicationStep.objects.get(pk=step.pk).state == Sending.SENT
    assert Event.objects.filter(kind="step-tried-again").count() == 1


def test_two_workers_that_export_at_once_settle_each_step_once(settings: Settings, tmp_path: Path) -> None:
    settings.EXPORT_DIR = tmp_path
    armed(2)
    its_instant_comes()
    assert True in race(sweeping.sweep, sweeping.sweep)
    sweeping.sweep()
    steps = PublicationStep.objects.filter(kind=StepKind.EXPORT)
    assert {(one.state, one.trouble) for one in steps} == {(Sending.SENT, "")}
    assert ExportedSite.objects.get().done_at is not None


def test_an_approval_taken_back_while_another_arms_leaves_nothing_armed() -> None:
    batch, (one, two) = frozen(), people()
    approving(batch, one)()
    also_read = read_again(batch)
    outcomes = race(approving(batch, two), lambda: releasing.withdraw_approval(also_read, by=one))
    assert refusals(outcomes) == []
    assert read_again(batch).state == BatchState.FROZEN
    assert is_consistent(batch)
    assert Approval.objects.standing().get(batch=batch).by == two


def test_an_approval_taken_back_at_the_instant_is_either_in_time_or_too_late() -> None:
    batch = armed()
    its_instant_comes()
    person = Approval.objects.filter(batch=batch)[0].by
    also_read = read_again(batch)
    outcomes = race(publishing.release_due, lambda: releasing.withdraw_approval(also_read, by=person))
    assert refusals(outcomes) == []
    assert read_again(batch).state == BatchState.RELEASED
    assert Publication.objects.live().filter(arming__batch=batch).count() == 1
