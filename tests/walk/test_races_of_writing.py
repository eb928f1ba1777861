"""Several at once on what goes out: written, frozen, sealed and merged while somebody else does so or approves."""

from datetime import timedelta

import pytest
from django.utils import timezone

from advisories import numbering
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Publication,
    Revision,
    SignedText,
    StaleBatch,
)
from advisories.release import freezing, publishing, releasing, scheduling, sealing, standing
from advisories.release.batching import Audience, BatchState
from advisories.reporting import intake, triage
from advisories.writing import drafting
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_advisory, make_report
from tests.walk.batches import approving, armed, digest, frozen, is_consistent, its_instant_comes, people, read_again
from tests.walk.racing import Meanwhile, race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("reading", [1, 2])
def test_what_is_edited_while_it_is_approved_is_not_armed(reading: int) -> None:
    batch, (one, two) = frozen(), people()
    approving(batch, one)()
    advisory, shown = batch.members.get(), digest(batch)
    editing = Meanwhile(
        fixes_of,
        lambda: drafting.keep_text(advisory, {"impact": "Late."}, read_version=1, by=None),
        at_reading=reading,
    )
    race(lambda: releasing.approve(batch, shown, editing, by=two))
    editing.came_back()
    assert Advisory.objects.get(pk=advisory.pk).impact == "Late."
    assert read_again(batch).state == BatchState.FROZEN
    assert is_consistent(batch)


def test_frozen_twice_at_once_it_has_one_revision() -> None:
    advisory = make_advisory(state=State.READY, **SECTIONS)
    fixes = fixes_of(advisory)
    outcomes = race(*(lambda: freezing.freeze(advisory, fixes, audience=Audience.READERS, by=None) for _ in range(2)))
    assert refusals(outcomes) == [freezing.NothingChanged]
    assert Revision.objects.filter(advisory=advisory).count() == 1


def test_a_batch_frozen_by_two_at_once_is_frozen_by_one() -> None:
    inside = [make_advisory(state=State.READY, **SECTIONS) for _ in range(2)]
    batch = scheduling.plan(inside, timezone.now() + timedelta(days=7), by=None)
    first, second = read_again(batch), read_again(batch)
    outcomes = race(
        lambda: releasing.freeze_batch(first, fixes_of, by=None),
        lambda: releasing.freeze_batch(second, fixes_of, by=None),
    )
    assert refusals(outcomes) == [StaleBatch]
    assert Revision.objects.filter(advisory__in=inside).count() == 2


def test_a_batch_is_frozen_while_another_of_it_is_written() -> None:
    inside = [make_advisory(state=State.READY, **SECTIONS) for _ in range(2)]
    batch = scheduling.plan(inside, timezone.now() + timedelta(days=7), by=None)
    last = inside[-1]
    writing = Meanwhile(
        fixes_of, lambda: drafting.keep_text(last, {"impact": "Late."}, read_version=1, by=None), at_reading=2
    )
    outcomes = race(lambda: releasing.freeze_batch(batch, writing, by=None))
    writing.came_back()
    assert refusals(outcomes) == []
    assert Revision.objects.get(advisory=last).content["sections"]["impact"] == SECTIONS["impact"]
    assert standing.of_batch(batch, fixes_of).digest == "", "what was written meanwhile is in no revision"


def test_a_text_is_sealed_by_one_of_two_workers() -> None:
    batch = scheduling.plan([make_advisory(state=State.READY, **SECTIONS)], timezone.now() + timedelta(days=7), by=None)
    releasing.freeze_batch(batch, fixes_of, by=None)
    pk = SignedText.objects.get(made_at__isnull=True).pk
    assert sorted(map(str, race(lambda: sealing.seal(pk), lambda: sealing.seal(pk)))) == ["False", "True"]


def test_what_is_merged_while_it_is_approved_does_not_go_out() -> None:
    batch, (one, two) = frozen(2), people()
    approving(batch, one)()
    source, target = batch.members[0], make_advisory(state=State.READY)
    race(
        approving(batch, two),
        lambda: numbering.merge(source, target, because="They are one.", by=one),
    )
    source.refresh_from_db()
    assert source.state == State.MERGED
    assert not Publication.objects.coming().filter(advisory=source).exists()


def test_two_merged_crosswise_do_not_wait_for_each_other() -> None:
    one, two = make_advisory(state=State.READY), make_advisory(state=State.READY)
    outcomes = race(
        lambda: numbering.merge(one, two, because="They are one.", by=None),
        lambda: numbering.merge(two, one, because="They are one.", by=None),
    )
    assert len(refusals(outcomes)) == 1
    assert Advisory.objects.filter(pk__in=[one.pk, two.pk], state=State.MERGED).count() == 1


def test_the_armed_one_of_two_is_merged_while_both_are_written() -> None:
    batch = armed(2)
    first, second = batch.members
    target = make_advisory(state=State.READY)
    outcomes = race(
        lambda: numbering.merge(first, target, because="They are one.", by=None),
        lambda: drafting.keep_text(target, {"impact": "Late."}, read_version=1, by=None),
        lambda: drafting.keep_text(second, {"impact": "Late."}, read_version=1, by=None),
    )
    assert refusals(outcomes) == []
    assert is_consistent(batch)
    assert read_again(batch).state == BatchState.FROZEN


def test_what_is_merged_at_its_instant_is_merged_before_it_or_not_at_all() -> None:
    batch = armed(2)
    first, target = batch.members[0], make_advisory(state=State.READY)
    its_instant_comes()
    outcomes = race(publishing.release_due, lambda: numbering.merge(first, target, because="They are one.", by=None))
    assert len(refusals(outcomes)) == 1
    first.refresh_from_db()
    assert (first.state, read_again(batch).state) == (State.PUBLIC, BatchState.RELEASED)


def test_a_finder_writes_while_the_advisory_is_merged() -> None:
    source, target = make_advisory(state=State.READY), make_advisory(state=State.READY)
    report = make_report()
    person, _ = people()
    triage.assign(report, person, by=person)
    triage.link(report, source, by=person)
    outcomes = race(
        lambda: numbering.merge(source, target, because="They are one.", by=None),
        lambda: intake.continue_thread(report, "It is worse."),
    )
    assert refusals(outcomes) == []
    report.refresh_from_db()
    assert report.advisory == target
