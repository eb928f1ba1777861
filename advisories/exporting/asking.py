"""Asking the portal for its pages as a stranger does, through every door, without a network between."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.http.response import HttpResponseBase
from django.utils.http import parse_http_date_safe


@dataclass(frozen=True, slots=True)
class Answer:
    """What a stranger gets."""

    status: int
    kind: str
    """The content type."""
    body: bytes = b""
    tag: str = ""
    changed_s: float | None = None
    """When its content changed last, in seconds since the epoch, where it says so."""


def ask(path: str, tag: str = "") -> Answer:
    """The answer to `GET path`; 304 where `tag` is that of what the portal would give."""
    site = urlsplit(settings.SITE_URL)
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path.encode().decode("latin-1"),
        "QUERY_STRING": "",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or (443 if site.scheme == "https" else 80)),
        "HTTP_HOST": site.netloc,
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "https" if settings.HTTPS else site.scheme,
        "wsgi.input": BytesIO(),
        **({"HTTP_X_FORWARDED_PROTO": "https"} if settings.BEHIND_PROXY else {}),
        **({"HTTP_IF_NONE_MATCH": tag} if tag else {}),
    }
    with _expected_refusals():
        response: HttpResponseBase = _handler().get_response(WSGIRequest(environ))
    body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]  # the base has neither
    changed = response.headers.get("Last-Modified", "")
    return Answer(
        status=response.status_code,
        kind=response.headers.get("Content-Type", ""),
        body=body,
        tag=response.headers.get("ETag", ""),
        changed_s=parse_http_date_safe(changed) if changed else None,
    )


@contextmanager
def _expected_refusals() -> Iterator[None]:
    """Log no page that isn't there, such as a signature of a site that signs nothing: whoever asks deals with it."""
    logger = logging.getLogger("django.request")
    logger.addFilter(_is_trouble)
    try:
        yield
    finally:
        logger.removeFilter(_is_trouble)


def _is_trouble(record: logging.LogRecord) -> bool:
    return getattr(record, "status_code", None) != HTTPStatus.NOT_FOUND


@lru_cache(maxsize=1)
def _handler() -> WSGIHandler:
    return WSGIHandler()
