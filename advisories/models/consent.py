"""What each participant has agreed to: one row for each, and exactly one set of terms."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import F, Q

from accounts.models import User
from advisories.embargo import consents as rules
from advisories.embargo.consents import Standing, Terms
from advisories.models.embargo import Embargo, StaleEmbargo
from advisories.models.party import OfAParty, Side
from advisories.models.report import Report


class ConsentQuerySet(models.QuerySet["Consent"]):
    """Questions about consents."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those to embargoes that `viewer` may see."""
        return self.filter(embargo__in=Embargo.objects.visible_to(viewer).values("pk"))

    def told_to_finder(self, report: Report) -> Self:
        """Keep the one of the finder of `report`: nobody else's is theirs to know."""
        return self.filter(report=report, embargo__in=Embargo.objects.told_to_finder(report).values("pk"))


class Consent(OfAParty):
    """Where one participant stands. Whoever has signed stays bound by it, whatever becomes of the row later."""

    embargo = models.ForeignKey(Embargo, on_delete=models.PROTECT, related_name="consents")
    asked_terms = models.CharField(max_length=40, help_text="A version of the terms.")
    asked_end_at = models.DateTimeField()
    answer_by = models.DateTimeField()
    standing = models.CharField(
        max_length=12, choices=[(s.value, s.value) for s in Standing], default=Standing.INVITED.value
    )
    signed_terms = models.CharField(max_length=40, blank=True)
    signed_end_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=0)

    objects = ConsentQuerySet.as_manager()

    class Meta(OfAParty.Meta):
        ordering = ["pk"]
        constraints = [
            *OfAParty.Meta.constraints,
            models.CheckConstraint(
                condition=Q(standing__in=[s.value for s in Standing]), name="advisories_consent_standing_is_known"
            ),
            models.CheckConstraint(
                condition=Q(signed_terms="", signed_end_at__isnull=True)
                | (~Q(signed_terms="") & Q(signed_end_at__isnull=False)),
                name="advisories_consent_is_to_terms_and_an_end",
            ),
            models.CheckConstraint(
                condition=~Q(standing=Standing.SIGNATORY.value)
                | Q(signed_terms=F("asked_terms"), signed_end_at=F("asked_end_at")),
                name="advisories_consent_signed_is_what_is_asked",
            ),
            models.UniqueConstraint(
                fields=["embargo"], condition=Q(side=Side.TEAM), name="advisories_consent_one_of_the_team"
            ),
            models.UniqueConstraint(
                fields=["embargo", "user"], condition=Q(side=Side.GUEST), name="advisories_consent_one_of_each_guest"
            ),
            models.UniqueConstraint(
                fields=["embargo", "report"],
                condition=Q(side=Side.FINDER),
                name="advisories_consent_one_of_each_finder",
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    @property
    def asked(self) -> Terms:
        """What is asked of them now."""
        return Terms(self.asked_terms, self.asked_end_at)

    @property
    def is_bound(self) -> bool:
        """Whether they ever promised to keep the secret."""
        return bool(self.signed_terms)

    def value(self) -> rules.Consent:
        """The consent as the rules know it."""
        signed = Terms(self.signed_terms, self.signed_end_at) if self.signed_end_at else None
        return rules.Consent(self.party_key, self.asked, self.answer_by, Standing(self.standing), signed)

    def write(self, value: rules.Consent) -> None:
        """Keep the outcome of one step. Raises `StaleEmbargo` where somebody was faster."""
        mine = Consent.objects.filter(pk=self.pk, version=self.version)
        moved = mine.update(
            version=F("version") + 1,
            asked_terms=value.asked.version,
            asked_end_at=value.asked.end_at,
            answer_by=value.answer_by,
            standing=value.standing.value,
            signed_terms=value.signed.version if value.signed else "",
            signed_end_at=value.signed.end_at if value.signed else None,
        )
        if not moved:
            raise StaleEmbargo(f"{self} has changed")
        self.refresh_from_db()
