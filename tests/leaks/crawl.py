"""Asks every address of the resolver in every way, and says where a secret turned up."""

import gzip
import re
from collections import Counter
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from django.db import connection, reset_queries, transaction
from django.http.response import HttpResponseBase
from django.test import Client, TestCase
from django.test.utils import CaptureQueriesContext
from django.urls import resolve, reverse

from tests.leaks.addresses import addresses
from tests.leaks.forms_on import PageForm, asked_by, forms_on
from tests.leaks.keys import keys_in
from tests.leaks.people import FINDER, PEOPLE, SHUT_OUT, TEAM, TOLD, own_addresses
from tests.leaks.readers import reads
from tests.leaks.words import SECRET, WORD, word
from tests.leaks.world import World
from tests.night import IS_NIGHT

_QUERIES = (
    *("page=2", "page=x", "page=1&page=99999999999", "format=json", "sort=title", "tree=nowhere", "all"),
    *(f"q={word('title')}", "month=2033-05"),
)
"""What no form of ours offers."""

_HEADERS: tuple[dict[str, str], ...] = (
    {"HX-Request": "true", "HX-Boosted": "true", "HX-Target": "board-live"},
    {"Accept": "application/json"},
    {"X-Requested-With": "XMLHttpRequest", "Accept": "application/atom+xml"},
    {"If-None-Match": "*", "If-Modified-Since": "Mon, 01 Jan 2035 00:00:00 GMT", "Range": "bytes=0-10"},
)
CURIOUS = PEOPLE + SHUT_OUT if IS_NIGHT else ("anonymous", "guest of another", "release manager", "operator")
"""Who goes on from each page and tries every address: everybody by night. By day those do whose rights are the
others' too.
"""

_SIGN_IN = "/sign-in"
"""Whoever is sent there has changed nothing."""

_TO_CONTACTS = ("members:", "answering:", "api:", "joining:", "advisories:", "calendar:")
"""Doors through which a contact of a member goes."""

_DIFFERS = ("batch", "detail", "report", "judge", "organisation")
"""Pages that offer other forms in other states."""

_TRIED = 3
"""So many addresses of one kind are tried for a page with forms."""

_MOST_OFFERED = 12
"""Addresses that one page offers, of forms and of links."""

_TOKEN = re.compile(rb'(name="csrfmiddlewaretoken" value="|seen=)[^"&]+')
_VARYING = {"Date", "Expires"}


