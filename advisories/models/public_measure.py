"""What statistics read of a publication, laid down together with it: instants and counts, and no words."""

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from advisories.models.event import Event
from advisories.models.report import Report
from advisories.statistics import fixes_tried

if TYPE_CHECKING:
    from advisories.models.publication import Publication


class PublicMeasureQuerySet(models.QuerySet["PublicMeasure"]):
    """Questions about measures. Which of them are public is the publication's to say."""

    def lay_down(self, publication: "Publication") -> "PublicMeasure":
        """Measure it: when it was reported, when there was a fix, on how many releases that fix needed others."""
        advisory = publication.advisory
        reports = Report.objects.filter(Q(advisory=advisory) | Q(duplicate_of__advisory=advisory))
        uploads = Event.objects.about(advisory).filter(kind="series-uploaded")
        tried, needing = fixes_tried(publication.content)
        return self.create(
            publication=publication,
            reported_at=reports.order_by("received_at").values_list("received_at", flat=True).first(),
            fixed_at=uploads.order_by("sequence").values_list("at", flat=True).first(),
            tried=tried,
            needing=needing,
        )


class PublicMeasure(models.Model):
    """The part of a publication that is counted."""

    publication = models.OneToOneField(
        "advisories.Publication", primary_key=True, on_delete=models.PROTECT, related_name="measure"
    )
    reported_at = models.DateTimeField(null=True, blank=True, help_text="When the first report came, where one did.")
    fixed_at = models.DateTimeField(null=True, blank=True, help_text="When the first series was uploaded.")
    tried = models.PositiveIntegerField(help_text="On how many point releases a series had been tried.")
    needing = models.PositiveIntegerField(help_text="On how many of them other commits had to come first.")

    objects = PublicMeasureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(needing__lte=F("tried")), name="advisories_publicmeasure_a_part_of_all")
        ]

    def __str__(self) -> str:
        return f"measure of {self.publication}"
