"""What was promised to each member: the letter, and with it the right to fetch what it tells of.

A delivery is both, so that who had which revision is one question: whoever has no delivery of a revision cannot fetch
it, and whoever could fetch it has a row that says since when.
"""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.access import holds
from accounts.models import Role, User
from accounts.models.outgoing import Outgoing, OutgoingQuerySet, Sending
from advisories.models.membership import Membership
from advisories.models.organisation import Organisation
from advisories.models.tiding import Tiding, What

TO_EVERYONE = frozenset({What.PUBLISHED, What.REISSUED})
"""It is public: there is nothing left to keep from anybody."""

_TOKEN, _PROOF = 24, 16
"""Characters of a Message-ID's random part, and of what proves in a return address that we made it."""


class DeliveryForm(models.TextChoices):
    """What kind of letter it became."""

    UNDECIDED = "", "Not written yet"
    ENCRYPTED = "encrypted", "Encrypted to the member's keys"
    NOTICE = "notice", "A bare notice to sign in"


class DeliveryQuerySet(OutgoingQuerySet["Delivery"]):
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

    def gone(self) -> Self:
        """Those that a mail server took and gave back to nobody."""
        return self.filter(state=Sending.SENT)

    def behind(self, token: str) -> Self:
        """Keep the one that a return address leads to; none for a token that was never given."""
        own, proof = token[:_TOKEN], token[_TOKEN:]
        if not constant_time_compare(proof, _proof_of(own)):
            return self.none()
        return self.filter(header_id__startswith=f"<{own}@")

    def in_turn(self) -> Self:
        """Those that are due and before which nothing waits for the same member about the same advisory.

        What came later never overtakes what came before: the last date that a member reads is the last that was told.
        """
        before = self.model._default_manager.filter(
            state__in=[Sending.QUEUED, Sending.SENDING],
            tiding__advisory=OuterRef("tiding__advisory"),
            membership=OuterRef("membership"),
            pk__lt=OuterRef("pk"),
        )
        return self.claimable().filter(~Exists(before))


class Delivery(Outgoing):
    """One tiding for one member."""

    tiding = models.ForeignKey(Tiding, on_delete=models.PROTECT, related_name="deliveries")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="deliveries")
    form = models.CharField(max_length=10, choices=DeliveryForm, blank=True, default=DeliveryForm.UNDECIDED)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )
    bounced_at = models.DateTimeField(null=True, blank=True, help_text="When it last came back.")
    encrypted_to = models.CharField(max_length=500, blank=True, help_text="Fingerprints of the keys, with commas.")
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="When it was first read or fetched here.")

    objects = DeliveryQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        ordering = ["pk"]
        verbose_name_plural = "deliveries"
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["tiding", "membership"], name="advisories_delivery_once"),
            models.CheckConstraint(
                condition=~Q(state=Sending.BOUNCED) | Q(bounced_at__isnull=False),
                name="advisories_delivery_bounced_has_its_instant",
            ),
            models.CheckConstraint(condition=Q(form__in=DeliveryForm.values), name="advisories_delivery_form_is_known"),
            models.CheckConstraint(
                condition=(Q(form=DeliveryForm.ENCRYPTED) & ~Q(encrypted_to=""))
                | (~Q(form=DeliveryForm.ENCRYPTED) & Q(encrypted_to="")),
                name="advisories_delivery_encrypted_names_its_keys",
            ),
        ]

    @property
    def reference(self) -> str:
        """Stands in its subject, says nothing, and tells two letters apart."""
        return self._token[:6]

    @property
    def return_token(self) -> str:
        """What stands behind the plus of its return address: nobody who never saw the letter makes one up."""
        return self._token + _proof_of(self._token)

    @property
    def _token(self) -> str:
        return self.header_id[1 : 1 + _TOKEN]

    def __str__(self) -> str:
        return f"{self.tiding} for {self.membership.organisation}"


def _proof_of(token: str) -> str:
    return salted_hmac("advisories.delivery", token).hexdigest()[:_PROOF]


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