@dataclass
class Crawl:
    """What was asked and what was found; `probes` counts the answers that were looked into."""

    world: World
    probes: int = 0
    after: Callable[[], list[str]] = list
    """Asked after each change that was made and before it is taken back: what it told by letter."""
    rings: bool = False
    """Whether the bells of what was changed are rung, though it is taken back: what is on the broker stays there."""
    found: list[str] = field(default_factory=list)
    taken: int = 0
    """Forms that changed something."""

    def __post_init__(self) -> None:
        self.secrets = {who: list(self.world.secrets(who)) for who in self.world.clients}
        self.heard: set[str] = set()
        """Places of the words that were read by those who may read some."""

    def look(self, who: str, answer: Any, asked: str) -> None:
        """Look for secrets in a whole answer: status line, headers, cookies, body."""
        self.probes += 1
        heard = whole(answer)
        self.found += [f"{who}: {asked} tells {secret}" for secret in self.told(who, heard, asked)]
        if who not in TEAM:
            self.found += [f"{who}: {asked} names {key}" for key in keys_in(heard, asked)]
        if answer.status_code >= 500:
            self.found.append(f"{who}: {asked} breaks ({answer.status_code})")
        # An answer for every site is asked for without cookies; only this lets another site ask as the reader.
        if "Access-Control-Allow-Credentials" in answer:
            self.found.append(f"{who}: {asked} may be read by other sites")
        if answer.get("Referrer-Policy") not in ("same-origin", "no-referrer"):
            self.found.append(f"{who}: {asked} tells other sites where a link was followed")
        if "Cookie" not in answer.get("Vary", ""):
            self.found.append(f"{who}: {asked} may be kept for somebody else (Vary: {answer.get('Vary', '')})")
        if self.world.people[who] and answer.status_code != 301 and "no-store" not in answer.get("Cache-Control", ""):
            self.found.append(f"{who}: {asked} may be kept in a cache")
        if answer.status_code != 301 and "Cache-Control" not in answer:
            self.found.append(f"{who}: {asked} may be kept in a cache for as long as that likes")

    def told(self, who: str, heard: str, asked: str = "") -> Iterator[str]:
        """The secrets in what somebody heard, but for what they said themselves."""
        yield from (secret for secret in self.secrets[who] if secret in heard and secret not in asked)
        if SECRET not in heard:
            return
        words = WORD.findall(heard)
        # What was asked for may be repeated; nothing else of its kind.
        found = set(words).difference(WORD.findall(unquote_plus(asked)), TOLD.get(who, ()))
        theirs = reads(who, self.world.words)
        if theirs is not None:
            self.heard |= found
            found -= theirs
        yield from map(word, sorted(found))
        if theirs is None and len(words) < heard.count(SECRET) and SECRET not in asked:
            yield SECRET

    def read(self, who: str) -> None:
        """Every address; once for each kind also with other methods, with queries, and as scripts ask."""
        client = self.world.clients[who]
        known: set[str] = set()
        for name, address in self._addresses(who):
            answer = client.get(address)
            self.look(who, answer, f"GET {address}")
            if name in known:
                continue
            known.add(name)
            for method in ("HEAD", "OPTIONS"):
                self.look(who, client.generic(method, address), f"{method} {address}")
            if who in CURIOUS and answer.status_code == 200 and "html" in answer["Content-Type"]:
                self._read_on(who, address, whole(answer))

    def _addresses(self, who: str) -> Iterator[tuple[str, str]]:
        """Everything, and what opens by a secret of their own, which is all that a finder has.

        Who is shut out knows no more of the rest than others without a place.
        """
        for name, address in addresses() if who != FINDER else ():
            if who not in SHUT_OUT or name.startswith(_TO_CONTACTS):
                yield name, address
        yield from own_addresses(who, self.world)

    def _read_on(self, who: str, address: str, page: str) -> None:
        """Everything that one page offers to be asked, and what it doesn't."""
        client = self.world.clients[who]
        forms, links = forms_on(page, address)
        offered = [asked for form in forms if form.method == "get" for asked in asked_by(form)]
        self._send(who, [form for form in forms if form.method == "post"])
        for asked in dict.fromkeys((*offered[:_MOST_OFFERED], *links[:_MOST_OFFERED])):
            self.look(who, client.get(asked), f"GET {asked}")
        if not resolve(address).kwargs and not address.startswith("/account/"):
            for query in _QUERIES:
                self.look(who, client.get(f"{address}?{query}"), f"GET {address}?{query}")
            for headers in _HEADERS:
                self.look(who, client.get(address, headers=headers), f"GET {address} {headers}")

    def _send(self, who: str, forms: list[PageForm]) -> None:
        """Forms that are offered, as they stand and with somebody else's keys."""
        foreign = str(self.world.hidden.pk)
        for form in forms[:_MOST_OFFERED]:
            for values in (form.filled(), form.with_foreign(foreign)):
                self.look(who, self._changed(who, "POST", form.action, values), f"POST {form.action} {values}")

    def learn_forms(self, who: str) -> None:
        """How each form that `who` is offered is filled, for others to send."""
        for name, form in self._offered(who):
            self.world.forms.setdefault(name, form.filled())

    def send_all(self, who: str) -> None:
        """Each kind of form that `who` is offered, filled and sent."""
        sent: set[tuple[str, tuple[str, ...]]] = set()
        for name, form in self._offered(who):
            kind = (name, tuple(form.fields))
            if kind not in sent:
                sent.add(kind)
                answer = self._changed(who, "POST", form.action, form.filled())
                self.look(who, answer, f"POST {form.action} {form.filled()}")
                self.taken += answer.status_code in (302, 303)

    def _offered(self, who: str) -> Iterator[tuple[str, PageForm]]:
        """The forms that change something on a page of each kind, with the name of where each goes."""
        tried: Counter[str] = Counter()
        for name, address in self._addresses(who):
            if tried[name] >= _TRIED and name.split(":")[-1] not in _DIFFERS:
                continue
            answer = self.world.clients[who].get(address)
            if answer.status_code != 200 or "html" not in answer.get("Content-Type", ""):
                tried[name] += 1
                continue
            tried[name] = _TRIED
            forms, _ = forms_on(whole(answer), address)
            for form in forms:
                if form.method == "post":
                    yield resolve(urlsplit(form.action).path).view_name, form

    def glance(self, who: str) -> None:
        """Every address once, until something is found."""
        for _, address in addresses():
            if self.found:
                return
            self.look(who, self.world.clients[who].get(address), f"GET {address}")

    def change(self, who: str) -> None:
        """Every address with every method that changes something; what it changes is taken back."""
        known: set[str] = set()
        for name, address in addresses():
            is_first, is_curious = name not in known, who in CURIOUS
            methods = ("POST", "PUT", "PATCH", "DELETE") if is_first and is_curious else ("POST",)
            for method in methods if is_first or is_curious else ():
                self.look(who, self._changed(who, method, address), f"{method} {address}")
            filled = self.world.forms.get(name) if is_first else None
            if filled:
                self.look(who, self._changed(who, "POST", address, filled), f"POST {address} {filled}")
            known.add(name)

    def _changed(self, who: str, method: str, address: str, data: dict[str, str] | None = None) -> Any:
        client = self.world.clients[who]
        cookies = deepcopy(client.cookies)
        with transaction.atomic():
            with TestCase.captureOnCommitCallbacks() as bells:
                answer = client.post(address, data) if data else client.generic(method, address)
            if answer.status_code in (302, 303) and not answer["Location"].startswith(_SIGN_IN):
                self.found += [f"{who}: {method} {address} → {one}" for one in self.after()]
                if self.rings:
                    for ring in bells:
                        ring()
            transaction.set_rollback(True)
        # What ends or begins a session is taken back too: the crawl must not go on as somebody who has signed out.
        client.cookies = cookies
        return answer

    def is_signed_in(self, who: str) -> bool:
        """Whether whoever has an account still asks with it."""
        return self.world.clients[who].get(reverse("accounts:own")).status_code == 200


