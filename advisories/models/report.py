"""What somebody found: the report, who found it, and the private doors to its thread."""

import hashlib
import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Case, Exists, F, IntegerField, Q, Value, When
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, TeamSeat, User
from advisories.models import report_text
from advisories.models.event import Event
from advisories.policy import Urgency
from advisories.reporting.credits import Chosen, Unnamed
from advisories.reporting.reports import CLOSED, TAKES_PART, ReportState, check_step, original_of

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory

MOST_ALIKE = 5
"""As many likely duplicates as a person looks through."""


class StaleReport(Exception):
    """Somebody else moved the report since it was read."""


class Credit(models.TextChoices):
    """How a finder wants to be named."""

    UNDECIDED = "undecided", "Decide later"
    NAMED = "named", "Name me"
    ANONYMOUS = "anonymous", "Don't name me"


class FinderQuerySet(models.QuerySet["Finder"]):
    """Questions about finders."""

    def credited_on(self, advisory: "Advisory") -> Self:
        """Keep those whose reports feed an advisory or are duplicates of ones that do, in the order they came."""
        return self.credited_on_any([advisory])

    def credited_on_any(self, advisories: Iterable["Advisory"]) -> Self:
        """The same of several, each with its report and what that is a duplicate of."""
        found = Q(report__advisory__in=advisories) | Q(report__duplicate_of__advisory__in=advisories)
        with_reports = self.filter(found).select_related("report__duplicate_of")
        return with_reports.order_by("report__received_at", "pk")


class Finder(models.Model):
    """Who found it, as they told us; every report keeps its own, whatever becomes of the report."""

    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(max_length=254, blank=True)
    credit = models.CharField(max_length=20, choices=Credit, default=Credit.UNDECIDED)
    credit_as = models.CharField(max_length=200, blank=True, help_text="The words of the credit.")
    terms = models.TextField(blank=True, help_text="What was promised, such as a date.")
    withheld_because = models.CharField(
        max_length=300, blank=True, help_text="Why the team withholds the credit, for readers; their choice is kept."
    )

    objects = FinderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(credit__in=Credit.values), name="advisories_finder_credit_is_known")
        ]

    def __str__(self) -> str:
        return self.name or self.address or "Anonymous"

    @property
    def credited_name(self) -> str:
        """The words of the credit. Never the address: nobody has said that it may be published."""
        return " ".join((self.credit_as or self.name).split())

    @property
    def chosen(self) -> Chosen | None:
        """The credit as it is decided; None while it isn't."""
        if self.withheld_because:
            return Chosen(unnamed=Unnamed.WITHHELD, because=self.withheld_because)
        if self.credit == Credit.ANONYMOUS:
            return Chosen(unnamed=Unnamed.ANONYMOUS)
        return Chosen(self.credited_name) if self.credit == Credit.NAMED and self.credited_name else None

    @property
    def wanted_credit(self) -> str:
        """The credit in words."""
        if self.withheld_because:
            return f"withheld: {self.withheld_because}"
        if self.credit == Credit.NAMED:
            return f"as “{self.credited_name}”" if self.credited_name else "named, but nobody has said by what name"
        return "not named" if self.credit == Credit.ANONYMOUS else "not decided yet"


