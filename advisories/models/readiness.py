"""How far members are with the fix, as they say themselves; who has said nothing has no row."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower, Now

from accounts.access import holds
from accounts.models import Role, User
from accounts.models.drawn import DrawnKey
from advisories.models.delivery import Delivery
from advisories.models.organisation import Organisation


class ProductQuerySet(models.QuerySet["Product"]):
    """Questions about members' own products."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of organisations that `viewer` may read."""
        return self.filter(organisation__in=Organisation.objects.visible_to(viewer))

    def current(self) -> Self:
        """Those that are still made."""
        return self.filter(retired_at__isnull=True)


class Product(models.Model):
    """Something that a member makes or runs on top of the project, for which it answers separately."""

    id = DrawnKey()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="products")
    name = models.CharField(max_length=80)
    builds_on = models.CharField(max_length=80, blank=True, help_text="Which versions it is built on, such as 4.17.")
    made_at = models.DateTimeField(db_default=Now())
    retired_at = models.DateTimeField(null=True, blank=True)

    objects = ProductQuerySet.as_manager()

    class Meta:
        ordering = ["organisation", "pk"]
        constraints = [
            models.UniqueConstraint(
                "organisation", Lower("name"), condition=Q(retired_at__isnull=True), name="advisories_product_name_once"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="advisories_product_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} on {self.builds_on}" if self.builds_on else self.name


class ReadinessStatus(models.TextChoices):
    """How far a member is with one product, from nothing to do to done."""

    NOT_AFFECTED = "not-affected", "Not affected"
    AFFECTED = "affected", "Affected"
    PREPARED = "prepared", "Fix prepared"
    TESTED = "tested", "Fix tested"
    DEPLOYED = "deployed", "Deployed"


class NoteAudience(models.TextChoices):
    """Who reads a member's answer besides the member."""

    TEAM = "team", "The security team"
    MEMBERS = "members", "The team and every member who holds it"


class ReadinessQuerySet(models.QuerySet["Readiness"]):
    """Questions about answers."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team; for contacts their own, and what was said to all who hold the advisory."""
        if holds(viewer, Role.SECURITY, Role.COORDINATOR):
            return self.all()
        held = Delivery.objects.held_by(viewer).filter(tiding__advisory=OuterRef("advisory"))
        own = Q(product__organisation__in=Organisation.objects.spoken_for_by(viewer))
        return self.filter(own | Q(told_to=NoteAudience.MEMBERS), Exists(held))

    def standing(self) -> Self:
        """What holds now; an answer that was replaced stays as history."""
        return self.filter(replaced_at__isnull=True)


class Readiness(models.Model):
    """One answer for one product. It is replaced by the next and never changed."""

    id = DrawnKey()
    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="readiness")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="readiness")
    status = models.CharField(max_length=14, choices=ReadinessStatus)
    reason = models.CharField(max_length=500, blank=True, help_text="Why it isn't affected.")
    tracking_id = models.CharField(max_length=80, blank=True, help_text="What the member calls it.")
    note = models.TextField(max_length=2000, blank=True)
    told_to = models.CharField(max_length=10, choices=NoteAudience, default=NoteAudience.TEAM)
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(db_default=Now())
    replaced_at = models.DateTimeField(null=True, blank=True)

    objects = ReadinessQuerySet.as_manager()

    class Meta:
        ordering = ["product", "said_at", "pk"]
        verbose_name_plural = "readiness"
        constraints = [
            models.UniqueConstraint(
                fields=["advisory", "product"],
                condition=Q(replaced_at__isnull=True),
                name="advisories_readiness_one_stands",
            ),
            models.CheckConstraint(
                condition=Q(status__in=ReadinessStatus.values), name="advisories_readiness_status_is_known"
            ),
            models.CheckConstraint(
                condition=Q(told_to__in=NoteAudience.values), name="advisories_readiness_audience_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(status=ReadinessStatus.NOT_AFFECTED) | ~Q(reason=""),
                name="advisories_readiness_not_affected_says_why",
            ),
            models.CheckConstraint(
                condition=Q(replaced_at__isnull=True) | Q(replaced_at__gte=F("said_at")),
                name="advisories_readiness_replaced_after_it_was_said",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.get_status_display()}"


class AskKind(models.TextChoices):
    """What a member asks of the date."""

    EXTENSION = "extension", "Please put it off"
    NOT_READY = "not-ready", "We will not be ready"


class AskQuerySet(models.QuerySet["Ask"]):
    """Questions about what members ask."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep all for the team, and for contacts their own on what they hold."""
        if holds(viewer, Role.SECURITY, Role.COORDINATOR):
            return self.all()
        held = Delivery.objects.held_by(viewer).filter(tiding__advisory=OuterRef("advisory"))
        return self.filter(Exists(held), organisation__in=Organisation.objects.spoken_for_by(viewer))

    def open(self) -> Self:
        """Those that nobody has answered."""
        return self.filter(answered_at__isnull=True)


class Ask(models.Model):
    """A member cannot be ready by the date, or asks for a later one; the team answers."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="asks")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="asks")
    kind = models.CharField(max_length=10, choices=AskKind)
    wanted_at = models.DateTimeField(help_text="By when they would be ready (UTC).")
    reason = models.CharField(max_length=500)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())
    answer = models.CharField(max_length=500, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)

    objects = AskQuerySet.as_manager()

    class Meta:
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=AskKind.values), name="advisories_ask_kind_is_known"),
            models.CheckConstraint(condition=~Q(reason=""), name="advisories_ask_has_its_reason"),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answered_by__isnull=True, answer="")
                | (Q(answered_at__isnull=False, answered_by__isnull=False) & ~Q(answer="")),
                name="advisories_ask_answer_is_whole",
            ),
            models.UniqueConstraint(
                fields=["advisory", "organisation"],
                condition=Q(answered_at__isnull=True),
                name="advisories_ask_one_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} on {self.advisory}: {self.get_kind_display()}"
