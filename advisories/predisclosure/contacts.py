"""Who speaks for an organisation, and the one address it is written to."""

from django.db import transaction

from accounts import inviting
from accounts.models import User
from advisories.models import Contact, ContactRight, Event, Membership, Organisation, Tells
from advisories.predisclosure import member_letters
from advisories.predisclosure.role_addresses import why_personal


class LastOfItsKind(Exception):
    """Somebody must be left who keeps the organisation's contacts, address and keys."""


class SpeaksAlready(Exception):
    """This person is a contact of the organisation with that right."""


class NoRoleAddress(Exception):
    """The address belongs to a person, or is the one there is; says so."""


@transaction.atomic
def invite(organisation: Organisation, address: str, name: str, right: ContactRight, *, by: User) -> Contact:
    """Let somebody speak for it from now on; whoever has no account is sent a link.

    Somebody who does already gets the other right. Raises `SpeaksAlready`, `LastOfItsKind`.
    """
    person = inviting.invite(address, name, by=by)
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    held = organisation.contacts.unended().filter(user=person).first()
    if held is not None:
        if held.right == right:
            raise SpeaksAlready(f"{person} speaks for {organisation} already.")
        _leave_somebody(held, right)
        Contact.objects.filter(pk=held.pk).update(right=right)
        held.refresh_from_db()
    else:
        held = Contact.objects.create(organisation=organisation, user=person, right=right, given_by=by)
    detail = {"person": person.pk, "right": right.value}
    Event.objects.record(organisation, kind="contact-given", by=by, detail=detail)
    return held


@transaction.atomic
def end(contact: Contact, *, by: User, may_be_last: bool = False) -> bool:
    """Let somebody speak for it no longer; their next request finds it so. False where that was so already.

    `may_be_last` is for the team, who can invite another. Raises `LastOfItsKind`.
    """
    Organisation.objects.select_for_update().get(pk=contact.organisation_id)
    if not may_be_last:
        _leave_somebody(contact, ContactRight.READ)
    if not Contact.objects.filter(pk=contact.pk).end():
        return False
    detail = {"person": contact.user_id, "right": contact.right}
    Event.objects.record(contact.organisation, kind="contact-ended", by=by, detail=detail)
    return True


@transaction.atomic
def ask_for_address(membership: Membership, address: str, *, by: User) -> None:
    """Write to another role address; it counts once somebody there has confirmed it. Raises `NoRoleAddress`."""
    reason = why_personal(address, by.email)
    if reason or address.lower() == membership.role_address.lower():
        raise NoRoleAddress(reason or "This is the address already.")
    asked = membership.letters.filter(kind=Tells.ADDRESS).count()
    member_letters.promise_to_member(membership, Tells.ADDRESS, key=f"address-{asked + 1}", to_address=address)
    Event.objects.record(membership.organisation, kind="role-address-asked", by=by)


def address_behind(token: str) -> str | None:
    """The address that a link would make the role address; none where the link is no longer good."""
    found = member_letters.read_address_token(token)
    if found is None:
        return None
    pk, address, was = found
    known = Membership.objects.on_the_list().filter(pk=pk, role_address__in=[was, address])
    return address if known.exists() else None


@transaction.atomic
def confirm_address(token: str) -> Membership | None:
    """Let the address that a link was sent to count; none where the link is no longer good. Twice is once."""
    found = member_letters.read_address_token(token)
    if found is None:
        return None
    pk, address, was = found
    membership = Membership.objects.on_the_list().filter(pk=pk).select_related("organisation").first()
    if membership is None or membership.role_address == address:
        return membership
    same = Membership.objects.on_the_list().filter(pk=pk, role_address=was)
    if not same.update(role_address=address):
        return None
    Event.objects.record(membership.organisation, kind="role-address-changed", by=None)
    membership.refresh_from_db()
    return membership


@transaction.atomic
def change_listing(organisation: Organisation, *, is_listed: bool, by: User) -> None:
    """Agree that its name may stand on the public page, or no longer."""
    if Organisation.objects.filter(pk=organisation.pk).exclude(is_listed=is_listed).update(is_listed=is_listed):
        Event.objects.record(organisation, kind="listing-changed", by=by, detail={"listed": is_listed})


def _leave_somebody(contact: Contact, becomes: ContactRight) -> None:
    keeping = contact.organisation.contacts.unended().filter(right=ContactRight.MANAGE)
    is_last = contact.right == ContactRight.MANAGE and not keeping.exclude(pk=contact.pk).exists()
    if is_last and becomes != ContactRight.MANAGE:
        raise LastOfItsKind("Somebody must be left who keeps the contacts, the address and the keys.")
