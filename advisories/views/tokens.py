"""One's own tokens, and the feed and calendar that a token in the address opens."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from accounts.access import Viewer, is_on_the_team
from accounts.doors import SignedInRequest, public_page
from advisories.formats.ics import calendar_file
from advisories.forms.tokens import TokenForm
from advisories.models import Scope, Token
from advisories.predisclosure import feeds
from advisories.predisclosure.access import memberships_of
from advisories.predisclosure.holding import held_by
from advisories.public import atom
from advisories.tokens import MayNotMake, Place
from advisories.tokens import make as make_token
from advisories.tokens import revoke as revoke_token


@require_safe
def own(request: SignedInRequest) -> HttpResponse:
    """Every token one has, and those that ended lately."""
    _places(request.user)
    tokens = list(Token.objects.of(request.user).select_related("contact__organisation")[:60])
    alive = set(Token.objects.of(request.user).alive().values_list("pk", flat=True))
    return render(request, "members/tokens.html", {"tokens": [(one, one.pk in alive) for one in tokens]})


@require_safe
def ask_make(request: SignedInRequest) -> HttpResponse:
    """What it is to be for; whoever signed in a while ago is asked once more who they are."""
    places = _places(request.user)
    form = TokenForm(places=places, is_on_the_team=is_on_the_team(request.user))
    return _still_you(_form_page)(request, form)


def make(request: SignedInRequest) -> HttpResponse:
    """Make it, and show its secret this once."""
    places = _places(request.user)
    form = TokenForm(request.POST, places=places, is_on_the_team=is_on_the_team(request.user))
    return _still_you(_made)(request, form)


def ask_revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """What ends with it."""
    token = get_object_or_404(Token.objects.of(request.user), pk=pk)
    return render(request, "members/token_revoke.html", {"token": token})


def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """End it."""
    token = get_object_or_404(Token.objects.of(request.user), pk=pk)
    revoke_token(token, by=request.user)
    messages.success(request, f"“{token.name}” opens nothing any more.")
    return redirect("members:tokens")


@public_page
@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """What was told to the token's owner: numbers, dates and links."""
    token = _feed_token(secret)
    content = atom.write(*feeds.feed_of(held_by(token.user)))
    return _private(HttpResponse(content, content_type=atom.MEDIA_TYPE))


@public_page
@require_safe
def calendar(request: HttpRequest, secret: str) -> HttpResponse:
    """When what they hold is to become public: numbers and links."""
    token = _feed_token(secret)
    name, entries = feeds.calendar_of(held_by(token.user))
    content = calendar_file(name, entries, stamp=timezone.now())
    return _private(HttpResponse(content, content_type="text/calendar; charset=utf-8"))


def _form_page(request: HttpRequest, form: TokenForm) -> HttpResponse:
    return render(request, "members/token_form.html", {"form": form})


def _made(request: SignedInRequest, form: TokenForm) -> HttpResponse:
    if not form.is_valid():
        return _form_page(request, form)
    try:
        token, secret = make_token(
            request.user, form.cleaned_data["name"], form.scope_of, form.ends_at, place=form.place_of
        )
    except MayNotMake as refusal:
        form.add_error(None, str(refusal))
        return _form_page(request, form)
    return _private(
        render(request, "members/token_made.html", {"token": token, "secret": secret, **_addresses(secret)})
    )


def _still_you(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Ask whoever signed in a while ago once more who they are: a token outlives the session."""
    asked: Callable[..., HttpResponse] = reauthentication_required(view)
    return asked


def _places(viewer: Viewer) -> list[Place]:
    """As whose contact one makes tokens. Raises `Http404` for whoever is neither a contact nor on the team."""
    found = memberships_of(viewer)
    if not found and not is_on_the_team(viewer):
        raise Http404
    return found


def _addresses(secret: str) -> dict[str, str]:
    names = {"feed_address": "members:feed", "calendar_address": "members:calendar"}
    return {key: settings.SITE_URL + reverse(name, args=[secret]) for key, name in names.items()}


def _feed_token(secret: str) -> Token:
    token = Token.objects.shown(secret, Scope.FEED)
    if token is None:
        raise Http404
    return token


def _private(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    return response
