"""One vulnerability and what is said of it."""

from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Case, Exists, F, Max, OuterRef, Q, Subquery, When
from django.db.models.functions import Now
from django.urls import reverse

from accounts.models import Role, TeamSeat, User
from advisories import sections
from advisories.lifecycle import CARRIES_FIXES, LEAVES_A_NOTE, SHOWN_TO_READERS, STEPS, State, check_step
from advisories.models.event import Event
from advisories.models.publication import Publication
from advisories.models.seat import Seat


class StaleAdvisory(Exception):
    """Somebody else changed the advisory since it was read."""


def _published() -> Exists:
    """Whether readers see it: a publication whose instant has come, whatever state a worker has left it in."""
    return Exists(Publication.objects.live().filter(advisory=OuterRef("pk")))


class AdvisoryQuerySet(models.QuerySet["Advisory"]):
    """Questions about advisories. What a person may know is decided here, in SQL, and nowhere else."""

    def public(self) -> Self:
        """Those whose instant has come, by the database's clock, with or without a worker."""
        return self.filter(_published())

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read. Being a superuser opens nothing: a seat does."""
        if not viewer.is_authenticated:
            return self.public()
        return self.filter(
            _published()
            | Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR))
            | Exists(Seat.objects.current().filter(user=viewer, advisory=OuterRef("pk")))
        )

    def known_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may know exists: a release manager knows number and verdicts, not the title."""
        if not viewer.is_authenticated:
            return self.visible_to(viewer)
        return self.filter(
            Q(pk__in=self.model.objects.visible_to(viewer).values("pk"))
            | Exists(TeamSeat.objects.held_by(viewer, Role.RELEASE_MANAGER))
        )

    def marked_readable_by(self, viewer: User | AnonymousUser) -> Self:
        """Annotate `is_readable`: whether `viewer` may read more than the number and the verdicts."""
        readable = self.model.objects.visible_to(viewer).filter(pk=OuterRef("pk"))
        return self.annotate(is_readable=Exists(readable))

    def titled_for(self, viewer: User | AnonymousUser) -> Self:
        """Annotate `told_title`: the draft's for those who work on it, and what was published for everyone else."""
        said = Publication.objects.current().filter(advisory=OuterRef("pk")).values("title")[:1]
        draft = When(Exists(self.model.objects.worked_on_by(viewer).filter(pk=OuterRef("pk"))), then=F("title"))
        return self.annotate(told_title=Case(draft, default=Subquery(said), output_field=models.CharField()))

    def worked_on_by(self, viewer: User | AnonymousUser) -> Self:
        """Keep those on which `viewer` has a say: by a seat on the team or one on the advisory."""
        if not viewer.is_authenticated or not viewer.is_active:
            return self.none()
        return self.filter(
            Exists(TeamSeat.objects.held_by(viewer, Role.SECURITY, Role.COORDINATOR))
            | Exists(Seat.objects.current().filter(user=viewer, advisory=OuterRef("pk")))
        )

    def leaving_a_note_for(self, viewer: User | AnonymousUser, *, numbers_are_announced: bool) -> Self:
        """Keep numbers that lead `viewer` to a note instead of a text: what was merged, and what was given up.

        A merged one is known to those who may read what it went into; an unused one to everyone, where the policy
        tells numbers.
        """
        merged = Q(state=State.MERGED.value, merged_into__in=self.model.objects.visible_to(viewer))
        unused = Q(state=State.UNUSED.value) if numbers_are_announced else Q(pk__in=[])
        return self.filter(merged | unused).select_related("merged_into")

    def marked_embargoed(self) -> Self:
        """Annotate `is_embargoed`: not public yet by the database's clock."""
        return self.annotate(is_embargoed=Exists(self.model.objects.embargoed().filter(pk=OuterRef("pk"))))

    def embargoed(self) -> Self:
        """Those that are not public yet, and may still carry a secret."""
        return self.filter(~_published())

    def carrying_fixes(self) -> Self:
        """Those whose series are worth trying on the branches."""
        return self.filter(state__in=CARRIES_FIXES)


