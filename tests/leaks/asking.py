"""What finds a planted leak: one page, a pair of addresses, a list before and after, a log."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse

from advisories.lifecycle import State
from advisories.models import Comment, CommentAudience
from releases.models import Check, Patch, Series, Upload
from tests.leaks import spies
from tests.leaks.crawl import Crawl
from tests.leaks.words import HIDDEN_NUMBER, MISSING, NONSENSE, word
from tests.leaks.world import World
from tests.make import make_advisory

Plant = Callable[[pytest.MonkeyPatch, World], object]
Ask = Callable[[World], list[str]]


@dataclass(frozen=True)
class Leak:
    """One planted leak: the channel, what went wrong, how, who looks, and the door that the catch must name."""

    channel: int
    name: str
    plant: Plant
    ask: Ask
    door: str


def put(where: Any, name: str, careless: Any) -> Plant:
    """Put something careless in a place."""
    return lambda patch, world: patch.setattr(where, name, careless)


def everything(rows: Any, *viewer: object, **more: object) -> Any:
    """Every row, whoever asks."""
    return rows.all()


def page(who: str, address: str | Callable[[World], str]) -> Ask:
    """Look into one page as somebody."""

    def ask(world: World) -> list[str]:
        crawl, at = Crawl(world), address if isinstance(address, str) else address(world)
        crawl.look(who, world.clients[who].get(at), f"GET {at}")
        return crawl.found

    return ask


def pair(who: str, pattern: str, method: str = "GET") -> Ask:
    """Compare the hidden number with one that isn't there."""
    return lambda world: spies.differing(
        world.clients[who], pattern.format(HIDDEN_NUMBER), pattern.format(MISSING), method
    )


def of_hidden(model: Any, path: str, name: str) -> Callable[[World], str]:
    """The address of a row of the hidden advisory."""
    return lambda world: reverse(name, args=[model.objects.filter(**{path: world.hidden}).order_by("pk")[0].pk])


def one_more(world: World) -> list[str]:
    """Whether readers notice that there is one more secret."""
    return spies.changed_by(
        world.clients["nobody"],
        ("/advisories/", "/", "/board/", "/advisories/index.json"),
        lambda: make_advisory(number=71_000, state=State.PUBLIC, public_in=timedelta(days=5)),
    )


def nonsense(world: World) -> list[str]:
    """Whether a secret word is searched for with another result than nonsense."""
    asks = {said: f"/advisories/?q={said}" for said in (word("title"), word("title").replace("kanari", NONSENSE))}
    heard = {said: world.clients["nobody"].get(at).content.decode() for said, at in asks.items()}
    plain = {text.replace(said, "") for said, text in heard.items()}
    # What differs else is the token of a form.
    return ["GET /advisories/?q= finds what is hidden"] if len({len(text) for text in plain}) > 1 else []


def logged(world: World) -> list[str]:
    """What is logged while the team reads."""
    with spies.log_lines() as lines:
        world.clients["security"].get(world.hidden.get_absolute_url())
    return spies.lines_that_tell(lines)


def foreign_series(world: World) -> list[str]:
    """Whether a guest can name a series of an advisory that is not theirs in a form of their own."""
    at = f"/advisories/{world.guests.number}/series/add"
    client, heard = world.clients["guest of another"], []
    for key in (str(world.hidden.series.order_by("pk")[0].pk), str(MISSING)):
        said = client.post(at, {"tree": str(world.branch.tree_id), "depends_on": key}).content.decode()
        # The token of a form is masked anew for every answer.
        heard.append(re.sub('name="csrfmiddlewaretoken" value="[^"]+"', "", said.replace(key, "")))
    return [] if heard[0] == heard[1] else [f"POST {at} knows a foreign key"]


def left_out(world: World) -> list[str]:
    """Who reads a comment of the team whose audience did not arrive."""
    at = f"{world.hidden.get_absolute_url()}thread"
    world.clients["security"].post(at, {"text": "left out"})
    told = Comment.objects.filter(text="left out").exclude(audience=CommentAudience.TEAM)
    return [f"POST {at} without an audience is told to {one.audience}" for one in told]


def guessable(world: World) -> list[str]:
    """Keys of what hangs on secrets that stand in a row with those of others."""
    kinds: tuple[Any, ...] = (Series, Check, Patch, Upload)
    return [f"/{kind._meta.model_name}/ has guessable keys" for kind in kinds if kind.objects.filter(pk__lt=10**9)]
