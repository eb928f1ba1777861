"""A fix that was wrong on one branch, told under a new embargo while the old one is public; and clocks that lie."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from advisories.affected import Needs, Status
from advisories.embargo import ending, negotiating
from advisories.embargo.negotiating import End
from advisories.embargo.rules import AlreadyOut, EndReason
from advisories.models import Affected, Batch, Embargo, Party, Publication, Reissue
from advisories.release import releasing, scheduling, standing
from advisories.release.batching import BatchState
from releases import uploading
from releases.fixes import fixes_of
from releases.models import Branch
from tests.make import checked, make_seat, make_user
from tests.walk.scene import (
    SAFE,
    SAFER,
    TIMELY,
    WEEK,
    approved_by,
    embargoed_until,
    frozen,
    frozen_again,
    instant_passes,
    missing,
    page_for,
    predisclosed,
    released,
    series_of,
    written,
)


def test_a_regression_of_one_branch_has_an_embargo_of_its_own_while_the_first_advisory_is_public(
    branch: Branch, people: list[User]
) -> None:
    first = written(branch, SAFE, by=people[0])
    batch, _ = predisclosed([first], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    before = page_for(None, first)[1]
    with pytest.raises(AlreadyOut):
        negotiating.propose(first, End(timezone.now() + WEEK), party=Party.team(people[0]))
    follow_up = written(branch, TIMELY, by=people[0], title="Unspeakable regression")
    Affected.objects.create(
        advisory=follow_up, position=1, tree="sluice", ranges="1.0.x", status=Status.AFFECTED,
        condition_on=first, condition_needs=Needs.FIX_PRESENT,
    )  # fmt: skip
    tester = make_user("tester@cloud.example")
    make_seat(follow_up, tester)
    end_at = timezone.now() + WEEK
    embargoed_until(end_at, follow_up, by=people[0])
    again = frozen([follow_up], end_at, by=people[0])
    releasing.predisclose(again, fixes_of, by=people[0])
    assert page_for(None, first)[1] == before, "the public page of the first gives nothing of it away"
    assert [page_for(who, follow_up)[0] for who in (tester, None)] == [200, 404]
    assert approved_by(again, *people[1:]), missing(again)
    released(again)
    page = page_for(None, follow_up)[1]
    assert first.label in page, "it is only for who has the first fix"


def test_the_first_advisory_is_issued_again_for_one_branch_on_the_day_its_regression_comes_out(
    branch: Branch, people: list[User]
) -> None:
    first = written(branch, SAFE, by=people[0])
    batch = frozen([first], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    follow_up = written(branch, TIMELY, by=people[0], title="Unspeakable regression")
    uploading.upload_revision(series_of(first), files=[("1.patch", SAFER)], by=people[0])
    checked(branch)
    at = timezone.now() + WEEK
    embargoed_until(at, follow_up, by=people[0])
    together = scheduling.plan([first, follow_up], at, by=people[0])
    frozen_again(together, Reissue.REGRESSION, "On 1.0 the first patch broke timers.", by=people[0])
    assert approved_by(together, *people[1:]), missing(together)
    assert "broke timers" not in page_for(None, first)[1]
    instant_passes(together)
    versions = {one.advisory_id: one.version for one in Publication.objects.current()}
    assert versions == {first.pk: 2, follow_up.pk: 1}, "both at one instant, with no worker"
    assert "broke timers" in page_for(None, first)[1]


@pytest.mark.parametrize("minutes", [-90, 90])
def test_a_web_hosts_clock_shows_nothing_sooner_and_hides_nothing_longer(
    branch: Branch, people: list[User], monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch = frozen([advisory], timezone.now() + timedelta(hours=1), by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    honest = timezone.now

    def lying() -> datetime:
        return honest() + timedelta(minutes=minutes)

    monkeypatch.setattr("django.utils.timezone.now", lying)
    assert page_for(None, advisory)[0] == 404, "the database's clock has not come to the instant"
    Publication.objects.update(public_at=honest() - timedelta(seconds=1))
    assert page_for(None, advisory)[0] == 200
    assert batch.state == BatchState.ARMED, "no worker has run"


@pytest.mark.parametrize("minutes", [-2, 2])
def test_what_ends_early_is_out_at_once_whatever_the_clock_of_the_host_says(
    branch: Branch, people: list[User], monkeypatch: pytest.MonkeyPatch, minutes: int
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch, _ = predisclosed([advisory], timezone.now() + WEEK, by=people[0])
    honest = timezone.now
    monkeypatch.setattr("django.utils.timezone.now", lambda: honest() + timedelta(minutes=minutes))
    order = ending.Order(EndReason.LEAKED, "It is out.", ending.shown(standing.of_batch(batch, fixes_of)))
    assert ending.end_early(batch, order, fixes_of, by=people[1]).is_out
    assert page_for(None, advisory)[0] == 200


def test_nothing_is_armed_for_an_instant_that_has_passed_although_the_host_does_not_know(
    branch: Branch, people: list[User], monkeypatch: pytest.MonkeyPatch
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch = frozen([advisory], timezone.now() + timedelta(hours=1), by=people[0])
    passed = timezone.now() - timedelta(minutes=1)
    Batch.objects.filter(pk=batch.pk).update(planned_at=passed)
    Embargo.objects.update(end_at=passed)
    batch.refresh_from_db()
    monkeypatch.setattr("django.utils.timezone.now", lambda: passed - timedelta(minutes=1))
    assert not approved_by(batch, *people[1:])
    assert page_for(None, advisory)[0] == 404
