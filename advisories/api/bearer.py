"""Who asks: a token in the Authorization header, and nothing else. A browser's session opens nothing here."""

from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac
from ninja.security import HttpBearer

from accounts.doors import visitor
from advisories.api.problems import Problem
from advisories.models import Scope, Token
from advisories.models.token import READS

_MINUTE_S = 60


class Bearer(HttpBearer):
    """Lets in whoever shows a living token with one of `scopes`; the person is `request.user` from then on."""

    def __init__(self, *scopes: Scope) -> None:
        super().__init__()
        self._scopes = scopes or READS

    def __call__(self, request: HttpRequest) -> Any:
        """As ninja calls it. Raises `Problem`."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        token = Token.objects.shown(secret.strip(), *self._scopes) if scheme.lower() == "bearer" else None
        _count(f"token-{token.pk}" if token is not None else _address(request))
        if token is None:
            raise Problem(
                HTTPStatus.UNAUTHORIZED,
                "Send a token that may do this: Authorization: Bearer …",
                headers={"WWW-Authenticate": 'Bearer realm="members"'},
            )
        request.user = token.user
        return token

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        """Lets nobody in: ninja wants one, and the header is read above, so that its refusals are problems."""
        return None


def _count(who: str) -> None:
    """Count one request of this minute. Raises `Problem` past the limit."""
    now = timezone.now()
    key = f"api-{who}-{int(now.timestamp()) // _MINUTE_S}"
    cache.add(key, 0, 2 * _MINUTE_S)
    try:
        count = cache.incr(key)
    except ValueError:
        # It was dropped between the two.
        return
    if count > settings.API_PER_MINUTE:
        wait_s = _MINUTE_S - now.second
        detail = f"More than {settings.API_PER_MINUTE} requests within a minute. Wait {wait_s} s."
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(wait_s)})


def _address(request: HttpRequest) -> str:
    """The address that asks, as a keyed digest: where it came from is kept nowhere."""
    return salted_hmac("api address", visitor(request), algorithm="sha256").hexdigest()
