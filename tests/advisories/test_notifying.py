"""Notices to people with an account: one for much, without a secret, to nobody who may not know any more."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import Role, Sending, TeamSeat, User
from advisories import notifying, seating
from advisories.lifecycle import State
from advisories.models import About, Batch, Notification, Report, Seat, What
from advisories.models.seat import Right
from advisories.release import scheduling, tidings
from advisories.release.batching import Audience, BatchState
from advisories.reporting import intake, triage
from tests.make import make_advisory, make_contact, make_guest, make_member, make_proposal, make_user

pytestmark = pytest.mark.django_db


def sent() -> str:
    for pk in Notification.objects.values_list("pk", flat=True):
        notifying.send(pk)
    return "\n".join(letter.message().as_string() for letter in mail.outbox)


def test_a_notice_says_where_to_look_and_neither_number_nor_title() -> None:
    advisory = make_advisory(number=70417, title="Unspeakable title")
    notifying.notify(make_guest(advisory), advisory, About.NEWS)
    text = sent()
    assert "[SSA] There is something new" in text
    assert "70417" not in text.replace(str(mail.outbox[0].extra_headers["Message-ID"]), "")
    assert "Unspeakable" not in text


def test_whatever_happens_before_it_goes_out_is_one_letter() -> None:
    advisory = make_advisory()
    guest = make_guest(advisory)
    for _ in range(3):
        notifying.notify(guest, advisory, About.POST)
    sent()
    notifying.notify(guest, advisory, About.POST)
    assert (len(mail.outbox), Notification.objects.count()) == (1, 2)


def test_whoever_lost_the_seat_meanwhile_gets_nothing() -> None:
    advisory = make_advisory()
    notifying.notify(make_guest(advisory), advisory, About.NEWS)
    Seat.objects.get().end(by=None)
    assert sent() == ""
    assert Notification.objects.get().state == Sending.STOPPED


def test_a_contact_hears_of_what_was_delivered_and_of_nothing_else() -> None:
    contact = make_contact(make_member())
    told, untold = make_advisory(state=State.PREDISCLOSED), make_advisory(state=State.PREDISCLOSED)
    tidings.tell(told, What.PREDISCLOSED, Audience.MEMBERS)
    for advisory in (told, untold):
        notifying.notify(contact, advisory, About.POST)
    sent()
    assert len(mail.outbox) == 1


def test_who_is_given_a_seat_is_told() -> None:
    advisory, one = make_advisory(), make_user("one@sluice.example", Role.SECURITY)
    seating.give_seat(advisory, "fixer@sluice.example", name="", right=Right.COMMENT, until=None, by=one)
    assert [(each.user.email, each.what) for each in Notification.objects.all()] == [
        ("fixer@sluice.example", About.SEAT)
    ]


def test_guests_are_told_of_dates_and_of_what_happens() -> None:
    advisory = make_advisory(state=State.READY)
    make_guest(advisory)
    make_proposal(advisory)
    tidings.tell(advisory, What.DATE_MOVED, Audience.TEAM)
    assert set(Notification.objects.values_list("what", flat=True)) == {About.DATES, About.NEWS}


def test_nobody_is_told_of_what_they_did() -> None:
    advisory = make_advisory()
    guest = make_guest(advisory)
    assert notifying.notify(guest, advisory, About.POST, but=guest) is None


def test_the_team_is_told_of_trouble() -> None:
    one = make_user("one@sluice.example", Role.SECURITY)
    make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    notifying.notify_team(make_advisory())
    assert [each.user for each in Notification.objects.all()] == [one]


def settled(by: User) -> Batch:
    """Two advisories whose release has a date that is no longer open."""
    inside = [make_advisory(number=number, state=State.READY) for number in (70417, 70418)]
    batch = scheduling.plan(inside, timezone.now() + timedelta(days=9), by=by)
    Batch.objects.update(state=BatchState.FROZEN)
    batch.refresh_from_db()
    return batch


def test_those_on_the_team_who_knew_a_date_are_told_once_that_it_moved_but_not_whoever_moved_it() -> None:
    one, two, manager = (
        make_user(f"{name}@sluice.example", role)
        for name, role in (("one", Role.SECURITY), ("two", Role.COORDINATOR), ("manager", Role.RELEASE_MANAGER))
    )
    batch = settled(one)
    scheduling.move(batch, timezone.now() + timedelta(days=12), reason="The fix needs longer.", by=one)
    assert {each.user for each in Notification.objects.all()} == {two, manager}
    assert Notification.objects.count() == 2
    assert sent().count("/calendar/") == 1
    assert not [
        word for word in ("70417", "70418", "longer") for each in mail.outbox if word in f"{each.subject}{each.body}"
    ]


def test_a_release_manager_is_told_that_a_settled_date_is_given_up_and_nothing_of_an_open_one() -> None:
    one, manager = make_user("one@sluice.example", Role.SECURITY), make_user("m@sluice.example", Role.RELEASE_MANAGER)
    batch = settled(one)
    Batch.objects.update(state=BatchState.OPEN)
    batch.refresh_from_db()
    scheduling.move(batch, timezone.now() + timedelta(days=12), reason="The fix needs longer.", by=one)
    assert not Notification.objects.filter(user=manager).exists()
    Batch.objects.update(state=BatchState.FROZEN)
    batch.refresh_from_db()
    scheduling.cancel(batch, reason="There is no fix.", by=one)
    assert Notification.objects.filter(user=manager).count() == 1


def reported(title: str = "Unspeakable title", *, is_suspect: bool = False) -> Report:
    return intake.open_report(intake.Told(title, "Unspeakable words"), is_suspect=is_suspect)


def test_everybody_who_triages_hears_that_a_report_came_and_nothing_of_it() -> None:
    team = [make_user("one@sluice.example", Role.SECURITY), make_user("two@sluice.example", Role.COORDINATOR)]
    make_user("releases@sluice.example", Role.RELEASE_MANAGER)
    report = reported()
    text = sent()
    assert sorted(letter.to[0] for letter in mail.outbox) == sorted(user.email for user in team)
    assert "/triage/\n" in text
    assert "Unspeakable" not in text
    assert report.reference not in text


def test_reports_that_follow_each_other_closely_are_told_of_in_one_letter() -> None:
    make_user("one@sluice.example", Role.SECURITY)
    reported()
    reported("Another")
    sent()
    assert len(mail.outbox) == 1
    reported("A third")
    sent()
    assert len(mail.outbox) == 1
    later = Notification.objects.get(state=Sending.QUEUED)
    assert timedelta(minutes=9) < later.due_at - timezone.now() <= timedelta(minutes=10)


def test_what_a_machine_seems_to_have_sent_wakes_nobody() -> None:
    make_user("one@sluice.example", Role.SECURITY)
    reported(is_suspect=True)
    assert not Notification.objects.exists()


def test_what_a_finder_adds_is_told_to_whoever_took_the_report_as_long_as_they_triage() -> None:
    owner, other = make_user("one@sluice.example", Role.SECURITY), make_user("two@sluice.example", Role.SECURITY)
    report = reported()
    Notification.objects.all().delete()
    triage.assign(report, owner, by=owner)
    intake.continue_thread(report, "More.")
    assert [notice.user for notice in Notification.objects.all()] == [owner]
    Notification.objects.all().delete()
    TeamSeat.objects.filter(user=owner).update(until_at=Now())
    intake.continue_thread(report, "Still more.")
    assert [notice.user for notice in Notification.objects.all()] == [other]


def test_whoever_left_the_team_meanwhile_is_not_told_of_reports() -> None:
    user = make_user("one@sluice.example", Role.SECURITY)
    reported()
    TeamSeat.objects.filter(user=user).update(until_at=Now())
    assert sent() == ""
    assert Notification.objects.get().state == Sending.STOPPED


def test_a_notice_is_of_an_advisory_or_of_the_queue() -> None:
    user = make_user("one@sluice.example", Role.SECURITY)
    for advisory, what in ((None, About.NEWS), (make_advisory(), About.REPORTS)):
        with pytest.raises(IntegrityError, match="of_the_queue"), transaction.atomic():
            Notification.objects.create(user=user, advisory=advisory, what=what, header_id=what)
