"""Answers to strangers that this process keeps, and the door that gives them out: docs/adr/0013.

An answer is given out again only where the database says, by one small question, that nothing has moved since before it
was made; and never for longer than a few seconds, for what that question doesn't cover.
"""

import gzip
import re
import time
from collections import OrderedDict
from collections.abc import Callable
from contextvars import ContextVar, Token
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers

from advisories import policies
from advisories.policy import Announced, Policy
from advisories.public.ages import max_age_s
from advisories.public.turn import Turn, turn

MOST_KEPT = 24 * 1024 * 1024
"""Bytes of answers that one process keeps."""
LARGEST_KEPT = 4 * 1024 * 1024
LONGEST_S = 5.0
"""What no turn tells of, such as a release that a mirror brought, is seen after so long."""
_SMALLEST_PACKED = 500
_CONDITIONS = ("HTTP_IF_NONE_MATCH", "HTTP_IF_MODIFIED_SINCE", "HTTP_IF_MATCH", "HTTP_IF_UNMODIFIED_SINCE")
_PACKS = re.compile(r"(?:^|[,\s])gzip\s*(?:;\s*q=(?:1|0\.\d*[1-9])\d*)?\s*(?:,|$)")
_IN_CLEAR = re.compile(r"text/|application/(?:json|atom\+xml|pgp)")

Key = tuple[str, bool, str]


@dataclass(slots=True)
class Kept:
    """One answer, as it left every door behind this one."""

    tag: str
    changed_s: int | None
    policy: Policy
    headers: dict[str, str]
    body: bytes
    turn: Turn | None
    """Read before it was made; None where it wasn't."""
    until_s: float
    may_pack: bool
    packed: bytes = b""
    """The same, compressed once, for the first client that wants it so."""

    @property
    def size(self) -> int:
        """Bytes that it takes, packed too: text shrinks to a third."""
        return len(self.body) * 4 // 3

    def is_fresh(self, now: Turn) -> bool:
        """Whether it is what would be made now."""
        return self.turn == now and time.monotonic() < self.until_s

    def answer(self, request: HttpRequest, max_age_s: int) -> HttpResponse:
        """Give it out: packed, or only confirmed, as the client wants it."""
        wants_packed = self.may_pack and _PACKS.search(request.META.get("HTTP_ACCEPT_ENCODING", "")) is not None
        tag = f'{self.tag[:-1]}-gz"' if wants_packed else self.tag
        response: Any = None
        if any(one in request.META for one in _CONDITIONS):
            response = get_conditional_response(request, etag=tag, last_modified=self.changed_s)
        if response is None:
            body = self._packed() if wants_packed else self.body
            response = HttpResponse(body)
            response.headers["Content-Length"] = str(len(body))
            if wants_packed:
                response.headers["Content-Encoding"] = "gzip"
        for name, value in self.headers.items():
            if response.status_code == 200 or name != "Content-Type":
                response.headers[name] = value
        response.headers["ETag"] = tag
        response.headers["Cache-Control"] = f"public, max-age={max_age_s}"
        found: HttpResponse = response
        return found

    def _packed(self) -> bytes:
        if not self.packed:
            self.packed = gzip.compress(self.body, 6, mtime=0)
        return self.packed


@dataclass(slots=True)
class Asking:
    """What is known of one request before its view is asked, and what the view says of its answer."""

    kept: Kept | None = None
    turn: Turn | None = None
    tag: str = ""
    policy: Policy | None = None
    changed_s: int | None = None
    told: Token[object] | None = None


asking: ContextVar[Asking | None] = ContextVar("asking", default=None)
"""The request that is being answered, where its answer may be kept."""


