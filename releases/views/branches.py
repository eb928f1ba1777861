"""One branch: its releases, its support, what its last release lacks."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.access import is_on_the_team
from accounts.doors import public_page
from releases.access import may_run_branches
from releases.board import outlook
from releases.board import reading as boards
from releases.checking import earlier
from releases.checking import requesting as checking
from releases.forms import BranchDatesForm
from releases.models import Branch


@public_page
@require_safe
def branch(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Everything about the branch that the viewer may know."""
    found = _branch_or_404(slug, name)
    releases = outlook.released(found)
    context = {
        "branch": found,
        "support": outlook.support_of(found),
        "releases": releases,
        "newest": releases[0] if releases else None,
        "board": boards.read(request.user, boards.Asked(branch=f"{slug}/{name}")),
        "runs": outlook.last_runs(found) if is_on_the_team(request.user) else [],
        "may_run": may_run_branches(request.user),
    }
    return render(request, "releases/branch_detail.html", context)


@require_POST
def check_again(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Have every series tried again; what hasn't changed is looked up."""
    found = _branch_or_404(slug, name)
    _runners_only(request)
    checking.request(found)
    earlier.try_again(found)
    messages.success(request, f"A worker will check {found} again.")
    return redirect(found)


@require_POST
def follow(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Follow the branch, or let it go: `followed` says which."""
    found = _branch_or_404(slug, name)
    _runners_only(request)
    found.is_followed = request.POST.get("followed") == "yes"
    found.save(update_fields=["is_followed"])
    checking.request_where_inputs_moved(tree=found.tree)
    verb = "is followed now" if found.is_followed else "is no longer followed"
    messages.success(request, f"{found} {verb}.")
    return redirect(found)


def ask_dates(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """The form for its support dates."""
    found = _branch_or_404(slug, name)
    _runners_only(request)
    return render(request, "releases/branch_dates.html", {"branch": found, "form": BranchDatesForm(instance=found)})


def enter_dates(request: HttpRequest, slug: str, name: str) -> HttpResponse:
    """Keep entered dates."""
    found = _branch_or_404(slug, name)
    _runners_only(request)
    form = BranchDatesForm(request.POST, instance=found)
    if not form.is_valid():
        return render(request, "releases/branch_dates.html", {"branch": found, "form": form}, status=422)
    form.save()
    messages.success(request, f"The dates of {found} were kept.")
    return redirect(found)


def _branch_or_404(slug: str, name: str) -> Branch:
    return get_object_or_404(Branch.objects.select_related("tree"), tree__slug=slug, name=name)


def _runners_only(request: HttpRequest) -> None:
    if not may_run_branches(request.user):
        raise PermissionDenied
