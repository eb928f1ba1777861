"""The front page, the list and one advisory."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.doors import public_page
from advisories.markdown import render as render_markdown
from advisories.models import Advisory


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
    page = Paginator(Advisory.objects.visible_to(request.user), 50).get_page(request.GET.get("page"))
    return render(request, "advisories/advisory_list.html", {"page": page})


@public_page
@require_safe
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One advisory; hidden and missing look the same."""
    advisory = get_object_or_404(Advisory.objects.visible_to(request.user), number=number)
    sections = [(heading, render_markdown(text)) for heading, text in advisory.sections]
    return render(request, "advisories/advisory_detail.html", {"advisory": advisory, "sections": sections})
