"""What follows a publication's instant, step by step: promised when it is armed, claimed by a worker, done once."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Case, Q, When
from django.db.models.functions import Now

from accounts.models import User
from accounts.models.outgoing import Outgoing, OutgoingQuerySet, Sending
from advisories.models.publication import Publication


class StepKind(models.TextChoices):
    """What happens at and after the instant, in the order in which people read it. Readers see the advisory anyway."""

    RECORD = "record", "The record, and those who hold it already"
    SITE = "site", "Its page, and its place on the list"
    FILES = "files", "Its files, as they were approved"
    FEEDS = "feeds", "Feeds and lists for machines"
    EXPORT = "export", "The exported site"
    MAIL = "mail", "Mail to a list"


CONFIRMED = (StepKind.SITE, StepKind.FILES, StepKind.FEEDS)
"""Kinds that readers have from the instant on: what is done about them is to ask whether it is so."""
BY_OTHERS = (StepKind.RECORD, StepKind.EXPORT)
"""Kinds that whoever keeps the record and the exported site settles."""


class PublicationStepQuerySet(OutgoingQuerySet["PublicationStep"]):
    """Questions about steps, and the claim."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on."""
        from advisories.models.advisory import Advisory

        return self.filter(publication__advisory__in=Advisory.objects.worked_on_by(viewer))

    def begun(self) -> Self:
        """Those whose instant has come."""
        return self.filter(publication__voided_at__isnull=True, publication__public_at__lte=Now())

    def due(self) -> Self:
        """Those that a worker may take in hand, mails first: no confirmation keeps one waiting."""
        mails_first = Case(When(kind=StepKind.MAIL, then=0), default=1)
        return self.claimable().begun().exclude(kind__in=BY_OTHERS).order_by(mails_first, "publication", "pk")

    def to_export(self) -> Self:
        """Those that wait for the exported site, due or not, or were given up."""
        return self.begun().filter(kind=StepKind.EXPORT, state__in=[Sending.QUEUED, Sending.SENDING, Sending.FAILED])


class PublicationStep(Outgoing):
    """One step of a publication: the promise, claimed by compare-and-set, done once in effect."""

    publication = models.ForeignKey(Publication, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=StepKind)
    target = models.CharField(max_length=254, blank=True, help_text="The address of a list.")

    objects = PublicationStepQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        ordering = ["publication", "pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.UniqueConstraint(fields=["publication", "kind", "target"], name="advisories_publicationstep_once"),
            models.CheckConstraint(condition=Q(kind__in=StepKind.values), name="advisories_publicationstep_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=StepKind.MAIL) ^ Q(target=""),
                name="advisories_publicationstep_only_mail_has_a_target",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.publication}: {self.get_kind_display()}"
