"""Nothing secret turns up anywhere, and what is hidden looks like what isn't there."""

import re

import pytest
from django.conf import settings

from advisories.models import Advisory
from releases.models import Check
from tests.leaks.addresses import KNOWN_TO_MANAGERS, twins
from tests.leaks.counted import count
from tests.leaks.crawl import CURIOUS, Crawl, told
from tests.leaks.people import FINDER, MEMBER, PEOPLE, RIGHTFUL, SHUT_OUT
from tests.leaks.readers import reads
from tests.leaks.spies import (
    bells_that_tell,
    files_that_tell,
    letters_that_tell,
    lines_that_tell,
    log_lines,
    messages,
    mirrors_that_tell,
)
from tests.leaks.words import SECRET
from tests.leaks.world import World

pytestmark = pytest.mark.timeout(900)
"""Thousands of pages, one after the other, on a machine that may be busy."""


def test_the_world_holds_what_the_crawl_looks_for(world: World) -> None:
    team = world.clients["guest of another"]
    assert Advisory.objects.filter(title__startswith=SECRET).count() == 9
    kinds = set(Check.objects.values_list("verdict__kind", flat=True))
    assert {"applies", "conflicts", "needs prerequisites"} <= kinds
    leaning = Check.objects.filter(revision__series__advisory=world.guests, baseline="release").get()
    assert set(leaning.leans_on.all()) == {world.hidden}
    assert team.get(f"/advisories/{world.guests.number}/").status_code == 200


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_reads_a_secret_by_asking(who: str, world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    crawl = Crawl(world)
    crawl.read(who)
    made(crawl, who)
    assert not crawl.found, "\n".join(crawl.found[:40])
    assert crawl.probes > 300
    # A refused address is logged as it was asked for.
    assert not [line for line in caplog.messages if SECRET in re.sub(r"/\S*", "", line)]


@pytest.mark.parametrize("who", SHUT_OUT)
def test_who_is_shut_out_reads_nothing_of_what_was_delivered_before(who: str, world: World) -> None:
    crawl = Crawl(world)
    crawl.read(who)
    made(crawl, who)
    assert not crawl.found, "\n".join(crawl.found[:40])


@pytest.mark.parametrize("who", RIGHTFUL)
def test_who_is_let_in_reads_exactly_what_is_theirs(who: str, world: World) -> None:
    """Everything that is theirs was found: the crawl that finds nothing elsewhere is not blind."""
    crawl = Crawl(world)
    crawl.read(who)
    made(crawl, who)
    assert not crawl.found, "\n".join(crawl.found[:40])
    missed = (reads(who, world.words) or frozenset()) - crawl.heard
    assert not missed, "what no page says to them has its line in readers.py"


@pytest.fixture
def forms(built: World, world: World) -> dict[str, dict[str, str]]:
    """How those who may fill the forms there are: learnt once, to be sent by those who may not.

    A coordinator is offered everything that anybody else on the team or a guest is.
    """
    if not built.forms:
        for who in ("coordinator", MEMBER, FINDER):
            Crawl(built).learn_forms(who)
    assert len(built.forms) > 40
    return built.forms


@pytest.mark.parametrize("who", PEOPLE)
def test_nobody_reads_a_secret_by_trying_to_change_something(
    who: str, world: World, forms: dict[str, dict[str, str]]
) -> None:
    crawl = Crawl(world, after=letters_that_tell)
    with log_lines() as lines:
        crawl.change(who)
    made(crawl, who)
    assert not crawl.found, "\n".join(crawl.found[:40])
    assert not lines_that_tell(lines)
    assert crawl.probes > (400 if who in CURIOUS else 200)


@pytest.mark.parametrize("who", PEOPLE)
def test_hidden_and_missing_are_the_same_answer(who: str, world: World) -> None:
    client, pairs = world.clients[who], list(twins())
    for name, hidden, missing in pairs:
        if who == "release manager" and name in KNOWN_TO_MANAGERS:
            continue
        for method in ("GET", "POST"):
            assert told(client, hidden, method) == told(client, missing, method), f"{who}: {method} {hidden}"
    count(2 * 2 * len(pairs), 0)
    assert len(pairs) > 60


def test_no_bell_no_file_and_no_object_of_a_mirror_holds_a_word(world: World) -> None:
    assert [*messages(), *settings.MIRRORS_DIR.glob("*.git")]
    assert not [*bells_that_tell(), *files_that_tell(), *mirrors_that_tell()]


def made(crawl: Crawl, who: str) -> None:
    """Count for the closing line of the run; whoever began signed in ended so, or asked half of it as a stranger."""
    assert crawl.is_signed_in(who) == (crawl.world.people[who] is not None)
    count(crawl.probes, sum("tells" in one for one in crawl.found))
