"""What the API refuses with: problems as RFC 9457 writes them, alike for what is hidden and what isn't there."""

import json
from collections.abc import Sequence
from http import HTTPStatus

from django.http import HttpResponse

MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """A request that is refused."""

    def __init__(self, status: HTTPStatus, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status, self.detail, self.headers = status, detail, headers or {}


def missing() -> Problem:
    """There is nothing, or nothing for whoever asks."""
    return Problem(HTTPStatus.NOT_FOUND, "There is nothing here for this token.")


def answer(
    status: HTTPStatus, detail: str, *, errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
) -> HttpResponse:
    """The refusal as JSON. `errors` names each field with what is wrong about it, in words that repeat no value."""
    told: dict[str, object] = {
        "type": "about:blank", "title": status.phrase, "status": int(status), "detail": detail,
    }  # fmt: skip
    if errors:
        told["errors"] = list(errors)
    return HttpResponse(json.dumps(told), status=int(status), content_type=MEDIA_TYPE, headers=headers)
