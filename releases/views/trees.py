"""Trees: what is mirrored, from where, and how that goes."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, ProtectedError, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from accounts.doors import public_page
from advisories.models import ExportedSite
from releases.access import may_keep_trees
from releases.board import outlook
from releases.checking import requesting as checking
from releases.forms import TreeForm
from releases.mirroring import fetching
from releases.models import Tree


@public_page
@require_safe
def trees(request: HttpRequest) -> HttpResponse:
    """Every tree with the state of its mirror."""
    found = Tree.objects.annotate(followed_count=Count("branches", filter=Q(branches__is_followed=True)))
    may_keep = may_keep_trees(request.user)
    context = {"trees": found, "may_keep": may_keep, "exports": ExportedSite.objects.failing() if may_keep else ()}
    return render(request, "releases/tree_list.html", context)


@public_page
@require_safe
def tree(request: HttpRequest, slug: str) -> HttpResponse:
    """One tree, its mirror and its branches; settings only for those who may change them."""
    found = get_object_or_404(Tree, slug=slug)
    context = {
        "tree": found,
        "address": outlook.told_address(found, request.user),
        "branches": outlook.branches_of(found),
        "may_keep": may_keep_trees(request.user),
    }
    return render(request, "releases/tree_detail.html", context)


def add_tree(request: HttpRequest) -> HttpResponse:
    """The form for a new tree."""
    _keepers_only(request)
    return render(request, "releases/tree_form.html", {"form": TreeForm()})


def create_tree(request: HttpRequest) -> HttpResponse:
    """Keep a new tree and have it fetched at once."""
    _keepers_only(request)
    form = TreeForm(request.POST)
    if not form.is_valid():
        return render(request, "releases/tree_form.html", {"form": form}, status=422)
    added = form.save()
    fetching.request(added)
    messages.success(request, f"{added} is here. A worker is fetching it; its branches appear when that is done.")
    return redirect(added)


def edit_tree(request: HttpRequest, slug: str) -> HttpResponse:
    """The form with the settings as they are."""
    found = get_object_or_404(Tree, slug=slug)
    _keepers_only(request)
    return render(request, "releases/tree_form.html", {"form": TreeForm(instance=found), "tree": found})


def change_tree(request: HttpRequest, slug: str) -> HttpResponse:
    """Keep changed settings; what they change is checked again."""
    found = get_object_or_404(Tree, slug=slug)
    _keepers_only(request)
    form = TreeForm(request.POST, instance=found)
    if not form.is_valid():
        kept = Tree.objects.get(slug=slug)
        return render(request, "releases/tree_form.html", {"form": form, "tree": kept}, status=422)
    changed = form.save()
    fetching.request(changed)
    checking.request_where_inputs_moved(tree=changed)
    messages.success(request, f"The settings of {changed} were kept, and it is fetched again with them.")
    return redirect(changed)


@require_POST
def fetch_tree(request: HttpRequest, slug: str) -> HttpResponse:
    """Have the mirror brought up to date now."""
    found = get_object_or_404(Tree, slug=slug)
    _keepers_only(request)
    fetching.request(found)
    messages.success(request, f"A worker will fetch {found} in a moment.")
    return redirect(found)


def remove_tree(request: HttpRequest, slug: str) -> HttpResponse:
    """Ask before a tree goes."""
    found = get_object_or_404(Tree, slug=slug)
    _keepers_only(request)
    return render(request, "releases/tree_remove.html", {"tree": found, "why_not": outlook.why_tree_stays(found)})


def delete_tree(request: HttpRequest, slug: str) -> HttpResponse:
    """Take a tree away that nothing hangs on."""
    found = get_object_or_404(Tree, slug=slug)
    _keepers_only(request)
    try:
        outlook.take_away(found)
    except (outlook.TreeStays, ProtectedError):
        messages.error(request, f"{found} stays: series or checks hang on it.")
        return redirect(found)
    messages.success(request, f"{found} was taken away.")
    return redirect("releases:trees")


def _keepers_only(request: HttpRequest) -> None:
    if not may_keep_trees(request.user):
        raise PermissionDenied
