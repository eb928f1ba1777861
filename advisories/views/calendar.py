"""The calendar of releases: a month, the next good dates, and what calendars subscribe to."""

import re
from datetime import date, timedelta

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import is_on_the_team
from accounts.doors import SignedInRequest, public_page
from advisories import icalendars
from advisories.access import may_change_policy
from advisories.calendar import bars, measure, month_of
from advisories.policies import current_policy
from advisories.public import caching
from advisories.release import keeping_dates
from advisories.release.planning import against, by_week, good_slots, planned, taken_days, today_in

_BACK_DAYS, _AHEAD_DAYS = 60, 400
_CHART_MONTHS = 24
_MONTH = re.compile(r"([0-9]{4})-([0-9]{2})")


@require_safe
def month(request: SignedInRequest) -> HttpResponse:
    """One month with its release days, and the next dates with what speaks against the nearer ones."""
    _team_only(request)
    policy, now = current_policy(), timezone.now()
    today, taken = today_in(policy, now), taken_days(policy, request.user)
    try:
        shown = month_of(policy, taken, _asked(request) or today, today=today)
    except ValueError:
        raise Http404 from None
    found = planned(request.user, policy, shown.weeks[0][0].on, shown.last)
    coming = planned(request.user, policy, today - timedelta(days=_BACK_DAYS), today + timedelta(days=_AHEAD_DAYS))
    context = {
        "month": shown,
        "weeks": by_week(shown, found),
        "coming": [
            (one, against(policy, taken, one), one.is_missed(now))
            for one in coming
            if one.at > now or one.is_missed(now)
        ],
        "is_this_month": shown.first == today.replace(day=1),
        "slots": good_slots(policy, taken, now=now),
        "policy": policy,
        "may_change": may_change_policy(request.user),
    }
    return render(request, "calendar/month.html", context)


@require_safe
def record(request: SignedInRequest) -> HttpResponse:
    """How planned dates were kept."""
    _team_only(request)
    found = keeping_dates.releases(request.user)
    measured = measure(one.as_past() for one in found)
    context = {
        "page": Paginator(found, 50).get_page(request.GET.get("page")),
        "measured": measured,
        "kept_percent": round(100 * (measured.kept_share or 0)),
        "per_month": bars(
            [(f"{month[5:]}/{month[2:4]}", count) for month, count in measured.per_month[-_CHART_MONTHS:]]
        ),
        "sizes": bars([(str(size), count) for size, count in measured.sizes]),
    }
    return render(request, "calendar/record.html", context)


@public_page
@require_safe
def for_readers(request: HttpRequest) -> HttpResponse:
    """Planned dates as everyone may know them."""
    policy = current_policy()
    # Stamped by the day: programs that come back get the same bytes, and that nothing changed.
    content = icalendars.for_readers(policy, now=timezone.now().replace(hour=0, minute=0, second=0, microsecond=0))
    return caching.answer(request, policy, (content,), None, lambda: _calendar(content, "releases.ics"))


@require_safe
def for_the_team(request: SignedInRequest) -> HttpResponse:
    """Planned dates and blackouts, without a title."""
    _team_only(request)
    return _calendar(icalendars.for_the_team(current_policy(), request.user, now=timezone.now()), "team.ics")


def _team_only(request: HttpRequest) -> None:
    if not is_on_the_team(request.user):
        raise PermissionDenied


def _asked(request: HttpRequest) -> date | None:
    """The month that an address names. Raises `ValueError` where there is none such."""
    told = request.GET.get("month", "")
    if not told:
        return None
    match = _MONTH.fullmatch(told)
    if match is None:
        raise ValueError(f"{told!r} names no month")
    return date(int(match[1]), int(match[2]), 1)


def _calendar(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response
