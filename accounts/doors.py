"""The doors every request passes: sign in first, and leave nothing private behind in a cache."""

import hashlib
import hmac
from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, TypeVar

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import redirect, resolve_url
from django.utils.cache import add_never_cache_headers, get_conditional_response, patch_vary_headers
from django.utils.deprecation import MiddlewareMixin
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import User

_OF_ONE_BROWSER = frozenset({settings.SESSION_COOKIE_NAME, "messages"})

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
    """No cache keeps what was rendered for a person: only an anonymous answer may be stored anywhere.

    Where its view does not say for how long, every cache asks each time: left to themselves they guess, and a page that
    announces a date, or that isn't there yet, would outlive the instant. Who has the same already is told so.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        patch_vary_headers(response, ["Cookie"])
        # Whoever has signed in, with or without a second factor: their name is on the page.
        person = getattr(request, "person", None)
        if person is not None and person.is_authenticated:
            add_never_cache_headers(response)
        elif not _OF_ONE_BROWSER.isdisjoint(request.COOKIES):
            # A message for this browser alone may stand on the page.
            if "Cache-Control" not in response:
                add_never_cache_headers(response)
        elif "Cache-Control" not in response and response.status_code != HTTPStatus.MOVED_PERMANENTLY:
            response["Cache-Control"] = "no-cache"
            return _confirmed(request, response)
        return response


def _confirmed(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    """The answer with a strong tag of what is in it, or without a body where the client has just that."""
    is_read = request.method in ("GET", "HEAD") and response.status_code == HTTPStatus.OK
    if not is_read or response.streaming or response.cookies or response.has_header("ETag"):
        return response
    tag = hmac.new(settings.SECRET_KEY.encode(), response.content, hashlib.sha256).hexdigest()[:40]
    response["ETag"] = f'"{tag}"'
    return get_conditional_response(request, etag=response["ETag"], response=response) or response
