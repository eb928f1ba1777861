"""With which finders the fix of an advisory is shared, what they have looked at, and what they say: for the team."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.access import Viewer
from advisories.models import Advisory, Report
from releases.finders.reading import said
from releases.finders.values import Said
from releases.models import FixAnswer, FixLook, Series, SharedFix


@dataclass(frozen=True, slots=True)
class OnSeries:
    """What one finder has said of one series."""

    title: str
    revision: str
    """The one that counts."""
    has_seen: str
    """The last one that they were shown; empty for none."""
    now: Said | None
    """Of the one that counts."""
    before: Said | None
    """The last word on an earlier one."""


@dataclass(frozen=True, slots=True)
class OfFinder:
    """One finder."""

    report: Report
    shared: SharedFix | None
    series: tuple[OnSeries, ...]


def finders_of(advisory: Advisory, viewer: Viewer) -> tuple[OfFinder, ...]:
    """The finders whose reports concern `advisory`, first come first; as many questions however many they are."""
    taking_part = Report.objects.visible_to(viewer).taking_part_in([advisory]).order_by("received_at", "pk")
    rows = taking_part.select_related("finder", "advisory", "duplicate_of__advisory")
    reports = [report for report in rows if report.concern == advisory]
    if not reports:
        return ()
    standing = SharedFix.objects.visible_to(viewer).standing().filter(advisory=advisory, report__in=reports)
    shared = {one.report_id: one for one in standing.select_related("shared_by")}
    series = list(
        Series.objects.visible_to(viewer)
        .filter(advisory=advisory, current__isnull=False)
        .select_related("tree", "current")
        .prefetch_related("branches")
    )
    answers = FixAnswer.objects.visible_to(viewer).standing().filter(report__in=reports)
    looks = FixLook.objects.visible_to(viewer).filter(report__in=reports)
    given = list(answers.select_related("revision").order_by("-revision__number"))
    seen = list(looks.select_related("revision").order_by("-revision__number"))
    return tuple(
        OfFinder(
            report,
            shared.get(report.pk),
            tuple(
                _on(
                    one,
                    [row for row in given if (row.report_id, row.revision.series_id) == (report.pk, one.pk)],
                    [row for row in seen if (row.report_id, row.revision.series_id) == (report.pk, one.pk)],
                )
                for one in series
            ),
        )
        for report in reports
    )


def _on(series: Series, given: Iterable[FixAnswer], seen: Iterable[FixLook]) -> OnSeries:
    branches = sorted(series.branches.all(), key=lambda branch: -branch.position)
    return OnSeries(
        title=f"{series.tree} {', '.join(branch.name for branch in branches)}",
        revision=str(series.current),
        has_seen=next((str(row.revision) for row in seen), ""),
        now=next((said(row) for row in given if row.revision_id == series.current_id), None),
        before=next((said(row) for row in given if row.revision_id != series.current_id), None),
    )
