"""Terms and confirmations: who has accepted what, who is asked again, and when somebody of the team should look."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories.models import Event, Membership, MembershipState, PolicyVersion, StaleMembership
from advisories.policies import current_policy, of
from advisories.policy import Policy


@dataclass(frozen=True, slots=True)
class Duties:
    """What a member owes now."""

    must_accept: int = 0
    """The version of the terms that it has not accepted; 0 where it has."""
    accept_until: datetime | None = None
    is_overdue: bool = False
    """The time to accept is over: somebody of the team decides whether to suspend."""
    must_confirm: bool = False
    """It is time to say that everything still holds."""

    @property
    def is_clear(self) -> bool:
        """Nothing is owed."""
        return not self.must_accept and not self.must_confirm


@transaction.atomic
def accept(membership: Membership, version: int, *, by: User) -> None:
    """Accept the terms that the page showed. Raises `StaleMembership` where they are others by now."""
    policy = current_policy()
    if version != policy.terms_version:
        raise StaleMembership("The terms have changed meanwhile; read them again.")
    mine = Membership.objects.on_the_list().filter(pk=membership.pk, terms_version__lt=version)
    if not mine.update(terms_version=version, terms_accepted_at=Now()):
        return
    Event.objects.record(membership.organisation, kind="terms-accepted", by=by, detail={"version": version})


@transaction.atomic
def confirm(membership: Membership, *, by: User) -> None:
    """Say that contacts, address and keys still hold."""
    if Membership.objects.on_the_list().filter(pk=membership.pk).update(confirmed_at=Now()):
        Event.objects.record(membership.organisation, kind="membership-confirmed", by=by)


def duties(membership: Membership, policy: Policy, changed_at: datetime | None, now: datetime) -> Duties:
    """What it owes under the policy in force; `changed_at` is when the terms became what they are."""
    if membership.state == MembershipState.REMOVED:
        return Duties()
    must_accept = policy.terms_version if membership.terms_version < policy.terms_version else 0
    asked_at = max(changed_at or membership.began_at, membership.began_at)
    until = asked_at + timedelta(days=policy.terms_days) if must_accept else None
    return Duties(
        must_accept=must_accept,
        accept_until=until,
        is_overdue=until is not None and until <= now,
        must_confirm=membership.confirmed_at + timedelta(days=policy.confirmation_days) <= now,
    )


def changed_at(policy: Policy) -> datetime | None:
    """When the terms in force were written; none where they are the ones that Penstock comes with."""
    first = None
    for version in PolicyVersion.objects.order_by("-sequence"):
        if of(version).terms_version != policy.terms_version:
            break
        first = version.at
    return first if policy.terms_version > 1 else None
