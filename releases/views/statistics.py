"""Statistics of what is public, as charts with a table beside each. Everyone gets the same."""

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories import charts
from advisories.charts import Drawing
from advisories.policies import current_policy
from advisories.public import archive, caching, measures
from releases.lacking.support import SupportedBranch, supported_branches

_LAST = 20
"""How many releases are drawn one by one."""


@public_page
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """How many advisories there are, how many come at once, how long they take, and how often they come again."""
    standing, policy, branches = archive.standing(), current_policy(), supported_branches()
    today = timezone.now().date()

    def make() -> HttpResponse:
        return render(request, "statistics/statistics.html", _drawn(branches, today))

    return caching.answer(request, policy, (standing, *branches, today), None, make)


def _drawn(branches: list[SupportedBranch], today: date) -> dict[str, object]:
    found = measures.statistics()
    labels = [one.label for one in found.periods]
    batches = found.batches[-_LAST:]
    return {
        "found": found,
        "branches": branches,
        "has_days": any(one.timed for one in found.periods),
        "has_tried": any(one.tried for one in found.periods),
        "batches": list(reversed(batches)),
        "drawings": {
            "advisories": charts.beside(labels, [one.advisories for one in found.periods]),
            "batches": charts.beside([f"{day:%b %Y}" for day, _ in batches], [size for _, size in batches]),
            "days": charts.beside(
                labels, [one.days_to_fix for one in found.periods], [one.days_to_release for one in found.periods],
                unit=" days",
            ),
            "reasons": charts.beside([reason for reason, _ in found.reasons], [count for _, count in found.reasons]),
            "needing": charts.beside(labels, [one.needing_percent for one in found.periods], unit=" %"),
            "support": _support(branches, today),
        },
    }  # fmt: skip


def _support(branches: list[SupportedBranch], today: date) -> Drawing | None:
    dated = [
        (one.label, one.since, one.supported_until, one.security_supported_until or one.supported_until)
        for one in branches
        if one.since and (one.security_supported_until or one.supported_until)
    ]
    rows = [(label, since, until, end) for label, since, until, end in dated if end is not None]
    return charts.spans(rows, today) if rows else None
