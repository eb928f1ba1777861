"""Letters to applicants and to members' role addresses about their place on the list; never about an advisory."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from accounts.models.outgoing import Outgoing, OutgoingQuerySet
from advisories.models.application import Application
from advisories.models.membership import Membership


class Tells(models.TextChoices):
    """What such a letter is about; its subject, which every machine on the way may read."""

    APPLICATION = "application", "Your application"
    ADDRESS = "address", "Confirm this address"
    KEY = "key", "Your key ends"
    TERMS = "terms", "Our terms have changed"
    CONFIRMATION = "confirmation", "Is this still right?"
    STANDING = "standing", "Your place on the list has changed"


class MemberLetterQuerySet(OutgoingQuerySet["MemberLetter"]):
    """Questions about such letters."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of members and applications that `viewer` may read."""
        memberships = Membership.objects.visible_to(viewer)
        applications = Application.objects.visible_to(viewer)
        return self.filter(Q(membership__in=memberships) | Q(application__in=applications))


class MemberLetter(Outgoing):
    """The promise of one letter. It holds no text: that follows from its kind, and links are made as it is sent."""

    application = models.ForeignKey(
        Application, null=True, blank=True, on_delete=models.PROTECT, related_name="letters"
    )
    membership = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="letters")
    kind = models.CharField(max_length=12, choices=Tells)
    key = models.CharField(max_length=80, help_text="What it is about: asking twice makes one letter.")
    to_address = models.EmailField(max_length=254)
    header_id = models.CharField(
        max_length=250, unique=True, help_text="Its Message-ID: the same in every attempt, so that two arrive as one."
    )

    objects = MemberLetterQuerySet.as_manager()

    class Meta(Outgoing.Meta):
        ordering = ["pk"]
        constraints = [
            *Outgoing.Meta.constraints,
            models.CheckConstraint(condition=Q(kind__in=Tells.values), name="advisories_memberletter_kind_is_known"),
            models.CheckConstraint(
                condition=Q(application__isnull=True) ^ Q(membership__isnull=True),
                name="advisories_memberletter_goes_to_one_of_both",
            ),
            models.UniqueConstraint(fields=["application", "key"], name="advisories_memberletter_once_for_applicants"),
            models.UniqueConstraint(fields=["membership", "key"], name="advisories_memberletter_once_for_members"),
        ]

    def __str__(self) -> str:
        return f"letter {self.pk} to a member"