def whole(answer: Any) -> str:
    """Headers, cookies and body of an answer as one text."""
    heard = "\n".join([f"{name}: {value}" for name, value in answer.items()] + [answer.cookies.output()])
    return heard + body_of(answer).decode("utf-8", "replace")


def body_of(answer: HttpResponseBase) -> bytes:
    """The whole body, streamed or not; of an archive what is packed in it."""
    if answer.streaming and not hasattr(answer, "read_whole"):
        answer.read_whole = b"".join(answer)  # type: ignore[attr-defined]
    body: bytes = answer.read_whole if answer.streaming else getattr(answer, "content", b"")  # type: ignore[attr-defined]
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


def told(client: Client, address: str, method: str = "GET") -> tuple[int, list[tuple[str, str]], bytes, int]:
    """Everything by which one answer differs from another: status, headers, body, and how many queries it took."""
    reset_queries()
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        answer = client.generic(method, address)
        transaction.set_rollback(True)
    headers = sorted((name, value) for name, value in answer.items() if name not in _VARYING)
    # Who isn't signed in is sent to sign in, and from there to where they wanted to go.
    headers = [(name, value.split("?next=")[0]) for name, value in headers]
    if answer.status_code == 301:
        # An old address leads to the new one of whatever number was asked for, without looking whether it is there.
        headers = [(name, value) for name, value in headers if name != "Location"]
    return answer.status_code, headers, _TOKEN.sub(rb"\1", body_of(answer)), len(queries)
