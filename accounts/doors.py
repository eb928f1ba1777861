"""The doors every request passes: sign in first, and leave nothing private behind in a cache."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class SignedInRequest(HttpRequest):
    """What a view gets that isn't marked public: somebody has signed in."""

    user: User


def public_page(view: View) -> View:
    """Open a view to everyone. What it shows to whom is still the query's business."""
    return login_not_required(view)


def visitor(request: HttpRequest) -> str:
    """The address that a request came from; behind our own proxy, the one that the proxy saw."""
    if settings.BEHIND_PROXY:
        return request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    return str(request.META.get("REMOTE_ADDR", ""))


def by_method(*, get: Callable[..., HttpResponse], post: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """One address, two views: `get` shows a form and `post` takes it. Anyone else's method is refused (405)."""

    @require_http_methods(["GET", "HEAD", "POST"])
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return (post if request.method == "POST" else get)(request, *args, **kwargs)

    return door


def outlives_session(view: View, keep: Callable[..., str]) -> View:
    """Lose nothing that was typed into a form, though its session ends or a new one begins before it is sent.

    `keep(request, **arguments of the address)` puts the fields away and says where they can be taken up; the person
    is sent there, by way of signing in where that is needed. Nothing is done with a form until it is sent again.
    """

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if refusal := _belongs_to_another_session(request, view):
            is_ours = request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
            return redirect(keep(request, **kwargs)) if is_ours else refusal
        return view(request, *args, **kwargs)

    door.keep_typed = keep  # type: ignore[attr-defined]
    return door  # type: ignore[return-value]


def _belongs_to_another_session(request: HttpRequest, view: Callable[..., HttpResponseBase]) -> HttpResponseBase | None:
    """Django's own check of a form's token, which the outer view has put off; the refusal, or nothing."""
    check = CsrfViewMiddleware(lambda passed: HttpResponse())
    check.process_request(request)
    return check.process_view(request, view, (), {})


class LoginRequiredMiddleware(DjangoLoginRequiredMiddleware):
    """Every page asks who you are, unless it is marked public (a test holds the list of those)."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Send people to sign in; what they had typed waits where `outlives_session` says so."""
        keep = getattr(view_func, "keep_typed", None)
        if keep is None or request.method != "POST" or request.resolver_match is None:
            return super().handle_no_permission(request, view_func)
        back_to = keep(request, **request.resolver_match.kwargs)
        return redirect_to_login(back_to, resolve_url(settings.LOGIN_URL))


class PrivateUnlessPublicMiddleware(MiddlewareMixin):
    """No cache keeps what was rendered for a person: only an anonymous answer may be stored anywhere."""

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        patch_vary_headers(response, ["Cookie"])
        # Whoever has signed in, with or without a second factor: their name is on the page.
        person = getattr(request, "person", None)
        if person is not None and person.is_authenticated:
            add_never_cache_headers(response)
        return response
