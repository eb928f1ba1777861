"""Being on the pre-disclosure list: from acceptance until removal, with the address and the keys that letters go to."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from accounts.models.drawn import DrawnKey
from advisories.models.event import Event
from advisories.models.organisation import Organisation

FINGERPRINT = r"^([0-9A-F]{40}|[0-9A-F]{64})$"


class StaleMembership(Exception):
    """Somebody else changed the membership since it was read."""


class MembershipState(models.TextChoices):
    """Where a membership stands; only an active one opens anything."""

    ACTIVE = "active", "Active"
    SUSPENDED = "suspended", "Suspended"
    REMOVED = "removed", "Removed"


MEMBERSHIP_STEPS = {
    MembershipState.ACTIVE: frozenset({MembershipState.SUSPENDED, MembershipState.REMOVED}),
    MembershipState.SUSPENDED: frozenset({MembershipState.ACTIVE, MembershipState.REMOVED}),
    MembershipState.REMOVED: frozenset(),
}
"""Whoever comes back after a removal gets another membership."""


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Questions about memberships."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of organisations that `viewer` may read."""
        return self.filter(organisation__in=Organisation.objects.visible_to(viewer))

    def active(self) -> Self:
        """Those that are told, and whose contacts may fetch."""
        return self.filter(state=MembershipState.ACTIVE)

    def on_the_list(self) -> Self:
        """Those that have not ended: active ones, and those that are suspended for a while."""
        return self.exclude(state=MembershipState.REMOVED)


class Membership(models.Model):
    """One organisation's time on the list."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="memberships")
    state = models.CharField(max_length=10, choices=MembershipState, default=MembershipState.ACTIVE)
    role_address = models.EmailField(max_length=254, help_text="One address that no single person owns.")
    terms_version = models.PositiveIntegerField(default=0, help_text="The version of the terms last accepted.")
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    confirmed_at = models.DateTimeField(
        db_default=Now(), help_text="When the organisation last said that all of this still holds."
    )
    began_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it is suspended or was removed.")

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "began_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=MembershipState.values), name="advisories_membership_state_is_known"
            ),
            models.UniqueConstraint(
                fields=["organisation"],
                condition=~Q(state=MembershipState.REMOVED),
                name="advisories_membership_one_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(state=MembershipState.REMOVED) ^ Q(ended_at__isnull=True),
                name="advisories_membership_removed_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(state=MembershipState.ACTIVE) | ~Q(reason=""),
                name="advisories_membership_closed_has_its_reason",
            ),
            models.CheckConstraint(
                condition=Q(terms_version=0) ^ Q(terms_accepted_at__isnull=False),
                name="advisories_membership_terms_have_their_instant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} on the list"

    @transaction.atomic
    def move_to(self, target: MembershipState, *, by: User | None, reason: str = "") -> None:
        """Take one step; every door of its contacts follows at once, since all of them ask this row.

        Raises `StaleMembership` where somebody was faster or there is no such step.
        """
        current = MembershipState(self.state)
        if target not in MEMBERSHIP_STEPS[current]:
            raise StaleMembership(f"{self} does not go from {current} to {target}")
        ended_at = Now() if target == MembershipState.REMOVED else None
        values = {"state": target, "reason": reason.strip()[:500], "ended_at": ended_at}
        if not Membership.objects.filter(pk=self.pk, state=current).update(**values):
            raise StaleMembership(f"{self} is no longer {current}")
        detail = {"from": current.value, "to": target.value}
        Event.objects.record(self.organisation, kind="membership-changed", by=by, detail=detail)
        self.refresh_from_db()


class MemberKeyQuerySet(models.QuerySet["MemberKey"]):
    """Questions about keys."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of organisations that `viewer` may read."""
        return self.filter(organisation__in=Organisation.objects.visible_to(viewer))

    def in_use(self) -> Self:
        """Those that letters are encrypted to: not replaced, and not past their end by the database's clock."""
        unended = Q(expires_at__isnull=True) | Q(expires_at__gt=Now())
        return self.filter(unended, replaced_at__isnull=True)


class MemberKey(models.Model):
    """One OpenPGP certificate (public parts alone) that letters to an organisation are encrypted to."""

    id = DrawnKey()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    certificate = models.TextField(help_text="Armoured; public parts alone.")
    fingerprint = models.CharField(max_length=64)
    expires_at = models.DateTimeField(null=True, blank=True, help_text="When it can no longer be encrypted to.")
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    added_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = MemberKeyQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(fingerprint__regex=FINGERPRINT), name="advisories_memberkey_fingerprint_is_hex"
            ),
            models.CheckConstraint(
                condition=Q(certificate__startswith="-----BEGIN PGP PUBLIC KEY BLOCK-----"),
                name="advisories_memberkey_is_a_public_key",
            ),
            models.UniqueConstraint(
                fields=["organisation", "fingerprint"],
                condition=Q(replaced_at__isnull=True),
                name="advisories_memberkey_once",
            ),
        ]

    def __str__(self) -> str:
        return self.fingerprint
