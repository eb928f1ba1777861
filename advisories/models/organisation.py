"""Downstreams that are told before the public: who they are, and who speaks for them."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Lower, Now

from accounts.models import Role, TeamSeat, User
from accounts.models.drawn import DrawnKey
from accounts.models.lasting import Lasting, LastingQuerySet


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    """Questions about organisations."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read all of: everything for the team, their own for contacts."""
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        return self.filter(
            Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR))
            | Exists(Contact.objects.current().filter(user=viewer, organisation=OuterRef("pk")))
        )

    def spoken_for_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep those that are on the list now and that `viewer` is a contact of, whatever else they are.

        What one was merged into counts for it: its contacts hold what it was told.
        """
        from advisories.models.membership import Membership

        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        own = self.filter(
            Exists(Contact.objects.current().filter(user=viewer, organisation=OuterRef("pk"))),
            Exists(Membership.objects.active().filter(organisation=OuterRef("pk"))),
        )
        return self.filter(Q(pk__in=own.values("pk")) | Q(merged_into__in=own.values("pk")))


class Organisation(models.Model):
    """A distribution, a hoster, a vendor. Whether it is on the list is its `Membership`'s to say."""

    id = DrawnKey()
    name = models.CharField(max_length=120)
    website = models.URLField(max_length=200, blank=True)
    is_listed = models.BooleanField(default=True, help_text="Its name may stand on the public page of members.")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    made_at = models.DateTimeField(db_default=Now())

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="advisories_organisation_name_unique"),
            models.CheckConstraint(condition=~Q(name=""), name="advisories_organisation_has_a_name"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | ~Q(merged_into=F("pk")),
                name="advisories_organisation_not_merged_into_itself",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ContactRight(models.TextChoices):
    """What a contact may do for the organisation; each includes those before it."""

    READ = "read", "Read and fetch"
    ANSWER = "answer", "Answer for the organisation"
    MANAGE = "manage", "Keep its contacts, address and key"


CONTACT_RIGHTS = [right.value for right in ContactRight]
"""From the least to the most."""


class ContactQuerySet(LastingQuerySet["Contact"]):
    """Questions about contacts."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of organisations that `viewer` may read."""
        return self.filter(organisation__in=Organisation.objects.visible_to(viewer))

    def of(self, viewer: User | AnonymousUser, least: ContactRight = ContactRight.READ) -> Self:
        """What `viewer` holds now that lets them do `least` at least."""
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        enough = CONTACT_RIGHTS[CONTACT_RIGHTS.index(least) :]
        return self.current().filter(user=viewer, right__in=enough)

    def speaking(self) -> Self:
        """Those whose organisation is on the list now."""
        from advisories.models.membership import MembershipState

        return self.filter(organisation__memberships__state=MembershipState.ACTIVE)


class Contact(Lasting):
    """One person who speaks for one organisation, from an instant until another."""

    id = DrawnKey()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="contacts")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="organisation_contacts")
    right = models.CharField(max_length=10, choices=ContactRight, default=ContactRight.READ)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    objects = ContactQuerySet.as_manager()

    class Meta(Lasting.Meta):
        ordering = ["organisation", "pk"]
        constraints = [
            *Lasting.Meta.constraints,
            models.CheckConstraint(
                condition=Q(right__in=ContactRight.values), name="advisories_contact_right_is_known"
            ),
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(until_at__isnull=True),
                name="advisories_contact_one_open_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} for {self.organisation}"
