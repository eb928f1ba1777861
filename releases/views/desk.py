"""The release desk, one batch, and planning another."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_safe

from accounts.doors import SignedInRequest
from advisories.embargo import one_date
from advisories.embargo.outside_clocks import BreaksClocks, BrokenClock
from advisories.models import Advisory, Batch, BatchEntry, ExportedSite
from advisories.policies import current_policy
from advisories.predisclosure import register
from advisories.release import scheduling
from advisories.release.batching import BatchState, NotAhead
from releases.access import may_know_dates, may_release
from releases.desk import aftermath, clocks, ends, reading
from releases.forms.desk import JoinForm, PlanForm


@require_safe
def desk(request: SignedInRequest) -> HttpResponse:
    """What is coming: all of it for those who release, dates and numbers for release managers."""
    now = timezone.now()
    if may_release(request.user):
        context = {"desk": reading.desk_of(request.user, now), "now": now, "exports": ExportedSite.objects.failing()}
        return render(request, "desk/desk.html", context)
    if may_know_dates(request.user):
        zone = current_policy().zone
        return render(request, "desk/dates.html", {"dates": reading.dates_for(request.user, now), "zone": zone})
    raise Http404


@require_safe
def batch(request: SignedInRequest, pk: int) -> HttpResponse:
    """Everything of one batch, and what can be done with it."""
    found = releasers_batch(request, pk)
    shown = reading.batch_for(found, request.user, timezone.now())
    context = {
        "shown": shown,
        "is_approved_by_me": any(one.by == request.user and not one.void_because for one in shown.given),
        "history": reading.history_of(found, request.user),
        "state": BatchState(found.state),
        "told": register.progress_of(found, request.user),
        "aftermath": aftermath.of(found, request.user),
    }
    if found.state == BatchState.OPEN:
        context["join"] = JoinForm(viewer=request.user, initial={"turn": found.turn})
    return render(request, "desk/batch.html", context)


def ask_plan(request: SignedInRequest) -> HttpResponse:
    """The form for a new batch; `advisory` and `at` fill it in."""
    _releasers_only(request)
    number, policy = request.GET.get("advisory", ""), current_policy()
    wanted = Advisory.objects.visible_to(request.user).filter(number=int(number) if _is_number(number) else 0)
    agreed = next((one.end_at for one in one_date.bound_to(wanted)), None)
    at = asked_at(request.GET) or agreed
    form = PlanForm(viewer=request.user, zone=policy.zone, at=at, initial={"advisories": list(wanted)})
    form.initial.setdefault("time", policy.release_time)
    loose = [reading.good_dates_for(one, request.user, timezone.now()) for one in wanted]
    return _plan_page(request, form, loose=loose[0] if loose else None, zone=policy.zone)


def plan(request: SignedInRequest) -> HttpResponse:
    """Begin a batch; one advisory alone is a batch of one."""
    _releasers_only(request)
    form = PlanForm(request.POST, viewer=request.user, zone=current_policy().zone)
    if form.is_valid() and not form.is_kept_from(*_against(request, form)):
        told = form.cleaned_data
        try:
            made = scheduling.plan(
                told["advisories"], told["at"], by=request.user, name=told["name"], confirmed=form.confirmed
            )
        except NotAhead:
            form.add_error("day", "That instant has passed already.")
        except scheduling.NotPlannable as refusal:
            form.add_error("advisories", f"{refusal}.")
        except BreaksClocks as warning:
            form.is_kept_from(warning.broken)
        else:
            messages.success(request, f"{made} is planned.")
            return redirect(made)
    return _plan_page(request, form, status=422)


def releasers_batch(request: HttpRequest, pk: int) -> Batch:
    """404 to those who may not know of it, 403 to those who know the date alone."""
    found = get_object_or_404(Batch.objects.visible_to(request.user), pk=pk)
    _releasers_only(request)
    return found


def members_for(request: SignedInRequest, found: Batch) -> QuerySet[Advisory]:
    """What is in a batch now, as choices."""
    inside = BatchEntry.objects.visible_to(request.user).current().filter(batch=found).values("advisory")
    return Advisory.objects.visible_to(request.user).filter(pk__in=inside).order_by("number")


def _plan_page(request: SignedInRequest, form: PlanForm, *, status: int = 200, **more: object) -> HttpResponse:
    return render(request, "desk/plan.html", {"form": form, **more}, status=status)


def asked_at(asked: QueryDict) -> datetime | None:
    """An instant as the link or the button of a proposed date carries it."""
    try:
        at = parse_datetime(asked.get("at", ""))
    except ValueError:
        return None
    return at if at is not None and at.tzinfo is not None and 1970 < at.year < 9000 else None


def _against(request: SignedInRequest, form: PlanForm) -> tuple[list[BrokenClock], list[str]]:
    """The clocks that the date breaks, and the agreed ends that it isn't."""
    told = form.cleaned_data
    broken = clocks.broken(told["advisories"], told["at"], request.user, current_policy())
    return broken, [ends.differs(one) for one in one_date.bound_to(told["advisories"]) if one.end_at != told["at"]]


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _releasers_only(request: HttpRequest) -> None:
    if not may_release(request.user):
        raise PermissionDenied
