"""The list, one advisory, and its steps."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from accounts.access import Viewer
from accounts.doors import SignedInRequest, public_page
from accounts.models.drawn import may_be_a_key
from advisories.access import may_write_advisories
from advisories.embargo.reading import rail_of
from advisories.forms.advisory import NewAdvisoryForm
from advisories.forms.thread import CommentForm
from advisories.lifecycle import State, StepNotAllowed
from advisories.models import Advisory, Delivery, Organisation, StaleAdvisory
from advisories.policies import current_policy
from advisories.policy import Announced
from advisories.release import planning
from advisories.steps import steps_from
from advisories.views import public
from advisories.views.numbering import deeds_for
from advisories.views.writers import writers_advisory, writers_only
from advisories.writing import drafting, stepping, typed
from advisories.writing.showing import TreeLines, is_affected
from advisories.writing.workspace import workspace_of


@public_page
@require_safe
def advisory_list(request: HttpRequest) -> HttpResponse:
    """Every advisory the viewer may read, newest number first; for those who work on none, what is published."""
    works_on_any = Advisory.objects.visible_to(request.user).worked_on_by(request.user).exists()
    if not works_on_any and not may_write_advisories(request.user):
        return public.advisory_list(request)
    found = Advisory.objects.visible_to(request.user).titled_for(request.user).marked_embargoed()
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    may_write = may_write_advisories(request.user)
    return render(request, "advisories/advisory_list.html", {"page": page, "may_write": may_write})


@public_page
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One advisory, as a workspace to those who work on it; to others what is published, or what became of the number.

    Hidden and missing look the same.
    """
    found = Advisory.objects.visible_to(request.user).worked_on_by(request.user).marked_embargoed()
    advisory = found.select_related("merged_into", "superseded_by").filter(number=number).first()
    if advisory is not None:
        return workspace_page(request, advisory)
    return public.advisory_page(request, number) or _note(request, number)


def workspace_page(
    request: HttpRequest, advisory: Advisory, *, comment_form: CommentForm | None = None, status: int = 200
) -> HttpResponse:
    """The page of one advisory for those who work on it."""
    context = workspace_of(advisory, request.user)
    kept = typed.kept_for(request)
    initial = kept.dict() if kept is not None else {}
    if kept is not None:
        messages.warning(request, "Your comment was kept while you signed in. It is not sent yet.")
    context |= {
        "comment_form": comment_form
        or CommentForm(initial=initial, **writing_on(advisory, request.user, request.GET.get("to", ""))),
        "embargo_rail": rail_of(advisory, request.user, current_policy()),
        "deeds": deeds_for(State(advisory.state)) if context["may_write"] else (),
        **_asked(request, context["trees"]),
    }
    return render(request, "advisories/workspace.html", context, status=status)


def writing_on(advisory: Advisory, viewer: Viewer, to: str) -> dict[str, Any]:
    """What a form for a comment is made with: who may be written to, and the one member whose key is `to`."""
    if not may_write_advisories(viewer):
        return {"writes": False}
    told = Delivery.objects.visible_to(viewer).filter(tiding__advisory=advisory, tiding__revision__isnull=False)
    members = Organisation.objects.visible_to(viewer).filter(pk__in=told.values("membership__organisation"))
    chosen = members.filter(pk=to).first() if may_be_a_key(to) else None
    return {"writes": True, "members_hold_it": chosen is not None or told.exists(), "to": chosen}


def _asked(request: HttpRequest, trees: Sequence[TreeLines]) -> dict[str, object]:
    """What is affected, and the answer about the version that somebody asked for."""
    asked = is_affected(trees, request.GET.get("tree", "")[:60], request.GET.get("version", ""))
    return {"trees": trees, "asked": asked}


def _note(request: HttpRequest, number: int) -> HttpResponse:
    """What stands at a number that leads to no text: a planned date, a pointer, a reason, or nothing at all."""
    policy = current_policy()
    label = f"{settings.ADVISORY_PREFIX}-{number}"
    coming = next((one for one in planning.announced(policy) if label in one.labels), None)
    if coming is not None:
        return render(request, "advisories/number_coming.html", {"label": label, "coming": coming})
    announced = Announced.NUMBERS in policy.announced
    noted = Advisory.objects.leaving_a_note_for(request.user, numbers_are_announced=announced)
    advisory = get_object_or_404(noted, number=number)
    return render(request, "advisories/number_note.html", {"advisory": advisory})


def ask_new(request: HttpRequest) -> HttpResponse:
    """The form for a new advisory, the next number proposed."""
    writers_only(request)
    return render(request, "advisories/advisory_form.html", {"form": NewAdvisoryForm()})


def add(request: SignedInRequest) -> HttpResponse:
    """Take the number and begin to draft."""
    writers_only(request)
    form = NewAdvisoryForm(request.POST)
    if not form.is_valid():
        return render(request, "advisories/advisory_form.html", {"form": form}, status=422)
    return redirect(drafting.begin(form.save(commit=False), by=request.user))


def ask_move(request: HttpRequest, number: int) -> HttpResponse:
    """Say what a step brings about before it is taken; nothing where the lifecycle has no such step."""
    advisory = writers_advisory(request, number)
    asked = request.GET.get("target")
    step = next((one for one in steps_from(State(advisory.state)) if one.target == asked), None)
    if step is None:
        raise Http404
    return render(request, "advisories/advisory_move.html", {"advisory": advisory, "step": step})


def move(request: SignedInRequest, number: int) -> HttpResponse:
    """Take one step of the lifecycle; what goes out goes by a release."""
    advisory = writers_advisory(request, number)
    try:
        target = State(request.POST.get("target", ""))
        stepping.take(advisory, target, by=request.user)
    except (ValueError, StepNotAllowed):
        messages.error(request, f"{advisory} cannot go there from where it stands.")
    except stepping.NotReady as refusal:
        messages.error(request, f"{advisory} is not ready: {refusal}")
    except StaleAdvisory:
        messages.error(request, f"Somebody else moved {advisory} meanwhile. Nothing was changed.")
    else:
        messages.success(request, f"{advisory} is {target} now.")
    return redirect(advisory)
