"""The ten hardest cases of the field, the first five, each on the real way from draft to readers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import ending, negotiating, outside_clocks
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Began, BreaksClocks
from advisories.embargo.rules import EmbargoState, EndReason
from advisories.models import (
    Arming,
    Embargo,
    Party,
    Publication,
    Reissue,
    Revision,
    Tiding,
    What,
)
from advisories.policies import current_policy
from advisories.release import publishing, releasing, scheduling, standing
from advisories.release.batching import Audience, BatchState
from releases import uploading
from releases.fixes import fixes_of
from releases.models import Branch
from tests.make import checked, make_seat, make_series, make_user
from tests.upstream import fix, numbered
from tests.walk.scene import (
    SAFE,
    SAFER,
    TIMELY,
    WEEK,
    approved_by,
    embargoed_until,
    frozen,
    frozen_again,
    missing,
    page_for,
    predisclosed,
    released,
    series_of,
    written,
)


def test_what_leaks_is_public_at_once_and_its_sibling_keeps_its_date(branch: Branch, people: list[User]) -> None:
    leaked, sibling = written(branch, SAFE, by=people[0]), written(branch, TIMELY, by=people[0], title="Late timers")
    at = timezone.now() + WEEK
    batch, member = predisclosed([leaked, sibling], at, by=people[0])
    order = ending.Order(
        EndReason.EXPLOITED, "It is in use.", ending.shown(standing.of_batch(batch, fixes_of)), (leaked.pk,)
    )
    outcome = ending.end_early(batch, order, fixes_of, by=people[1])
    assert outcome.is_out, missing(outcome.batch)
    assert [page_for(None, one)[0] for one in (leaked, sibling)] == [200, 404]
    assert (batch.state, batch.planned_at, list(batch.members)) == (BatchState.PREDISCLOSED, at, [sibling])
    heard = Tiding.objects.filter(what=What.ENDED_EARLY, audience=Audience.MEMBERS)
    assert [(one.advisory, one.reason) for one in heard] == [(leaked, "It is in use.")]
    states = {one.advisory_id: (one.state, one.reason) for one in Embargo.objects.all()}
    assert states == {leaked.pk: (EmbargoState.ENDED, EndReason.EXPLOITED), sibling.pk: (EmbargoState.ACTIVE, "")}
    assert page_for(member, sibling)[0] == 200
    told = page_for(None, leaked)[1]
    assert "ended early, since the issue was being exploited" in told
    assert "It is in use." not in told, "what those who knew the date were told is not for everyone"


def test_a_patch_replaced_under_embargo_reaches_those_who_hold_the_first_and_is_tried_anew(
    branch: Branch, people: list[User]
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch, _ = predisclosed([advisory], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:])
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFER)], by=people[0])
    batch.refresh_from_db()
    assert batch.state == BatchState.PREDISCLOSED, "what was approved is not what would go out"
    assert not Publication.objects.coming().exists()
    assert any("verdict" in one for one in missing(batch))
    checked(branch)
    frozen_again(batch, Reissue.ADDED_PATCH, "The patch was too small.", by=people[0])
    first, second = Revision.objects.order_by("number")
    assert bytes(first.patches.get().content) == SAFE
    assert bytes(second.patches.get().content) == SAFER
    told = Tiding.objects.get(what=What.REVISED, audience=Audience.MEMBERS)
    assert (told.revision, told.reason) == (second, "The patch was too small.")
    assert approved_by(batch, *people[1:]), missing(batch)
    assert Publication.objects.coming().get().revision == second
    sums = [second.patches.get().sha256]
    assert {tuple(one["patches"]) for one in second.content["verdicts"]} == {tuple(sums)}


def test_a_fix_that_needs_a_secret_one_says_nothing_of_it_when_it_goes_out_first(
    branch: Branch, people: list[User]
) -> None:
    secret = written(branch, SAFE, by=people[0], title="Unspeakable overflow")
    before = numbered("queue", l25="queue is safe")
    after = fix(before, numbered("queue", l25="queue is safe", l26="queue is checked"))
    advisory = written(branch, by=people[0], title="Queues are not checked")
    make_series(branch, after, advisory=advisory, depends_on=[series_of(secret)])
    checked(branch)
    batch = frozen([advisory], timezone.now() + WEEK, by=people[0])
    assert not approved_by(batch, *people[1:])
    assert f"needs the fix of advisory {secret.number} first, which would not be out" in missing(batch)[0]
    releasing.override(advisory, str(branch), fixes_of, reason="Members have the other one.", by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    status, text = page_for(None, advisory)
    assert status == 200
    assert str(series_of(secret).pk) not in text
    assert str(series_of(secret).pk) not in str(Publication.objects.get().content)
    assert "Unspeakable" not in text
    assert page_for(None, secret)[0] == 404


def test_two_fixes_of_which_one_needs_the_other_go_out_together(branch: Branch, people: list[User]) -> None:
    first, second = written(branch, SAFE, by=people[0]), written(branch, by=people[0], title="Queues are not checked")
    before = numbered("queue", l25="queue is safe")
    after = fix(before, numbered("queue", l25="queue is safe", l26="queue is checked"))
    make_series(branch, after, advisory=second, depends_on=[series_of(first)])
    checked(branch)
    batch = frozen([first, second], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)


def test_a_date_that_moves_is_checked_against_the_clocks_of_others_and_the_old_one_is_never_used(
    branch: Branch, people: list[User]
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    rule = next(iter(current_policy().clocks))
    old_at, new_at = timezone.now() + timedelta(days=5), timezone.now() + timedelta(days=400)
    batch, _ = predisclosed([advisory], old_at, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    outside_clocks.start(advisory, rule.key, Began(timezone.now()), by=people[0])
    with pytest.raises(BreaksClocks):
        negotiating.propose(advisory, End(new_at), party=Party.team(people[0]))
    with pytest.raises(BreaksClocks):
        scheduling.move(batch, new_at, reason="A partner asked.", by=people[0])
    batch.refresh_from_db()
    assert batch.planned_at == old_at
    near = old_at + timedelta(days=1)
    scheduling.move(batch, near, reason="A partner asked.", by=people[0])
    assert (batch.state, Arming.objects.in_force().exists()) == (BatchState.PREDISCLOSED, False)
    assert Embargo.of(advisory).end_at == near, "what people consent to is the date that is used"
    told = Tiding.objects.filter(what=What.DATE_MOVED).values_list("audience", "planned_at")
    assert {(Audience.MEMBERS, near), (Audience.RELEASE_MANAGERS, near)} <= set(told)
    assert approved_by(batch, *people[1:]), missing(batch)
    assert [one.public_at for one in Publication.objects.coming()] == [near]
    assert publishing.release_due() == 0


def test_a_vendor_who_owns_the_date_is_heard_and_their_circle_is_narrower_than_ours(
    branch: Branch, people: list[User]
) -> None:
    vendors, ours = written(branch, SAFE, by=people[0], title="Unspeakable chip"), written(branch, TIMELY, by=people[0])
    guest, other = make_user("guest@vendor.example"), make_user("guest@other.example")
    make_seat(vendors, guest)
    make_seat(ours, other)
    end_at = timezone.now() + timedelta(days=30)
    outside_clocks.fix(vendors, FixedEnd(owner="A vendor", end_at=end_at, reference=""), by=people[0])
    with pytest.raises(BreaksClocks):
        negotiating.propose(vendors, End(end_at - timedelta(days=1)), party=Party.team(people[0]))
    embargoed_until(end_at, vendors, by=people[0])
    batch = frozen([vendors], end_at, by=people[0])
    releasing.predisclose(batch, fixes_of, by=people[0])
    manager = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    assert [page_for(one, vendors)[0] for one in (guest, other, None)] == [200, 404, 404]
    assert "Unspeakable" not in page_for(manager, vendors)[1]
    assert approved_by(batch, *people[1:]), missing(batch)
