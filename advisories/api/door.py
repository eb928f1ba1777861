"""What every address of the API has in common: no session, no cache on the way, a tag, and refusals as problems."""

import hashlib
from collections.abc import Callable, Iterable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.csrf import csrf_exempt

from accounts.doors import public_page
from advisories.api import problems

View = Callable[..., HttpResponse]


def opened(patterns: Iterable[Any]) -> list[URLPattern]:
    """The addresses as ninja makes them, each behind this door; its own root, which answers nothing, is left out."""
    kept = [one for one in patterns if isinstance(one, URLPattern) and one.name != "api-root"]
    for one in kept:
        one.callback = guarded(one.callback)
    return kept


def guarded(view: View) -> View:
    """A view of the API, which asks for a token itself: nobody is sent to sign in, and no cookie is looked at."""

    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = view(request, *args, **kwargs)
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            allowed = {"Allow": response.get("Allow", "GET")}
            response = problems.answer(HTTPStatus.METHOD_NOT_ALLOWED, "It doesn't take this.", headers=allowed)
        response["Cache-Control"] = "no-store, private"
        patch_vary_headers(response, ["Authorization"])
        return _tagged(request, response)

    return public_page(door)


def missing(request: HttpRequest, rest: str) -> HttpResponse:
    """An address that the API doesn't have."""
    refusal = problems.missing()
    return problems.answer(refusal.status, refusal.detail)


def _tagged(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Say 304 to whoever has this very answer already. They were let in to have it: its digest tells them nothing."""
    if request.method != "GET" or response.status_code != HTTPStatus.OK:
        return response
    tag = f'"{hashlib.sha256(response.content).hexdigest()[:40]}"'
    fresh = get_conditional_response(request, etag=tag)
    if fresh is None:
        response["ETag"] = tag
        return response
    answer = HttpResponse(status=fresh.status_code)
    for name in ("Cache-Control", "Vary"):
        answer[name] = response[name]
    answer["ETag"] = tag
    return answer
