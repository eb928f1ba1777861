"""A patch replaced while members hold the first, and a secret whose date and circle belong to somebody else."""

from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Role, User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import consenting, negotiating, outside_clocks
from advisories.embargo.consents import SILENT, Standing
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import BreaksClocks
from advisories.models import (
    Consent,
    Delivery,
    Embargo,
    Identifier,
    KeptFrom,
    Party,
    Publication,
    Reissue,
    Revision,
    Side,
    Tiding,
    What,
)
from advisories.predisclosure import keeping_from
from advisories.predisclosure.holding import held_by
from advisories.release import releasing, scheduling
from advisories.release.batching import Audience, BatchState
from releases import uploading
from releases.fixes import fixes_of
from releases.models import Branch, Check
from tests.make import (
    checked,
    make_accepted_report,
    make_contact,
    make_member,
    make_seat,
    make_user,
    signed_in,
)
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


def test_members_know_which_revision_they_hold_and_read_how_the_second_differs(
    branch: Branch, people: list[User]
) -> None:
    prompt, late = make_contact(make_member("Reservoir Linux")), make_contact(make_member("Weir Systems"))
    advisory = written(branch, SAFE, by=people[0])
    batch, _ = predisclosed([advisory], timezone.now() + WEEK, by=people[0])
    assert [[one.version for one in held_by(who)] for who in (prompt, late)] == [[1], [1]]
    tries = Check.objects.count()
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFER)], by=people[0])
    checked(branch)
    assert Check.objects.count() > tries, "every target is tried again with the other patch"
    assert [one.version for one in held_by(prompt)] == [1], "until it is frozen nobody holds another"
    frozen_again(batch, Reissue.ADDED_PATCH, "The patch was too small.", by=people[0])
    assert [[one.version for one in held_by(who)] for who in (prompt, late)] == [[2], [2]]
    second = Revision.objects.get(number=2)
    told = Delivery.objects.filter(tiding__what=What.REVISED, tiding__revision=second)
    assert {one.membership.organisation.name for one in told} == {"Reservoir Linux", "Weir Systems"}
    page = strip_tags(signed_in(people[1]).get(f"{second.get_absolute_url()}?against=1").content.decode())
    assert "safer" in page, "the difference of the patches is shown line by line"
    newcomer = make_contact(make_member("Lock Keepers"))
    assert [one.version for one in held_by(newcomer)] == [], "who joins is told by a step of its own"


def test_a_date_that_moves_with_the_second_revision_asks_everyone_who_had_agreed_to_the_first_again(
    branch: Branch, people: list[User]
) -> None:
    contact = make_contact(make_member())
    advisory = written(branch, SAFE, by=people[0])
    report = make_accepted_report(advisory, people[0])
    report.finder.credit = "anonymous"
    report.finder.save()
    at = timezone.now() + WEEK
    batch, guest = predisclosed([advisory], at, by=people[0])
    consents = Consent.objects.filter(embargo__advisory=advisory)
    consenting.sign(consents.get(side=Side.FINDER), SILENT.version, at, by=None)
    assert approved_by(batch, *people[1:]), missing(batch)
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFER)], by=people[0])
    checked(branch)
    frozen_again(batch, Reissue.ADDED_PATCH, "A bypass was found.", by=people[0])
    later = at + timedelta(days=4)
    scheduling.move(batch, later, reason="A bypass was found, and you need the days.", by=people[1])
    finder = consents.get(side=Side.FINDER)
    assert (finder.standing, finder.asked_end_at) == (Standing.LAPSED, later)
    assert finder not in consenting.who_may_be_told(Embargo.of(advisory))
    [held] = held_by(contact)
    assert (held.version, held.planned_at) == (2, later), "the date of the last delivered word is the date that is used"
    consenting.sign(finder, SILENT.version, later, by=None)
    assert approved_by(batch, *people[1:]), missing(batch)
    assert [one.public_at for one in Publication.objects.coming()] == [later]
    assert page_for(guest, advisory)[0] == 200


def test_a_vendors_secret_has_the_vendors_date_and_circle_and_not_even_its_name_leaves_that(
    branch: Branch, people: list[User]
) -> None:
    trusted, kept_away = make_member("Reservoir Linux"), make_member("Weir Systems")
    inside, outside = make_contact(trusted), make_contact(kept_away)
    vendors = written(branch, SAFE, by=people[0], title="Unspeakable chip")
    ours = written(branch, TIMELY, by=people[0], title="Late timers")
    for value in ("CVE-2026-10001", "CVE-2026-10002", "CVE-2026-10003"):
        Identifier.objects.create(advisory=vendors, value=value, state="reserved")
    engineer, other = make_user("engineer@vendor.example"), make_user("guest@other.example")
    make_seat(vendors, engineer)
    make_seat(ours, other)
    keeping_from.keep(vendors, [kept_away.organisation], "The vendor asked for a circle of its own.", by=people[0])
    end_at = timezone.now() + timedelta(days=30)
    outside_clocks.fix(vendors, FixedEnd(owner="A vendor", end_at=end_at, reference=""), by=people[0])
    for wrong in (end_at - timedelta(days=1), end_at + timedelta(days=1)):
        with pytest.raises(BreaksClocks):
            negotiating.propose(vendors, End(wrong), party=Party.team(people[0]))
        with pytest.raises(BreaksClocks):
            scheduling.plan([vendors], wrong, by=people[0])
    embargoed_until(end_at, vendors, ours, by=people[0])
    batch = frozen([vendors, ours], end_at, by=people[0])
    releasing.predisclose(batch, fixes_of, by=people[0])
    assert [[one.number for one in held_by(who)] for who in (inside, outside)] == [
        [vendors.number, ours.number],
        [ours.number],
    ]
    manager = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
    for stranger in (other, outside, None):
        assert page_for(stranger, vendors)[0] == 404
    assert page_for(engineer, vendors)[0] == 200
    doors = [
        "/members/desk/",
        "/members/",
        f"/members/desk/{ours.number}/",
        "/board/",
        "/advisories/",
        "/calendar/",
        "/",
    ]
    for who in (outside, other, manager):
        told = "".join(signed_in(who).get(door, follow=True).content.decode() for door in doors)
        for secret in ("Unspeakable", "CVE-2026-1000", "vendor.example"):
            assert secret not in told, (who, secret)
    assert not Delivery.objects.filter(membership=kept_away, tiding__advisory=vendors).exists()
    assert approved_by(batch, *people[1:]), missing(batch)
    Identifier.objects.filter(advisory=vendors).update(state="assigned")
    assert not Publication.objects.coming().exists() or missing(batch), "names that were assigned are another revision"
    frozen_again(batch, Reissue.LATE_IDENTIFIER, "Three names.", by=people[0])
    assert approved_by(batch, *people[1:]), missing(batch)
    released(batch)
    page = page_for(None, vendors)[1]
    assert [value in page for value in ("CVE-2026-10001", "CVE-2026-10002", "CVE-2026-10003")] == [True] * 3
    assert KeptFrom.objects.count() == 1, "why it was kept from somebody stays on the record"
    everyone = Tiding.objects.get(what=What.PUBLISHED, advisory=vendors, audience=Audience.MEMBERS)
    assert everyone.deliveries.filter(membership=kept_away).exists(), "what is public is told to all"
    assert batch.state == BatchState.RELEASED
