"""The style sheet and the mark that an installation sets, for every page."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from accounts.doors import public_page


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def style(request: HttpRequest) -> HttpResponse:
    """The project's colour."""
    return HttpResponse(settings.BRAND.style, content_type="text/css")


@public_page
@require_safe
@cache_control(public=True, max_age=3600)
def logo(request: HttpRequest) -> HttpResponse:
    """The project's mark, where one is set."""
    if not settings.BRAND.logo:
        raise Http404
    response = HttpResponse(settings.BRAND.logo, content_type=settings.BRAND.logo_type)
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    return response
