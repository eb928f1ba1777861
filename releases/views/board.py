"""The branch board."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import is_on_the_team
from accounts.doors import public_page
from releases.access import may_keep_trees
from releases.board import reading as boards
from releases.forms import BoardFilter


@public_page
@require_safe
def board(request: HttpRequest) -> HttpResponse:
    """The whole page; works without a script."""
    form = BoardFilter(request.GET)
    seen = boards.read(request.user, form.asked())
    form.offer(list(dict.fromkeys(key.split("/")[0] for key, _ in seen.branches)), list(seen.branches))
    context = {
        "board": seen,
        "form": form,
        "is_on_the_team": is_on_the_team(request.user),
        "may_keep": may_keep_trees(request.user),
    }
    return render(request, "releases/board.html", context)


@public_page
@require_safe
def board_rows(request: HttpRequest) -> HttpResponse:
    """What changes while checks run; nothing (204) where the page already shows it."""
    seen = boards.read(request.user, BoardFilter(request.GET).asked())
    if request.GET.get("seen") == seen.digest:
        return HttpResponse(status=204)
    if request.GET.get("grids", "") != seen.grid_key:
        return HttpResponse(headers={"HX-Refresh": "true"})
    return render(request, "releases/_board_live.html", {"board": seen, "is_swap": True})
