"""Making and revoking tokens: each with its event, the secret given once to whoever made it."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Now

from accounts.access import is_on_the_team
from accounts.models import User
from advisories.models import Contact, ContactRight, Event, Membership, Scope, Token
from advisories.models.organisation import CONTACT_RIGHTS
from advisories.models.token import digest_of, draw

Place = tuple[Contact, Membership]
"""As whose contact somebody makes a token, and by which membership."""

_MOST = 20
"""Living tokens of one person; more than that is a program that makes them."""


class MayNotMake(Exception):
    """Why not, in a sentence."""


@transaction.atomic
def make(user: User, name: str, scope: Scope, ends_at: datetime, *, place: Place | None) -> tuple[Token, str]:
    """A token of `user` with its secret, which is kept nowhere. Raises `MayNotMake`.

    `place` as it was read for `user`; without one the token is that of somebody on the team, and reads.
    """
    if place is None and (scope != Scope.READ or not is_on_the_team(user)):
        raise MayNotMake("Only a contact of a member makes a token for this.")
    if place is not None and scope == Scope.ANSWER and not _may_answer(place[0]):
        raise MayNotMake("You may read for your organisation, and not answer for it.")
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if Token.objects.of(user).alive().count() >= _MOST:
        raise MayNotMake(f"You have {_MOST} tokens. Revoke one that nothing uses any more.")
    contact, membership = place or (None, None)
    secret = draw(scope)
    made = Token.objects.create(
        user=user, contact=contact, membership=membership, name=name.strip()[:80], scope=scope,
        digest=digest_of(secret), hint=secret[-4:], ends_at=ends_at,
    )  # fmt: skip
    detail = {"token": str(made.pk), "scope": scope.value, "ends_at": ends_at.isoformat()}
    Event.objects.record(user, kind="token-made", by=user, detail=detail)
    return made, secret


@transaction.atomic
def revoke(token: Token, *, by: User) -> bool:
    """End it now, for good; whether it opened anything until now."""
    if not Token.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=Now()):
        return False
    Event.objects.record(token.user, kind="token-revoked", by=by, detail={"token": str(token.pk)})
    return True


def _may_answer(contact: Contact) -> bool:
    return CONTACT_RIGHTS.index(contact.right) >= CONTACT_RIGHTS.index(ContactRight.ANSWER)