class Advisory(models.Model):
    """A vulnerability with its number. The sections are Markdown."""

    number = models.PositiveIntegerField(unique=True, help_text="Never used again, whatever becomes of it.")
    title = models.CharField(max_length=200)
    state = models.CharField(max_length=20, choices=[(s.value, s.value) for s in State], default=State.DRAFTING)
    public_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="The planned instant (UTC), later that of the first publication; readers go by `Publication`.",
    )
    description = models.TextField(blank=True)
    impact = models.TextField(blank=True)
    vulnerable_systems = models.TextField(blank=True)
    mitigation = models.TextField(blank=True)
    resolution = models.TextField(blank=True)
    credits = models.TextField(blank=True)
    deployment = models.TextField(blank=True, help_text="What may be deployed during the embargo.")
    notes = models.TextField(blank=True, help_text="For members; never published.")
    text_version = models.PositiveIntegerField(default=1, help_text="Counts every change of title and sections.")
    is_already_public = models.BooleanField(default=False, help_text="Known outside before it was written.")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="merged")
    split_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="split")
    superseded_by = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="supersedes"
    )
    ended_because = models.TextField(blank=True, help_text="Why it was merged, given up or withdrawn, on its page.")
    withdrawn_at = models.DateTimeField(
        null=True, blank=True, help_text="When readers were told that it holds no more."
    )
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    objects = AdvisoryQuerySet.as_manager()

    class Meta:
        ordering = ["-number"]
        verbose_name_plural = "advisories"
        constraints = [
            models.CheckConstraint(condition=Q(number__gt=0), name="advisories_advisory_number_is_positive"),
            models.CheckConstraint(
                condition=Q(state__in=[s.value for s in State]), name="advisories_advisory_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(s.value for s in SHOWN_TO_READERS)) | Q(public_at__isnull=False),
                name="advisories_advisory_public_has_its_instant",
            ),
            models.CheckConstraint(
                condition=Q(state=State.MERGED.value, merged_into__isnull=False)
                | (~Q(state=State.MERGED.value) & Q(merged_into__isnull=True)),
                name="advisories_advisory_merged_names_the_other",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=sorted(s.value for s in LEAVES_A_NOTE)) | ~Q(ended_because=""),
                name="advisories_advisory_ends_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(state=State.WITHDRAWN.value, withdrawn_at__isnull=False)
                | (~Q(state=State.WITHDRAWN.value) & Q(withdrawn_at__isnull=True)),
                name="advisories_advisory_withdrawn_has_its_instant",
            ),
            *(
                models.CheckConstraint(
                    condition=Q(**{f"{other}__isnull": True}) | ~Q(**{other: F("pk")}),
                    name=f"advisories_advisory_not_{other}_itself",
                )
                for other in ("merged_into", "split_from", "superseded_by")
            ),
            models.CheckConstraint(condition=Q(text_version__gt=0), name="advisories_advisory_text_version_counts"),
        ]

    def __str__(self) -> str:
        return self.label

    def get_absolute_url(self) -> str:
        return reverse("advisories:detail", args=[self.number])

    @property
    def label(self) -> str:
        """The number as people write it, such as SSA-12."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"

    @property
    def has_ended(self) -> bool:
        """Whether it was merged, given up or withdrawn, so that nothing is written of it any more."""
        return not STEPS[State(self.state)]

    @property
    def texts(self) -> dict[str, str]:
        """Title and sections by their names, as they are written now."""
        return {name: getattr(self, name) for name in ("title", *sections.NAMES)}

    @classmethod
    def next_number(cls) -> int:
        """One more than the largest number ever taken, used or not."""
        return (cls.objects.aggregate(last=Max("number"))["last"] or 0) + 1

    @transaction.atomic
    def move_to(self, target: State, *, by: User | None, **changes: object) -> None:
        """Take one lifecycle step, or raise `StepNotAllowed`; `StaleAdvisory` where somebody was faster.

        The step and its event land together.
        """
        current = State(self.state)
        check_step(current, target)
        moved = Advisory.objects.filter(pk=self.pk, state=current).update(state=target, changed_at=Now(), **changes)
        if not moved:
            raise StaleAdvisory(f"{self} is no longer {current}")
        Event.objects.record(
            self, kind="state-changed", by=by, detail={"from": current.value, "to": State(target).value}
        )
        self.refresh_from_db()
