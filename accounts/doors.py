"""The doors every request passes: sign in first, and leave nothing private behind in a cache."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.http import require_http_methods

from accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SignedInRequest(HttpRequest):
    """What a view gets that isn't marked public: somebody has signed in."""

    user: User


def public_page(view: View) -> View:
    """Open a view to everyone. What it shows to whom is still the query's business."""
    return login_not_required(view)


def by_method(*, get: Callable[..., HttpResponse], post: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address, two views: `get` shows a form and `post` takes it. Anyone else's method is refused (405)."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (post if request.method == "POST" else get)(request, *args, **kwargs)

    return door


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Every page asks who you are, unless it is marked public (a test holds the list of those)."""


class PrivateUnlessPublicMiddleware(MiddlewareMixin):
    """No cache keeps what was rendered for a person: only an anonymous answer may be stored anywhere."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        patch_vary_headers(response, ["Cookie"])
        # Whoever has signed in, with or without a second factor: their name is on the page.
        person = getattr(request, "person", None)
        if person is not None and person.is_authenticated:
            add_never_cache_headers(response)
        return response
