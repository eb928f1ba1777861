"""What was promised to each member: the letter, and with it the right to fetch what it tells of.

A delivery is both, so that who had which revision is one question: whoever has no delivery of a revision cannot fetch
it, and whoever could fetch it has a row that says since when.
"""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.access import holds
from accounts.models import Role, User
from advisories.models.membership import Membership
from advisories.models.organisation import Organisation
from advisories.models.tiding import Tiding

LEASE = timedelta(minutes=5)
"""How long one attempt to send may take; after that its worker counts as dead."""


class DeliveryState(models.TextChoices):
    """Where a letter stands. Whether it was read is `acknowledged_at`'s to say."""

    QUEUED = "queued", "Waiting"
    SENDING = "sending", "Being sent"
    SENT = "sent", "Sent"
    BOUNCED = "bounced", "Came back"
    FAILED = "failed", "Given up"
    STOPPED = "stopped", "Not sent: the membership had ended"


class DeliveryForm(models.TextChoices):
    """What kind of letter it became."""

    UNDECIDED = "", "Not written yet"
    ENCRYPTED = "encrypted", "Encrypted to the member's keys"
    NOTICE = "notice", "A bare notice to sign in"


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    """Questions about deliveries."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team, and for contacts of active members what was promised to them."""
        if holds(viewer, Role.SECURITY, Role.COORDINATOR):
            return self.all()
        return self.held_by(viewer)

    def held_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep what was promised to organisations that are on the list now and that `viewer` speaks for.

        What is kept from one of them since is held no longer.
        """
        kept = KeptFrom.objects.filter(
            advisory=OuterRef("tiding__advisory"), organisation=OuterRef("membership__organisation")
        )
        return self.filter(~Exists(kept), membership__organisation__in=Organisation.objects.spoken_for_by(viewer))

    def claimable(self) -> Self:
        """Those that are due, and those whose worker died over them."""
        due = Q(state=DeliveryState.QUEUED, due_at__lte=Now())
        return self.filter(due | Q(state=DeliveryState.SENDING, lease_until__lt=Now()))

    def claim(self, pk: int) -> "Delivery | None":
        """Take one in hand, or none where somebody else has it or it is gone."""
        values = {"state": DeliveryState.SENDING, "attempts": F("attempts") + 1, "lease_until": Now() + LEASE}
        if not self.claimable().filter(pk=pk).update(**values):
            return None
        return self.select_related("tiding__advisory", "tiding__revision", "membership__organisation").get(pk=pk)


class Delivery(models.Model):
    """One tiding for one member."""

    tiding = models.ForeignKey(Tiding, on_delete=models.PROTECT, related_name="deliveries")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="deliveries")
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.QUEUED)
    form = models.CharField(max_length=10, choices=DeliveryForm, blank=True, default=DeliveryForm.UNDECIDED)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )
    attempts = models.PositiveIntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    lease_until = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    encrypted_to = models.CharField(max_length=500, blank=True, help_text="Fingerprints of the keys, with commas.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When it was first read or fetched here.")
    trouble = models.CharField(max_length=100, blank=True, help_text="What went wrong last, in neutral words.")

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["tiding", "membership"], name="advisories_delivery_once"),
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="advisories_delivery_state_is_known"
            ),
            models.CheckConstraint(condition=Q(form__in=DeliveryForm.values), name="advisories_delivery_form_is_known"),
            models.CheckConstraint(
                condition=Q(state__in=[DeliveryState.SENT, DeliveryState.BOUNCED]) ^ Q(sent_at__isnull=True),
                name="advisories_delivery_sent_has_its_instant",
            ),
            models.CheckConstraint(
                condition=(Q(form=DeliveryForm.ENCRYPTED) & ~Q(encrypted_to=""))
                | (~Q(form=DeliveryForm.ENCRYPTED) & Q(encrypted_to="")),
                name="advisories_delivery_encrypted_names_its_keys",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tiding} for {self.membership.organisation}"


class KeptFromQuerySet(models.QuerySet["KeptFrom"]):
    """Questions about who is not told."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on. The organisation itself is not told."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))


class KeptFrom(models.Model):
    """A member that is not told of one advisory: somebody else owns the secret and wants a narrower circle."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="kept_from")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = KeptFromQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "organisation"]
        verbose_name_plural = "kept from"
        constraints = [
            models.UniqueConstraint(fields=["advisory", "organisation"], name="advisories_keptfrom_once"),
            models.CheckConstraint(condition=~Q(reason=""), name="advisories_keptfrom_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.advisory} is kept from {self.organisation}"