@dataclass(slots=True)
class _Shelf:
    """Answers by address, the one that was given out last at the end."""

    answers: OrderedDict[Key, Kept] = field(default_factory=OrderedDict)
    size: int = 0
    names: set[str] = field(default_factory=set)
    """Names of addresses whose answers were kept: only for those it pays to ask for the turn."""
    lock: Lock = field(default_factory=Lock)

    def get(self, key: Key) -> Kept | None:
        with self.lock:
            found = self.answers.get(key)
            if found is not None:
                self.answers.move_to_end(key)
            return found

    def put(self, key: Key, kept: Kept) -> None:
        with self.lock:
            before = self.answers.pop(key, None)
            self.answers[key] = kept
            self.size += kept.size - (before.size if before else 0)
            while self.size > MOST_KEPT:
                _, gone = self.answers.popitem(last=False)
                self.size -= gone.size


_shelf = _Shelf()


def forget(path: str = "") -> None:
    """Have what lies at an address made anew, or everything: tests do, whose databases are taken back to a turn."""
    with _shelf.lock:
        if path:
            for key in [one for one in _shelf.answers if one[2] == path]:
                _shelf.size -= _shelf.answers.pop(key).size
            return
        _shelf.answers.clear()
        _shelf.names.clear()
        _shelf.size = 0


def is_personal(request: HttpRequest) -> bool:
    """Whether the answer may hold something for this browser alone: a name, or a message."""
    names = {settings.SESSION_COOKIE_NAME, "messages"}
    return "HTTP_AUTHORIZATION" in request.META or not names.isdisjoint(request.COOKIES)


class KeptAnswersMiddleware:
    """Stands before sessions and people: whoever brings no cookie of theirs gets what was made for everyone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD") or is_personal(request):
            # `asking` stays empty: nothing is kept, and the view answers in full.
            return self.get_response(request)
        key = (request.get_host(), request.is_secure(), request.get_full_path())
        mine = Asking(kept=_shelf.get(key))
        if mine.kept is not None and mine.kept.turn is not None:
            mine.turn = turn()
            if mine.kept.is_fresh(mine.turn):
                return _given_out(mine.kept, request)
        token = asking.set(mine)
        try:
            response = self.get_response(request)
        finally:
            if mine.told is not None:
                policies.forget(mine.told)
            asking.reset(token)
        return _kept(request, key, mine, response)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        """Read the turn before the view asks for anything, where its answer will be kept."""
        mine = asking.get()
        if mine is None or request.resolver_match is None:
            return
        if mine.turn is None and request.resolver_match.view_name in _shelf.names:
            mine.turn = turn()
        if mine.turn is not None:
            mine.told = policies.tell(mine.turn.policy)


def _kept(request: HttpRequest, key: Key, mine: Asking, response: HttpResponse) -> HttpResponse:
    """The answer, kept where its view said that it may be."""
    if response.status_code != 200 or mine.policy is None or response.streaming or response.cookies:
        return response
    if request.resolver_match is not None:
        _shelf.names.add(request.resolver_match.view_name)
    known = mine.kept if mine.kept is not None and mine.kept.tag == mine.tag else None
    body = known.body if known else response.content
    may_pack = len(body) >= _SMALLEST_PACKED and _IN_CLEAR.match(response.headers.get("Content-Type", "")) is not None
    patch_vary_headers(response, ["Accept-Encoding"])
    skipped = ("Content-Length", "ETag", "Cache-Control")
    headers = {name: value for name, value in response.items() if name not in skipped}
    until_s = time.monotonic() + LONGEST_S
    packed = known.packed if known else b""
    kept = Kept(mine.tag, mine.changed_s, mine.policy, headers, body, mine.turn, until_s, may_pack, packed)
    if kept.size <= LARGEST_KEPT:
        _shelf.put(key, kept)
    return _given_out(kept, request)


def _given_out(kept: Kept, request: HttpRequest) -> HttpResponse:
    return kept.answer(request, may_age_s(kept.policy, kept.turn))


def may_age_s(policy: Policy, known: Turn | None) -> int:
    """Seconds for which caches may keep a page, by the turn that is `known`, or is asked for where dates are told."""
    announced_at = (known or turn()).announced_at if Announced.DATES in policy.announced else None
    return max_age_s(policy, timezone.now(), announced_at)
