"""What the world sees: one revision, from its instant on, by the database's clock and nobody else's."""

from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import User

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory
    from advisories.models.arming import Arming


class PublicationQuerySet(models.QuerySet["Publication"]):
    """Questions about publications. Public pages, feeds and exports ask here, and never at a draft."""

    @transaction.atomic
    def issue(self, **fields: object) -> "Publication":
        """Put a publication down together with what lists, searches and statistics read of it."""
        from advisories.models.public_entry import PublicEntry
        from advisories.models.public_measure import PublicMeasure

        made = self.create(**fields)
        PublicEntry.objects.lay_down(made)
        PublicMeasure.objects.lay_down(made)
        return made

    def live(self) -> Self:
        """Those whose instant has come, with or without a worker; a web host's own clock is not asked."""
        return self.filter(voided_at__isnull=True, public_at__lte=Now())

    def current(self) -> Self:
        """Of each advisory the live one that says most: the highest version."""
        later = self.model.objects.live().filter(advisory=OuterRef("advisory"), version__gt=OuterRef("version"))
        return self.live().filter(~Exists(later))

    def coming(self) -> Self:
        """Those that are armed and whose instant lies ahead."""
        return self.filter(voided_at__isnull=True, public_at__gt=Now())

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep what `viewer` may read: what is live, and all of the advisories that they work on."""
        from advisories.models.advisory import Advisory

        live = Q(voided_at__isnull=True, public_at__lte=Now())
        return self.filter(live | Q(advisory__in=Advisory.objects.worked_on_by(viewer)))

    def void(self, *, arming: "Arming") -> int:
        """Take back what an arming promised, as far as its instant has not come; how many that were."""
        return self.coming().filter(arming=arming).update(voided_at=Now())


class Publication(models.Model):
    """One revision's way out. It exists only after arming (or an import), and never changes once its instant has come.

    Number, version, title and what readers may see of the content stand here once more, so that public pages ask one
    table, and never what only members were told.
    """

    advisory: "models.ForeignKey[Advisory, Advisory]" = models.ForeignKey(
        "advisories.Advisory", on_delete=models.PROTECT, related_name="publications"
    )
    revision = models.ForeignKey("advisories.Revision", on_delete=models.PROTECT, related_name="publications")
    arming = models.ForeignKey(
        "advisories.Arming", null=True, blank=True, on_delete=models.PROTECT, related_name="publications",
        help_text="The approvals it goes out by; none for what was published before this portal was.",
    )  # fmt: skip
    number = models.PositiveIntegerField()
    version = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    content = models.JSONField(help_text="What of the revision readers are shown; the patches are the revision's.")
    public_at = models.DateTimeField(help_text="The instant from which readers see it (UTC).")
    made_at = models.DateTimeField(db_default=Now())
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-public_at", "-number", "-version"]
        indexes = [
            models.Index(fields=["public_at"], name="advisories_publication_when"),
            models.Index(fields=["number"], name="advisories_publication_number"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["advisory", "version"],
                condition=Q(voided_at__isnull=True),
                name="advisories_publication_once",
            ),
            models.CheckConstraint(
                condition=Q(voided_at__isnull=True) | Q(voided_at__lt=F("public_at")),
                name="advisories_publication_void_only_before",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.advisory} v{self.version}"
