"""An organisation's request to be told before the public: what it shows, what was said about it, its private door."""

import secrets
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.urls import reverse

from accounts.access import holds
from accounts.models import Role, User
from advisories.models.event import Event
from advisories.models.organisation import Organisation
from advisories.models.report import ReportDoor
from advisories.predisclosure.applications import WAITS_FOR_TEAM, ApplicationState, check_step


class StaleApplication(Exception):
    """Somebody else moved or changed the application since it was read."""


class ApplicationQuerySet(models.QuerySet["Application"]):
    """Questions about applications. Only the team reads them; an applicant comes through the door of the one."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read: everything for the team, nothing for anyone else."""
        return self.all() if holds(viewer, Role.SECURITY, Role.COORDINATOR) else self.none()

    def behind(self, token: str) -> Self:
        """Keep the one that a private link leads to; none for a token that was never given."""
        return self.filter(doors__token_sha256=ReportDoor.digest_of(token))

    def waiting(self) -> Self:
        """Those on which the team decides."""
        return self.filter(state__in=[state.value for state in WAITS_FOR_TEAM])


class Application(models.Model):
    """One organisation that wants to be on the list, and how far that has come."""

    reference = models.CharField(max_length=12, unique=True, help_text="Says nothing, and may stand in a subject.")
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in ApplicationState], default=ApplicationState.BEGUN.value
    )
    name = models.CharField(max_length=120)
    website = models.URLField(max_length=200, blank=True)
    contact_name = models.CharField(max_length=120, blank=True)
    contact_address = models.EmailField(max_length=254, help_text="Of the person who is invited on acceptance.")
    role_address = models.EmailField(max_length=254, blank=True)
    answers = models.JSONField(default=dict, help_text="By the keys of the criteria.")
    certificate = models.TextField(blank=True, help_text="Armoured; public parts alone.")
    terms_version = models.PositiveIntegerField(default=0, help_text="The version of the terms that was accepted.")
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    wants_listing = models.BooleanField(default=True, help_text="Its name may stand on the public page of members.")
    is_during_embargo = models.BooleanField(
        default=False, help_text="When it arrived, members had been told of something that was not public yet."
    )
    is_suspect = models.BooleanField(default=False, help_text="It looks as if a machine had sent it.")
    turn = models.PositiveIntegerField(default=1, help_text="Grows with each change: nobody decides on what they read.")
    organisation = models.ForeignKey(
        Organisation, null=True, blank=True, on_delete=models.PROTECT, related_name="applications"
    )
    made_at = models.DateTimeField(db_default=Now())
    heard_at = models.DateTimeField(db_default=Now(), help_text="When the applicant last changed or said something.")

    objects = ApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ApplicationState]), name="advisories_application_state_is_known"
            ),
            models.CheckConstraint(condition=~Q(name=""), name="advisories_application_has_a_name"),
            models.CheckConstraint(
                condition=Q(state=ApplicationState.ACCEPTED.value) ^ Q(organisation__isnull=True),
                name="advisories_application_accepted_has_its_organisation",
            ),
            models.CheckConstraint(
                condition=Q(terms_version=0) ^ Q(terms_accepted_at__isnull=False),
                name="advisories_application_terms_have_their_instant",
            ),
            models.CheckConstraint(
                condition=Q(certificate="") | Q(certificate__startswith="-----BEGIN PGP PUBLIC KEY BLOCK-----"),
                name="advisories_application_key_is_public",
            ),
        ]

    def __str__(self) -> str:
        return f"application {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("joining:judge", args=[self.reference])

    @staticmethod
    def new_reference() -> str:
        """Six random digits; the database refuses the one in millions that is taken."""
        return secrets.token_hex(3)

    @transaction.atomic
    def move_to(
        self, target: ApplicationState, *, by: User | None, reason: str = "", organisation: Organisation | None = None
    ) -> None:
        """Take one step; the step and its event land together.

        Raises `ApplicationStepNotAllowed`, `NoReason`, `StaleApplication` where somebody was faster.
        """
        current = ApplicationState(self.state)
        check_step(current, target, reason)
        same = Application.objects.filter(pk=self.pk, state=current.value, turn=self.turn)
        if not same.update(state=target.value, organisation=organisation, turn=self.turn + 1):
            raise StaleApplication(f"{self} is no longer what it was when it was looked at")
        detail = {"from": current.value, "to": target.value}
        Event.objects.record(self, kind="application-moved", by=by, detail=detail)
        self.refresh_from_db()


class ApplicationDoor(models.Model):
    """A random token that leads to one application. Only its digest is kept: who reads the database gets in nowhere."""

    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="doors")
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"door of {self.application}"

    @classmethod
    def open_for(cls, application: Application, token: str = "") -> str:
        """A token that leads there from now on, told here once and never again; a new one unless one is given."""
        token = token or secrets.token_hex(20)
        cls.objects.create(application=application, token_sha256=ReportDoor.digest_of(token))
        return token


class Said(models.TextChoices):
    """What somebody said about an application."""

    QUESTION = "question", "Asked"
    ANSWER = "answer", "Answered"
    ACCEPTANCE = "acceptance", "Accepted"
    REJECTION = "rejection", "Rejected"
    APPEAL = "appeal", "Appealed"
    NOTE = "note", "Note for the team"


SAID_BY_APPLICANT = (Said.ANSWER, Said.APPEAL)


class ApplicationNoteQuerySet(models.QuerySet["ApplicationNote"]):
    """Questions about what was said."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of applications that `viewer` may read."""
        return self.filter(application__in=Application.objects.visible_to(viewer))

    def told_to_applicant(self, application: Application) -> Self:
        """Keep what the applicant reads: all but the team's own notes."""
        return self.filter(application=application).exclude(kind=Said.NOTE)


class ApplicationNote(models.Model):
    """One question, answer, decision or note."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notes")
    kind = models.CharField(max_length=12, choices=Said)
    text = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=Now())

    objects = ApplicationNoteQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Said.values), name="advisories_applicationnote_kind_is_known"),
            models.CheckConstraint(condition=~Q(text=""), name="advisories_applicationnote_says_something"),
            models.CheckConstraint(
                condition=Q(kind__in=SAID_BY_APPLICANT) ^ Q(by__isnull=False),
                name="advisories_applicationnote_of_the_team_names_who",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} on {self.application}"

    @property
    def is_from_applicant(self) -> bool:
        """Whether the applicant said it."""
        return self.kind in SAID_BY_APPLICANT
