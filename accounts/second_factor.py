"""A second factor, or the public's view: the one place where a session's trust decides who a page sees.

`request.person` is whoever signed in. `request.user`, which every view hands to `visible_to`, is that person only
once this session has shown a second factor; until then it is nobody. So no query, view, feed or template can forget
to ask: a page that has never heard of second factors shows a half-open session what the public sees.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib.auth import logout
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import SimpleLazyObject

from accounts import sessions
from accounts.access import Viewer

View = TypeVar("View", bound=Callable[..., HttpResponseBase])

WANTED = "wanted"
"""Session key: the page somebody was on the way to when asked to set up a second factor."""


def person_of(request: HttpRequest) -> Viewer:
    """Whoever signed in, with or without a second factor. For a person's own account only, never for `visible_to`."""
    person: Viewer = request.person  # type: ignore[attr-defined]
    return person


def has_shown_second_factor(request: HttpRequest, person: Viewer) -> bool:
    """Whether this session has: by a code, a key, a passkey or a recovery code, at sign-in or when it was set up."""
    return any(record.get("method") == "mfa" for record in get_authentication_records(request, person))


def note_second_factor(request: HttpRequest, kind: str) -> None:
    """Setting one up proves its possession: this session has shown it."""
    record_authentication(request, person_of(request), "mfa", type=kind)


def factors_of(person: Viewer) -> int:
    """How many second factors there are; recovery codes are none by themselves."""
    kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
    return int(Authenticator.objects.filter(user_id=person.pk, type__in=kinds).count())


def before_second_factor(view: View) -> View:
    """Open a page of one's own account to sessions that have shown none yet: to set one up, to sign out."""
    view.before_second_factor = True  # type: ignore[attr-defined]
    return view


class SecondFactorMiddleware:
    """Makes `request.user` nobody until a second factor was shown; comes before whatever asks who that is."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        person = request.user
        user = SimpleLazyObject(lambda: person if _is_trusted(request, person) else AnonymousUser())

        async def auser() -> Any:
            return user

        request.person = person  # type: ignore[attr-defined]
        request.user = user  # type: ignore[assignment]
        request.auser = auser
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        """Let a half-open session reach its own account, show it public pages, and lead it away from all others."""
        person = person_of(request)
        if not person.is_authenticated:
            return None
        sessions.note_seen(request)
        if has_shown_second_factor(request, person):
            return None
        if getattr(view, "before_second_factor", False):
            if factors_of(person):
                # Set up meanwhile in another session: this one has to show it too, and signing in asks for it.
                logout(request)
                return redirect("account_login")
            request.user = person
            return None
        if not getattr(view, "login_required", True):
            return None
        request.session[WANTED] = request.get_full_path() if request.method == "GET" else ""
        return redirect("mfa_index")


def _is_trusted(request: HttpRequest, person: Viewer) -> bool:
    return person.is_authenticated and has_shown_second_factor(request, person)
