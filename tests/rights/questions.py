"""What is asked of everyone: each address of each stage, by every method that it takes."""

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.http.response import HttpResponseBase
from django.test import Client
from django.urls import URLPattern, get_resolver

from tests.leaks.addresses import patterns
from tests.night import IS_NIGHT
from tests.rights.audience import OWN_ACCOUNT, SIGNED_IN, Answer, Audience
from tests.rights.people import Kind, kinds
from tests.rights.stage import Stage
from tests.rights.table import AUDIENCES, SENDERS

PATTERNS: dict[str, URLPattern] = dict(patterns(get_resolver()))
"""Name to pattern."""

SAID: dict[str, dict[str, str]] = {
    "advisories:tick": {"item": "text-read"},
    "releases:approve": {"digest": "0" * 64},
}
"""What a form has to hold before it says anything but that it was not filled in."""

IN_BETWEEN = ("mfa_authenticate", "mfa_login_webauthn")
"""The second page of signing in: whoever hasn't begun is led to the first."""

MOVES = {"reserved": "drafting", "drafting": "ready", "ready": "drafting", "armed": "drafting"}
"""A step that the page of a step can ask about."""


@dataclass(frozen=True)
class Question:
    """One method at one address."""

    name: str
    method: str
    stage: Stage
    address: str
    is_of_an_advisory: bool

    def __str__(self) -> str:
        return f"{self.method} {self.name} ({self.stage.name})"

    @property
    def audience(self) -> Audience:
        """Who is let in by this method."""
        senders = SENDERS if self.method == "POST" else AUDIENCES
        return senders.get(self.name, AUDIENCES[self.name])

    def wanted(self, who: Kind) -> tuple[Answer, ...]:
        """What `who` may hear. Of one's own account some pages wait for a password or for a key that isn't there."""
        wanted = self.audience.answer(who, self.stage)
        if self.name in IN_BETWEEN and not who.has_signed_in:
            return (Answer.SIGN_IN,)
        if wanted == Answer.IN and self.audience in (OWN_ACCOUNT, SIGNED_IN):
            return (Answer.IN, Answer.REFUSED, Answer.HIDDEN)
        return (wanted,)

    def ask(self, client: Client) -> Answer:
        """What comes of asking; what that changes is taken back."""
        return read(taken_back(client, self._asked))

    def _asked(self, client: Client) -> HttpResponseBase:
        if self.method == "PUT":
            return client.put(self.address)
        if self.method == "POST":
            return client.post(self.address, SAID.get(self.name, {}))
        target = {"target": MOVES.get(self.stage.name, "")} if self.name == "advisories:move" else {}
        return client.get(self.address, target)


def questions(stages: list[Stage], client: Client) -> Iterator[Question]:
    """Every address of every stage, by the methods that it takes.

    Where nobody's answer depends on the advisory, one that is hidden and one that is public are enough.
    """
    for name, pattern in PATTERNS.items():
        known: set[str] = set()
        methods: list[str] = []
        differs = depends(name, stages)
        for stage in stages if differs else stages[3:7:3]:
            address = stage.address(name, pattern)
            if address is None or address in known:
                continue
            known.add(address)
            methods = methods or [one for one in ("GET", "POST") if takes(client, one, address)] or ["PUT"]
            if name == "advisories:move" and stage.name not in MOVES:
                methods = ["POST"]
            yield from (Question(name, method, stage, address, differs) for method in methods)


def alternate(questions: list[Question], who: Kind) -> Iterator[Question]:
    """What one kind of person is asked: all of it at night.

    By day, where their answer is the same in every state, every other state, which the next kind of person leaves to
    this one: strangers are five kinds, guests three, the team two, and between them each state is asked for.
    """
    position = [kind.name for kind in kinds()].index(who.name)
    stages = {stage.name: stage for stage in (question.stage for question in questions)}
    places = {name: place for place, name in enumerate(stages)}
    for question in questions:
        audience = question.audience
        varies = len({audience.answer(who, stage) for stage in stages.values()}) > 1
        is_alone = not question.is_of_an_advisory
        if IS_NIGHT or varies or is_alone or (places[question.stage.name] + position) % 2:
            yield question


def depends(name: str, stages: list[Stage]) -> bool:
    """Whether anybody's answer differs between the stages."""
    return any(len({AUDIENCES[name].answer(kind, stage) for stage in stages}) > 1 for kind in kinds())


def takes(client: Client, method: str, address: str) -> bool:
    """Whether an address takes a method, whatever it answers."""
    return taken_back(client, lambda client: client.generic(method, address)).status_code != 405


def taken_back(client: Client, ask: Callable[[Client], Any]) -> HttpResponseBase:
    """What comes of asking, with whatever that changes taken back, signing out too."""
    cookies = deepcopy(client.cookies)
    with transaction.atomic():
        answer: HttpResponseBase = ask(client)
        transaction.set_rollback(True)
    client.cookies = cookies
    return answer


def read(answer: HttpResponseBase) -> Answer:
    """An answer by its status."""
    assert answer.status_code < 500, answer
    if answer.status_code == 302 and re.match(r"/sign-in|/account/second-factor/$", answer["Location"]):
        return Answer.SIGN_IN
    return {404: Answer.HIDDEN, 403: Answer.REFUSED, 401: Answer.REFUSED}.get(answer.status_code, Answer.IN)
