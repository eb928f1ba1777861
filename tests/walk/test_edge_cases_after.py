"""The ten hardest cases of the field, the other five: people who leave, names that change, and the instant itself."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import Sending, User
from advisories import numbering
from advisories.embargo import negotiating
from advisories.embargo.negotiating import End
from advisories.embargo.rules import AlreadyOut
from advisories.models import (
    Credit,
    Embargo,
    Event,
    Finder,
    Identifier,
    Party,
    Publication,
    PublicationStep,
    Reissue,
    Seat,
    StepKind,
    Tiding,
    What,
)
from advisories.release import publishing, scheduling
from advisories.release.batching import Audience, BatchState
from advisories.reporting import triage
from advisories.writing import drafting
from releases import uploading, watching
from releases.models import Branch
from tests.advisories.release.test_publishing import Inbox, inbox
from tests.make import checked, fetched, make_report, make_seat, make_user
from tests.upstream import Upstream, numbered
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

__all__ = ["inbox"]


def text_for(viewer: User, address: str) -> str:
    client = Client()
    client.force_login(viewer)
    return client.get(address).content.decode()


def test_who_leaves_under_embargo_gets_no_more_and_the_record_keeps_what_they_saw(
    branch: Branch, people: list[User]
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch, leaver = predisclosed([advisory], timezone.now() + WEEK, by=people[0])
    seat = Seat.objects.get(advisory=advisory, user=leaver)
    assert page_for(leaver, advisory)[0] == 200
    assert seat.end(by=people[0])
    assert page_for(leaver, advisory)[0] == page_for(None, advisory)[0] == 404
    late = make_user()
    make_seat(advisory, late)
    assert page_for(late, advisory)[0] == 200
    ended = Event.objects.about(advisory).get(kind="seat-ended")
    assert (ended.by, ended.detail) == (people[0], {"person": leaver.pk})
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    assert page_for(leaver, advisory)[0] == 200, "as everybody"


def test_an_identifier_that_is_late_or_swapped_is_another_revision_and_the_old_one_is_still_named(
    branch: Branch, people: list[User]
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    Identifier.objects.create(advisory=advisory, value="CVE-2026-11111", state="requested")
    batch = frozen([advisory], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    assert "CVE-2026-11111" not in page_for(None, advisory)[1]
    released(batch)
    assert "CVE-2026-11111" not in page_for(None, advisory)[1], "it was only asked for"
    changes = [("CVE-2026-11111", {"state": "assigned"}), ("CVE-2026-22222", {"state": "replaced"})]
    for value, change in changes:
        if change["state"] == "replaced":
            change["replaced_by"] = value
            Identifier.objects.create(advisory=advisory, value=value, state="assigned")
        Identifier.objects.filter(value="CVE-2026-11111").update(**change)
        again = scheduling.plan([advisory], timezone.now() + WEEK, by=people[0])
        frozen_again(again, Reissue.LATE_IDENTIFIER, f"It is {value}.", by=people[0])
        assert approved_by(again, *people[1:]), missing(again)
        assert value not in page_for(None, advisory)[1]
        released(again)
        assert value in page_for(None, advisory)[1]
    current = Publication.objects.current().get()
    states = {one["value"]: one["state"] for one in current.content["identifiers"]}
    assert (current.version, states) == (3, {"CVE-2026-11111": "replaced", "CVE-2026-22222": "assigned"})
    assert "CVE-2026-11111" in page_for(None, advisory)[1]


def test_two_reports_of_one_thing_end_at_the_earliest_date_and_both_finders_are_named(
    branch: Branch, people: list[User]
) -> None:
    one, two = (written(branch, patch, by=people[0]) for patch in (SAFE, TIMELY))
    for advisory, name in ((one, "Ada"), (two, "Grace")):
        report = make_report(name=name, address=f"{name}@research.example")
        Finder.objects.filter(pk=report.finder_id).update(credit=Credit.NAMED)
        triage.assign(report, people[0], by=people[0])
        triage.link(report, advisory, by=people[0])
    early, late = timezone.now() + timedelta(days=6), timezone.now() + timedelta(days=20)
    embargoed_until(late, one, by=people[0])
    embargoed_until(early, two, by=people[0])
    batch = frozen([two], early, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    numbering.merge(two, one, because="It is one flaw.", by=people[0])
    batch.refresh_from_db()
    assert (batch.state, list(batch.members), Publication.objects.coming().exists()) == (
        BatchState.CANCELLED,
        [],
        False,
    )
    assert "It is one flaw." in batch.cancelled_for
    assert Embargo.of(one).end_at == Embargo.of(two).end_at == early
    again = frozen([one], early, by=people[0])
    assert approved_by(again, *people[1:]), missing(again)
    assert page_for(None, two)[0] == 404
    released(again)
    named = [finder["name"] for finder in Publication.objects.get(advisory=one, voided_at=None).content["finders"]]
    assert named == ["Ada", "Grace"]
    status, note = page_for(None, two)
    assert one.label in note
    assert status in (200, 410)


def test_a_wrong_fix_is_issued_again_while_the_first_is_still_what_readers_have(
    branch: Branch, people: list[User]
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch, member = predisclosed([advisory], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFER)], by=people[0])
    advisory.refresh_from_db()
    drafting.keep_text(
        advisory, {"impact": "Larger than we thought."}, read_version=advisory.text_version, by=people[0]
    )
    checked(branch)
    again = scheduling.plan([advisory], timezone.now() + WEEK, by=people[0])
    frozen_again(again, Reissue.REGRESSION, "The fix broke timers.", by=people[0])
    assert approved_by(again, *people[1:]), missing(again)
    assert "Larger than we thought" not in page_for(None, advisory)[1]
    released(again)
    assert "Larger than we thought" in page_for(None, advisory)[1]
    assert Publication.objects.current().get().revision.reason == Reissue.REGRESSION
    told = Tiding.objects.get(what=What.REISSUED, audience=Audience.MEMBERS)
    assert told.revision is not None
    assert told.revision.number == 2
    # What comes of it under a new embargo has a number of its own.
    follow_up = written(branch, TIMELY, by=people[0], title="The first fix was incomplete")
    embargoed_until(timezone.now() + WEEK, follow_up, by=people[0])
    try:
        negotiating.propose(advisory, End(timezone.now() + WEEK), party=Party.team(people[0]))
    except AlreadyOut:
        assert page_for(member, follow_up)[0] == 404


def test_the_instant_holds_with_every_mail_refused_and_each_letter_leaves_once_after_it(
    branch: Branch, people: list[User], inbox: Inbox
) -> None:
    titles = ["Queues", "Timers", "Both"]
    patches = (SAFE, TIMELY, SAFER)
    advisories = [written(branch, p, by=people[0], title=t) for p, t in zip(patches, titles, strict=True)]
    batch = frozen(advisories, timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    instant_passes(batch)
    assert [page_for(None, one)[0] for one in advisories] == [200, 200, 200], "with no worker"
    inbox.refuses = True
    publishing.release_due()
    done = [publishing.do_step(pk) for pk in publishing.due_steps()]
    assert done == [*[False] * 3, *[True] * 9], "mails first, and what readers have is confirmed without them"
    waiting = PublicationStep.objects.filter(kind=StepKind.MAIL, state=Sending.QUEUED)
    assert waiting.count() == 3
    batch.refresh_from_db()
    desk, page = (text_for(people[0], address) for address in ("/desk/", batch.get_absolute_url()))
    assert "Readers have it; 3 steps still to do." in " ".join(desk.split())
    assert page.count("next try") == 3, "what is done and what isn't is seen step by step"
    inbox.refuses = False
    waiting.update(due_at=timezone.now())
    due = publishing.due_steps()
    assert sum(publishing.do_step(pk) for pk in due * 2) == 3
    assert len(inbox.taken) == 3
    assert publishing.release_due() == 0


def test_a_branch_that_moves_before_the_instant_so_that_the_fix_fails_holds_the_release_back(
    branch: Branch, people: list[User], upstream: Upstream
) -> None:
    advisory = written(branch, SAFE, by=people[0])
    batch = frozen([advisory], timezone.now() + WEEK, by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    upstream.commit("stable-1.0", {"queue.c": numbered("queue", l25="queue is other")}, "Change what it fixes")
    upstream.branch("staging-1.0", "stable-1.0")
    fetched(branch.tree)
    checked(branch)
    assert watching.hold_what_changed() == 1
    batch.refresh_from_db()
    assert (batch.state, Publication.objects.coming().exists()) == (BatchState.FROZEN, False)
    assert any("does not apply" in one for one in missing(batch))
    assert Tiding.objects.filter(what=What.HELD, audience=Audience.TEAM, advisory=advisory).exists()
    assert page_for(None, advisory)[0] == 404
