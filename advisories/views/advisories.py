"""The front page, the list, one advisory, and writing it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.doors import SignedInRequest, public_page
from advisories import drafting
from advisories.access import may_write_advisories
from advisories.forms.advisory import NewAdvisoryForm, TextForm
from advisories.lifecycle import LEAVES_A_NOTE, State, StepNotAllowed
from advisories.markdown import render as render_markdown
from advisories.models import Advisory, Event, StaleAdvisory
from advisories.sections import Audience, filled
from advisories.steps import BY_RELEASE, steps_from
from advisories.timeline import timeline_of


@public_page
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What this place is, and the latest advisories that are public."""
    latest = Advisory.objects.public().order_by("-public_at", "-number")[:5]
    return render(request, "home.html", {"latest": latest})


@public_page
@require_safe
def advisory_list(request: HttpRequest) -> HttpResponse:
    """Every advisory the viewer may read, newest number first."""
    page = Paginator(Advisory.objects.visible_to(request.user).marked_embargoed(), 50).get_page(request.GET.get("page"))
    may_write = may_write_advisories(request.user)
    return render(request, "advisories/advisory_list.html", {"page": page, "may_write": may_write})


@public_page
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One advisory; hidden and missing look the same."""
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user).marked_embargoed(), number=number)
    works_on_it = Advisory.objects.visible_to(request.user).worked_on_by(request.user).filter(pk=advisory.pk).exists()
    context = {
        "advisory": advisory,
        "moments": timeline_of(Event.objects.visible_to(request.user).about(advisory), with_names=works_on_it),
        "sections": [
            (section.heading, render_markdown(text)) for section, text in filled(advisory.texts, Audience.READER)
        ],
        "may_write": may_write_advisories(request.user),
        "works_on_it": Advisory.objects.visible_to(request.user)
        .worked_on_by(request.user)
        .filter(pk=advisory.pk)
        .exists(),
        "steps": steps_from(State(advisory.state)),
    }
    return render(request, "advisories/advisory_detail.html", context)


def ask_new(request: HttpRequest) -> HttpResponse:
    """The form for a new advisory, the next number proposed."""
    _writers_only(request)
    return render(request, "advisories/advisory_form.html", {"form": NewAdvisoryForm()})


def add(request: SignedInRequest) -> HttpResponse:
    """Take the number and begin to draft."""
    _writers_only(request)
    form = NewAdvisoryForm(request.POST)
    if not form.is_valid():
        return render(request, "advisories/advisory_form.html", {"form": form}, status=422)
    return redirect(drafting.begin(form.save(commit=False), by=request.user))


def ask_text(request: HttpRequest, number: int) -> HttpResponse:
    """The form with the text as it is."""
    advisory = _writers_advisory(request, number)
    form = TextForm(instance=advisory, initial={"read_version": advisory.text_version})
    return render(request, "advisories/advisory_form.html", {"form": form, "advisory": advisory})


def edit(request: SignedInRequest, number: int) -> HttpResponse:
    """Keep the changed text."""
    advisory = _writers_advisory(request, number)
    form = TextForm(request.POST, instance=advisory)
    if not form.is_valid():
        return render(request, "advisories/advisory_form.html", {"form": form, "advisory": advisory}, status=422)
    try:
        drafting.keep_text(advisory, form.typed, read_version=form.cleaned_data["read_version"], by=request.user)
    except drafting.TextConflict:
        messages.error(request, "Somebody else changed the same sections meanwhile.")
        return render(request, "advisories/advisory_form.html", {"form": form, "advisory": advisory}, status=409)
    messages.success(request, f"{advisory} was kept.")
    return redirect(advisory)


def ask_move(request: HttpRequest, number: int) -> HttpResponse:
    """Say what a step brings about before it is taken; nothing where the lifecycle has no such step."""
    advisory = _writers_advisory(request, number)
    asked = request.GET.get("target")
    step = next((one for one in steps_from(State(advisory.state)) if one.target == asked), None)
    if step is None:
        raise Http404
    return render(request, "advisories/advisory_move.html", {"advisory": advisory, "step": step})


def move(request: SignedInRequest, number: int) -> HttpResponse:
    """Take one step of the lifecycle; what goes out goes by a release."""
    advisory = _writers_advisory(request, number)
    try:
        target = State(request.POST.get("target", ""))
        if target in LEAVES_A_NOTE | BY_RELEASE:
            raise StepNotAllowed(State(advisory.state), target)
        advisory.move_to(target, by=request.user)
    except (ValueError, StepNotAllowed):
        messages.error(request, f"{advisory} cannot go there from where it stands.")
    except StaleAdvisory:
        messages.error(request, f"Somebody else moved {advisory} meanwhile. Nothing was changed.")
    else:
        messages.success(request, f"{advisory} is {target} now.")
    return redirect(advisory)


def _writers_only(request: HttpRequest) -> None:
    if not may_write_advisories(request.user):
        raise PermissionDenied


def _writers_advisory(request: HttpRequest, number: int) -> Advisory:
    """404 to those who may not know of it, 403 to those who may only read."""
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    _writers_only(request)
    return advisory