class ReportQuerySet(models.QuerySet["Report"]):
    """Questions about reports. Only the team reads them; a finder comes through a door of the one report."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read: everything for the security team, nothing for anyone else."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR)))

    def behind(self, token: str, kind: "DoorKind") -> Self:
        """Keep the one report that a private link or reply address leads to; none for a token that was never given."""
        return self.filter(doors__kind=kind, doors__token_sha256=ReportDoor.digest_of(token))

    def taking_part_in(self, advisories: "Iterable[Advisory]") -> Self:
        """Keep those whose finders have a say: reports that feed one of `advisories`, and duplicates of these."""
        feeding = Q(advisory__in=advisories) | Q(duplicate_of__advisory__in=advisories)
        return self.filter(feeding, state__in=[state.value for state in TAKES_PART])

    def open(self) -> Self:
        """Those on which somebody is owed an answer."""
        return self.exclude(state__in=sorted(CLOSED))

    def waiting(self) -> Self:
        """Those that are open, and closed ones whose finder wrote after the last answer: new facts may stand there."""
        unheard = Q(told_at__isnull=True) | Q(heard_at__gt=F("told_at"))
        return self.filter(~Q(state__in=sorted(CLOSED)) | unheard)

    def matching(self, asked: str) -> Self:
        """Keep those that hold every word of `asked` (beginnings count), the best first."""
        return self._in_order(report_text.holding_all(asked))

    def resembling(self, report: "Report") -> Self:
        """Keep other reports that read like this one, the likeliest first; duplicates of it are known already."""
        alike = report_text.holding_some(report.text.text)
        found = [pk for pk in alike if pk != report.pk][:MOST_ALIKE]
        return self._in_order(found).exclude(duplicate_of=report.pk)

    def _in_order(self, found: list[int]) -> Self:
        places = [When(pk=pk, then=Value(place)) for place, pk in enumerate(found)]
        if not places:
            return self.none()
        return self.filter(pk__in=found).order_by(Case(*places, output_field=IntegerField()))


class Report(models.Model):
    """One report and where it stands. Its thread is its messages."""

    reference = models.CharField(max_length=12, unique=True, help_text="Says nothing, and may stand in a subject.")
    title = models.CharField(max_length=200)
    state = models.CharField(
        max_length=20, choices=[(s.value, s.value) for s in ReportState], default=ReportState.RECEIVED.value
    )
    urgency = models.CharField(
        max_length=10, choices=[(u.value, u.value) for u in Urgency], default=Urgency.NORMAL.value
    )
    finder = models.OneToOneField(Finder, on_delete=models.PROTECT, related_name="report")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    duplicate_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="duplicates")
    advisory = models.ForeignKey(
        "advisories.Advisory", null=True, blank=True, on_delete=models.PROTECT, related_name="reports"
    )
    is_suspect = models.BooleanField(default=False, help_text="It looks as if a machine had sent it.")
    received_at = models.DateTimeField(default=timezone.now)
    heard_at = models.DateTimeField(default=timezone.now, help_text="When its finder last wrote.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When a person last answered.")

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-received_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in ReportState]), name="advisories_report_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(urgency__in=[u.value for u in Urgency]), name="advisories_report_urgency_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state=ReportState.DUPLICATE.value, duplicate_of__isnull=False)
                | (~Q(state=ReportState.DUPLICATE.value) & Q(duplicate_of__isnull=True)),
                name="advisories_report_duplicate_names_the_other",
            ),
            models.CheckConstraint(
                condition=Q(duplicate_of__isnull=True) | ~Q(duplicate_of=F("pk")),
                name="advisories_report_not_a_duplicate_of_itself",
            ),
        ]

    def __str__(self) -> str:
        return f"report {self.reference}"

    def get_absolute_url(self) -> str:
        return reverse("triage:report", args=[self.reference])

    @property
    def takes_part(self) -> bool:
        """Whether its finder has a say in dates and fix, as soon as there is an advisory."""
        return self.state in {state.value for state in TAKES_PART}

    @property
    def concern(self) -> "Advisory | None":
        """The advisory that its finder has a say in: the one it feeds, or the one its original feeds."""
        if not self.takes_part:
            return None
        if self.advisory is not None:
            return self.advisory
        return self.duplicate_of.advisory if self.duplicate_of is not None else None

    @property
    def has_news(self) -> bool:
        """Whether the finder wrote after the last answer."""
        return self.told_at is None or self.heard_at > self.told_at

    @staticmethod
    def new_reference() -> str:
        """Six random digits; the database refuses the one in millions that is taken."""
        return secrets.token_hex(3)

    @transaction.atomic
    def move_to(
        self, target: ReportState, *, by: User | None, grounds: str = "", duplicate_of: "Report | None" = None
    ) -> Event:
        """Take one step; the step and its event, which is given back, land together.

        Raises `ReportStepNotAllowed`, `NoGrounds`, `DuplicateOfItself`, `StaleReport` where somebody was faster, and
        `ValueError` for a duplicate of nothing.
        """
        current = ReportState(self.state)
        check_step(current, target, grounds)
        original = None
        if target is ReportState.DUPLICATE:
            if duplicate_of is None:
                raise ValueError("a duplicate names the report that came first")
            original = self._original(duplicate_of)
        moved = Report.objects.filter(pk=self.pk, state=current.value)
        if not moved.update(state=target.value, duplicate_of=original):
            raise StaleReport(f"{self} is no longer {current}")
        detail = {"from": current.value, "to": target.value, "duplicate_of": original}
        event = Event.objects.record(self, kind="report-moved", by=by, detail=detail)
        self.refresh_from_db()
        return event

    def _original(self, named: "Report") -> int:
        known = Report.objects.values_list("pk", "duplicate_of").filter(duplicate_of__isnull=False)
        links = {pk: other for pk, other in known if other is not None}
        return original_of(self.pk, links | {self.pk: named.pk})


class DoorKind(models.TextChoices):
    """What a token opens."""

    PAGE = "page", "The thread's private page"
    ADDRESS = "address", "Answers by mail, and nothing else"


class ReportDoor(models.Model):
    """A random token that leads to one report. Only its digest is kept: who reads the database gets in nowhere."""

    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="doors")
    kind = models.CharField(max_length=10, choices=DoorKind)
    token_sha256 = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=DoorKind.values), name="advisories_reportdoor_kind_is_known")
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.report}"

    @staticmethod
    def digest_of(token: str) -> str:
        """What is kept of a token."""
        return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()

    @classmethod
    def open_for(cls, report: Report, kind: DoorKind) -> str:
        """A new token, told here once and never again. Hexadecimal, since mail servers lower an address's case."""
        token = secrets.token_hex(20)
        cls.objects.create(report=report, kind=kind, token_sha256=cls.digest_of(token))
        return token
