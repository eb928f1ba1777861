"""Who is promised what, and that nothing but a promise opens a revision."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Contact,
    Delivery,
    KeptFrom,
    Membership,
    MembershipState,
    Organisation,
    Revision,
    RevisionPatch,
    StaleMembership,
    Tiding,
    What,
)
from advisories.predisclosure import promising
from advisories.release import freezing, scheduling
from advisories.release.batching import Audience
from tests.advisories.predisclosure.told import predisclosed, retitled, revised, tell
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory, make_contact, make_member, make_user

pytestmark = pytest.mark.django_db


def held(viewer: User | AnonymousUser) -> list[Revision]:
    return list(Revision.objects.held_by(viewer))


def told(tiding: Tiding) -> set[str]:
    return {one.membership.organisation.name for one in tiding.deliveries.select_related("membership__organisation")}


def test_each_active_member_gets_one_delivery_of_what_widens_the_circle() -> None:
    make_member("First")
    make_member("Second")
    make_member("Paused", MembershipState.SUSPENDED)
    make_member("Gone", MembershipState.REMOVED)
    predisclosed()
    assert told(Tiding.objects.get()) == {"First", "Second"}


def test_what_follows_is_told_to_those_who_hold_it() -> None:
    make_member("First")
    advisory = predisclosed()
    make_member("Late")
    assert told(tell(advisory, What.DATE_MOVED)) == {"First"}


def test_what_is_public_is_told_to_every_active_member() -> None:
    advisory = predisclosed()
    late = make_member("Late")
    KeptFrom.objects.create(advisory=advisory, organisation=late.organisation, reason="A narrower circle.")
    assert told(tell(advisory, What.PUBLISHED)) == {"Late"}


def test_a_member_that_it_is_kept_from_is_not_told() -> None:
    vendor = make_member("Vendor")
    make_member("First")
    advisory = make_advisory(state=State.PREDISCLOSED)
    KeptFrom.objects.create(advisory=advisory, organisation=vendor.organisation, reason="A narrower circle.")
    assert told(tell(advisory, What.PREDISCLOSED)) == {"First"}


def test_a_contact_reads_what_was_delivered_and_not_the_draft() -> None:
    contact = make_contact(make_member())
    advisory = predisclosed()
    assert held(contact) == list(advisory.revisions.all())
    assert list(RevisionPatch.objects.visible_to(contact)) == list(RevisionPatch.objects.all())
    assert not Advisory.objects.visible_to(contact).exists()
    assert not Advisory.objects.known_to(contact).exists()


def test_a_revision_that_was_not_delivered_is_not_read() -> None:
    contact = make_contact(make_member())
    advisory = predisclosed()
    retitled(advisory)
    assert [one.number for one in held(contact)] == [1]


@pytest.mark.parametrize("state", [MembershipState.SUSPENDED, MembershipState.REMOVED])
def test_who_is_off_the_list_reads_nothing_and_the_record_keeps_what_they_were_told(state: MembershipState) -> None:
    membership = make_member()
    contact = make_contact(membership)
    predisclosed()
    membership.move_to(state, by=None, reason="They asked for it.")
    assert not held(contact)
    assert not Delivery.objects.visible_to(contact).exists()
    assert not RevisionPatch.objects.visible_to(contact).exists()
    assert Delivery.objects.filter(membership=membership).exists()


def test_what_is_kept_from_a_member_since_is_held_no_longer() -> None:
    membership = make_member()
    contact = make_contact(membership)
    advisory = predisclosed()
    KeptFrom.objects.create(advisory=advisory, organisation=membership.organisation, reason="It was a mistake.")
    assert not held(contact)


def test_a_contact_whose_time_ended_reads_nothing() -> None:
    membership = make_member()
    contact = make_contact(membership, from_at=timezone.now() - timedelta(days=2))
    predisclosed()
    Contact.objects.filter(user=contact).end()
    assert not held(contact)
    assert not Organisation.objects.visible_to(contact).exists()


def test_a_contact_of_another_member_reads_what_that_one_holds_alone() -> None:
    vendor = make_member("Vendor")
    contact = make_contact(vendor)
    make_member("First")
    advisory = make_advisory(state=State.PREDISCLOSED)
    KeptFrom.objects.create(advisory=advisory, organisation=vendor.organisation, reason="A narrower circle.")
    revision = freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=None)
    tell(advisory, What.PREDISCLOSED, revision)
    assert not held(contact)


def test_an_operator_and_a_stranger_hold_nothing() -> None:
    make_member()
    predisclosed()
    assert not held(make_user(is_superuser=True))
    assert not held(make_user("", Role.RELEASE_MANAGER))
    assert not held(AnonymousUser())


def test_who_was_merged_into_a_member_hands_down_what_it_was_told() -> None:
    old = make_member("Old")
    predisclosed()
    new = make_member("New")
    contact = make_contact(new)
    assert not held(contact)
    old.move_to(MembershipState.REMOVED, by=None, reason="Merged.")
    Organisation.objects.filter(pk=old.organisation_id).update(merged_into=new.organisation)
    assert held(contact)


def test_who_joins_meanwhile_holds_the_newest_revision_after_catching_up() -> None:
    make_member("First")
    advisory = predisclosed()
    newer = revised(advisory)
    late = make_member("Late")
    contact = make_contact(late)
    with transaction.atomic():
        promising.catch_up(late)
        promising.catch_up(late)
    assert held(contact) == [newer]


def test_catching_up_leaves_out_what_is_public_and_what_is_kept_back() -> None:
    make_member("First")
    kept = predisclosed()
    predisclosed(number=50)
    Advisory.objects.filter(number=50).update(state=State.PUBLIC, public_at=timezone.now())
    late = make_member("Late")
    KeptFrom.objects.create(advisory=kept, organisation=late.organisation, reason="A narrower circle.")
    with transaction.atomic():
        assert promising.catch_up(late) == []


def test_a_moved_date_reaches_who_holds_the_advisory() -> None:
    make_member("First")
    advisory = predisclosed()
    batch = scheduling.plan([advisory], timezone.now() + timedelta(days=9), by=None)
    type(batch).objects.filter(pk=batch.pk).update(state="pre-disclosed", was_predisclosed=True)
    batch.refresh_from_db()
    scheduling.move(batch, batch.planned_at + timedelta(days=1), reason="The fix is late.", by=make_user())
    assert Delivery.objects.filter(tiding__what=What.DATE_MOVED).count() == 1


def test_an_organisation_is_on_the_list_once() -> None:
    membership = make_member()
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(organisation=membership.organisation, role_address="twice@members.example")


def test_two_who_change_a_membership_at_once_do_not_overwrite_each_other() -> None:
    membership = make_member()
    twin = Membership.objects.get(pk=membership.pk)
    membership.move_to(MembershipState.SUSPENDED, by=None, reason="The key lapsed.")
    with pytest.raises(StaleMembership):
        twin.move_to(MembershipState.REMOVED, by=None, reason="They asked for it.")
