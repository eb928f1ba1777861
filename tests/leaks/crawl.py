"""Asks every address of the resolver in every way, and says where a secret turned up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any
from uuid import UUID

from django.db import connection, reset_queries, transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import TeamSeat
from advisories.models import Advisory, Comment, CommentFile, Consent, Proposal, Seat, StartedClock
from releases.models import Branch, Check, Flag, Patch, Series, Tree, Upload
from tests.leaks.world import MISSING, OTHERS_TOKEN, World, word

READING = ("GET", "HEAD", "OPTIONS")
CHANGING = ("POST", "PUT", "PATCH", "DELETE")

_QUERIES = (
    *("tree=sluice", "tree=nowhere", "branch=sluice/1.0", "flagged=on", "page=2", "page=-1", "page=x", "seen=x"),
    *("verdict=conflicts", "verdict=needs+prerequisites", "verdict=applies", "verdict=waiting", "verdict=running"),
    *("owner=mine", "owner=nobody", "target=public", "q=kan", "sort=title", "format=json", "page=1&page=99999999999"),
)
_LISTS = ("/board", "/board/rows", "/advisories/", "/flags/", "/trees/", "/trees/sluice/1.0/")
_HEADERS: tuple[dict[str, str], ...] = (
    {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "board-live"},
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest", "Accept": "application/atom+xml"},
    {"If-None-Match": "*", "If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT", "Range": "bytes=0-10"},
)
_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value=")[^"]+')
_VARYING = {"Date", "Expires"}


@dataclass
class Crawl:
    """What was asked and what was found; `probes` counts the answers that were looked into."""

    world: World
    probes: int = 0
    found: list[str] = field(default_factory=list)

    def look(self, who: str, answer: Any, asked: str) -> None:
        """Look for secrets in a whole answer: status line, headers, cookies, body."""
        self.probes += 1
        heard = "\n".join([f"{name}: {value}" for name, value in answer.items()] + [answer.cookies.output()])
        heard += body_of(answer).decode("utf-8", "replace")
        for secret in self.secrets[who]:
            if secret in heard and secret not in asked and not _is_told(who, secret, heard):
                self.found.append(f"{who}: {asked} tells {secret}")
        if answer.status_code >= 500:
            self.found.append(f"{who}: {asked} breaks ({answer.status_code})")
        if "Cookie" not in answer.get("Vary", ""):
            self.found.append(f"{who}: {asked} may be kept for somebody else (Vary: {answer.get('Vary', '')})")
        if who != "anonymous" and answer.status_code != 301 and "no-store" not in answer.get("Cache-Control", ""):
            self.found.append(f"{who}: {asked} may be kept in a cache")

    def __post_init__(self) -> None:
        self.secrets = {who: list(self.world.secrets(who)) for who in self.world.clients}

    def read(self, who: str) -> None:
        """Every address, plainly, with every query and with the headers of scripts."""
        client = self.world.clients[who]
        for _, address in addresses():
            for method in READING if who == "anonymous" else READING[:1]:
                self.look(who, client.generic(method, address), f"{method} {address}")
            if address not in _LISTS or who in ("nobody", "guest whose seat ended"):
                continue
            for query in _QUERIES:
                self.look(who, client.get(f"{address}?{query}"), f"GET {address}?{query}")
            for headers in _HEADERS:
                self.look(who, client.get(address, headers=headers), f"GET {address} {headers}")

    def glance(self, who: str) -> None:
        """Every address once, until something is found."""
        for _, address in addresses():
            if self.found:
                return
            self.look(who, self.world.clients[who].get(address), f"GET {address}")

    def change(self, who: str) -> None:
        """Every address with every method that changes something; what it changes is taken back."""
        client = self.world.clients[who]
        for _, address in addresses():
            for method in CHANGING:
                with transaction.atomic():
                    answer = client.generic(method, address)
                    transaction.set_rollback(True)
                # Signing out must not end the crawl.
                user = self.world.people[who]
                if address == reverse("accounts:sign_out") and user is not None:
                    client.force_login(user)
                self.look(who, answer, f"{method} {address}")


def _is_told(who: str, secret: str, heard: str) -> bool:
    """The team may know whose a flag is, and when nothing is released."""
    told = heard.replace(word("owner"), "").replace(word("blackout"), "")
    return who == "release manager" and secret not in told


def addresses() -> Iterator[tuple[str, str]]:
    """Every address of the resolver with every number, key and name there is, and some that aren't."""
    for name, pattern in patterns(get_resolver()):
        places = pattern.pattern.converters
        for values in product(*(_values(name, place) for place in places)):
            try:
                yield name, reverse(name, kwargs=dict(zip(places, values, strict=True)))
            except NoReverseMatch:
                continue
    yield from (("", address) for address in ("/nothing", "/admin/", "/advisories/feed", "/board.json", "/.git/config"))


def patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every named pattern with its namespaces."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join((*spaces, entry.name or "")), entry


def _values(name: str, place: str) -> list[Any]:
    rows: dict[str, Any] = {
        "check": Check, "check_mbox": Check, "series": Series, "revision": Series, "upload_revision": Series,
        "patch_file": Patch, "uploaded_file": Upload, "take_flag": Flag, "hand_over_flag": Flag,
        "change_series": Series, "end_seat": Seat, "end_team_seat": TeamSeat,
        "retract": Comment, "comment_file": CommentFile,
        "stop_clock": StartedClock, "ask_consent_again": Consent,
        **dict.fromkeys(("answer_end", "accept_end", "reject_end", "withdraw_end"), Proposal),
    }  # fmt: skip
    # Of what the world holds none of, or what a secret word opens: guesses.
    guesses: dict[str, list[Any]] = {
        "pk": [1, MISSING], "token": ["guess", OTHERS_TOKEN], "reference": ["guess"], "uidb64": ["MQ"],
        "public_id": [UUID(int=1)], "sequence": [1, MISSING, 2**70], "recipient": ["announce@lists.sluice.example"],
    }  # fmt: skip
    own = name.split(":")[-1]
    if place == "pk" and own in rows:
        return [*rows[own].objects.values_list("pk", flat=True), MISSING]
    if place in guesses:
        return guesses[place]
    if place == "name" and own in ("file", "comment_file"):
        return ["guess.txt", "notes.txt"]
    if place == "number":
        if own == "revision":
            return [1, 2, 0]
        return [*Advisory.objects.values_list("number", flat=True), MISSING, 2**70]
    if place == "slug":
        return [*Tree.objects.values_list("slug", flat=True), "missing"]
    if place == "name":
        return [*Branch.objects.values_list("name", flat=True), "9.9", "--help", "%0d%0a"]
    raise LookupError(f"the crawl has no values for {place} of {name}")


def body_of(answer: HttpResponseBase) -> bytes:
    """The whole body, streamed or not."""
    return b"".join(answer) if answer.streaming else getattr(answer, "content", b"")


def told(client: Client, address: str, method: str = "GET") -> tuple[int, list[tuple[str, str]], bytes, int]:
    """Everything by which one answer differs from another: status, headers, body, and how many queries it took."""
    reset_queries()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        answer = client.generic(method, address)
        transaction.set_rollback(True)
    headers = sorted((name, value) for name, value in answer.items() if name not in _VARYING)
    # Who isn't signed in is sent to sign in, and from there to where they wanted to go.
    headers = [(name, value.split("?next=")[0]) for name, value in headers]
    return answer.status_code, headers, _TOKEN.sub(rb"\1", body_of(answer)), len(queries)
