"""Inviting people who have no account yet, and letting them in. Seats are given by `advisories.seating`."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts import letters
from accounts.models import Invitation, Letter, User


class InvitationUsed(Exception):
    """Somebody was faster: the link was used, withdrawn, or replaced by a newer one."""


@transaction.atomic
def invite(address: str, name: str = "", *, by: User | None) -> User:
    """The person with this address; where there is none, make one and send a link by which to choose a password."""
    person = User.objects.filter(email__iexact=address.strip()).first() or User.objects.create_user(address, name=name)
    if person.has_usable_password() or Invitation.objects.open().filter(user=person).exists():
        return person
    Invitation.objects.create(user=person, invited_by=by, expires_at=_end())
    letters.post(Letter.Kind.INVITATION, person.email)
    return person


@transaction.atomic
def invite_again(invitation: Invitation) -> None:
    """Send a new link for some more days; the old one stops working. `InvitationUsed` where it is no longer open."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(serial=F("serial") + 1, expires_at=_end()):
        raise InvitationUsed(str(invitation))
    letters.post(Letter.Kind.INVITATION, invitation.user.email)


def revoke(invitation: Invitation) -> None:
    """Withdraw the link and nothing else. `InvitationUsed` where it is not open."""
    if not Invitation.objects.open().filter(pk=invitation.pk).update(revoked_at=Now()):
        raise InvitationUsed(str(invitation))


@transaction.atomic
def accept(token: str, *, name: str, password: str) -> User:
    """Let the invited person in, once. `InvitationUsed` where the link works no longer."""
    invitation = Invitation.objects.by_token(token).select_related("user").first()
    if invitation is None:
        raise InvitationUsed(token.partition(".")[0])
    # Compare and set on the row alone: of two who hold the link, one chooses the password. With a join the update asks
    # a subquery, which PostgreSQL doesn't ask again when the first of the two lets go of the row, and both would win.
    same = Invitation.objects.open().filter(pk=invitation.pk, serial=invitation.serial, expires_at__gt=Now())
    if not same.update(accepted_at=Now()):
        raise InvitationUsed(token.partition(".")[0])
    person = invitation.user
    person.name = name
    person.set_password(password)
    person.save(update_fields=["name", "password"])
    return person


def _end() -> datetime:
    return timezone.now() + timedelta(days=settings.INVITATION_DAYS)
