"""What is armed and may not go out any more is held back: by each change itself, and by the sweep for what moves."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, Arming, Batch, Publication, Tiding, What
from advisories.release import disarming, releasing, scheduling, sealing, standing
from advisories.release.batching import Audience, BatchState
from advisories.writing import drafting
from releases import targeting, uploading, watching
from releases.checking import requesting
from releases.fixes import fixes_of, fixes_of_all
from releases.models import Branch, BranchRun, Cell, Series, Tree
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import checked, fetched, make_advisory, make_branch, make_series, make_user
from tests.upstream import Upstream, fix, numbered

FIX = fix(numbered("queue"), numbered("queue", l25="queue is safe"))
OTHER = fix(numbered("timer"), numbered("timer", l25="timer is safe"), "timer.c")


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


@pytest.fixture
def people(db: None) -> tuple[User, User]:
    """Two of the team, who wrote nothing of it."""
    return make_user("one@sluice.example", Role.SECURITY), make_user("two@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(branch: Branch) -> Advisory:
    """One with a series that applies."""
    made = make_advisory(state=State.READY, **SECTIONS)
    make_series(branch, FIX, advisory=made)
    checked(branch)
    return made


@pytest.fixture
def batch(advisory: Advisory, people: tuple[User, User]) -> Batch:
    """Armed by both."""
    made = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=people[0])
    releasing.freeze_batch(made, fixes_of, by=people[0])
    sealing.seal_waiting()
    for person in people:
        releasing.approve(made, standing.of_batch(made, fixes_of).digest, fixes_of, by=person)
    assert made.state == BatchState.ARMED
    return made


def is_held(batch: Batch) -> bool:
    """Whether nothing of it would go out, and the team is told."""
    batch.refresh_from_db()
    told = Tiding.objects.filter(what=What.HELD, audience=Audience.TEAM, batch=batch)
    assert told.exists() == (batch.state != BatchState.ARMED)
    return batch.state == BatchState.FROZEN and not Publication.objects.coming().exists()


@pytest.mark.parametrize("change", ["text", "series", "revision", "targets", "override"])
def test_each_change_holds_it_back_in_its_own_transaction(
    change: str, batch: Batch, advisory: Advisory, branch: Branch, people: tuple[User, User]
) -> None:
    series = Series.objects.get()
    other = make_branch(branch.tree, "0.9")
    by = people[0]
    changes: dict[str, Callable[[], object]] = {
        "text": lambda: drafting.keep_text(advisory, {"impact": "Larger."}, read_version=1, by=by),
        "series": lambda: uploading.upload_series(
            advisory, tree=branch.tree, branches=[branch], files=[("2.patch", OTHER)], by=by
        ),
        "revision": lambda: uploading.upload_revision(series, files=[("1.patch", OTHER)], by=by),
        "targets": lambda: targeting.change(
            series, branches=[branch, other], depends_on=[], depends_on_commits=[],
            seen=targeting.as_seen_by(series, by), by=by,
        ),
        "override": lambda: releasing.override(advisory, str(branch), fixes_of, reason="It is built.", by=by),
    }  # fmt: skip
    changes[change]()
    assert is_held(batch)
    assert Arming.objects.get().void_reason


def test_a_text_kept_as_it_was_holds_nothing_back(batch: Batch, advisory: Advisory, people: tuple[User, User]) -> None:
    drafting.keep_text(advisory, {"impact": "Large."}, read_version=1, by=people[0])
    assert not is_held(batch)


def test_nothing_is_held_back_while_everything_holds(batch: Batch) -> None:
    assert watching.hold_what_changed() == 0
    assert not is_held(batch)


def test_a_branch_on_which_it_no_longer_applies_holds_it_back(batch: Batch, branch: Branch, upstream: Upstream) -> None:
    upstream.commit("stable-1.0", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
    checked(fetched(branch.tree))
    assert watching.hold_what_changed() == 1
    assert is_held(batch)
    assert str(branch) in Arming.objects.get().void_reason


def test_a_verdict_that_a_worker_still_computes_is_waited_for(batch: Batch) -> None:
    Cell.objects.update(is_due=True)
    assert watching.hold_what_changed() == 0
    Arming.objects.update(public_at=timezone.now() + watching.PATIENCE / 2)
    assert watching.hold_what_changed() == 1


@pytest.mark.parametrize(
    ("left", "asked_ago", "held"),
    [
        (watching.PATIENCE / 2, timedelta(0), 0),
        (watching.PATIENCE / 2, watching.GRACE, 1),
        (watching.LAST / 2, timedelta(0), 1),
    ],
    ids=["just asked for", "asked for long ago", "in the last minute"],
)
def test_shortly_before_the_instant_only_what_was_asked_for_just_now_is_waited_for(
    left: timedelta, asked_ago: timedelta, held: int, batch: Batch, branch: Branch
) -> None:
    # As when another release is armed meanwhile, which has every verdict of the branch computed anew.
    requesting.request(branch)
    now = timezone.now()
    BranchRun.objects.unfinished().update(requested_at=now - asked_ago)
    Arming.objects.update(public_at=now + left)
    assert watching.hold_what_changed() == held


def test_a_long_reason_is_cut_between_words(batch: Batch) -> None:
    disarming.disarm(batch, "The verdict is another one. " * 20, by=None)
    assert Arming.objects.get().void_reason.endswith(" …")


def test_what_was_held_back_waits_for_people_to_look_again(batch: Batch, people: tuple[User, User]) -> None:
    Cell.objects.update(is_due=True)
    soon = timezone.now() + watching.PATIENCE / 2
    Arming.objects.update(public_at=soon)
    watching.watch()
    Cell.objects.update(is_due=False)
    watching.watch()
    assert is_held(batch)
    assert releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=people[0])


def test_an_approver_who_left_no_longer_counts(batch: Batch, people: tuple[User, User]) -> None:
    User.objects.filter(pk=people[0].pk).update(is_active=False)
    assert watching.hold_what_changed() == 1
    assert is_held(batch)


def test_a_supported_branch_said_to_be_affected_is_missed_without_a_series(
    batch: Batch, advisory: Advisory, branch: Branch
) -> None:
    make_branch(branch.tree, "0.9")
    Affected.objects.create(advisory=advisory, position=1, tree="sluice", ranges="0.8 - 1.0", status="affected")
    without = [one.name for one in fixes_of(advisory).branches if not one.has_series]
    assert without == ["sluice 0.9"]


def test_a_branch_out_of_support_is_not_missed(advisory: Advisory, branch: Branch) -> None:
    make_branch(branch.tree, "0.9", security_supported_until=timezone.now().date() - timedelta(days=2))
    Affected.objects.create(advisory=advisory, position=1, tree="sluice", ranges="0.8 - 1.0", status="affected")
    assert all(one.has_series for one in fixes_of(advisory).branches)


def test_many_are_read_as_one_is(batch: Batch, advisory: Advisory) -> None:
    many, one = fixes_of_all([advisory, make_advisory()])(advisory), fixes_of(advisory)
    assert (many.sha256, many.verdicts, many.branches) == (one.sha256, one.verdicts, one.branches)
