"""Nothing secret turns up anywhere, and what is hidden looks like what isn't there."""

import sys
from collections.abc import Iterator

import pytest

from advisories.models import Advisory, CommentFile
from releases.models import Check, Patch, Series, SeriesRevision, Upload
from tests.conftest import VAR
from tests.leaks.crawl import Crawl, told
from tests.leaks.world import HIDDEN_NUMBER, MERGED_NUMBER, MISSING, PEOPLE, SECRET, UNUSED_NUMBER, World

pytestmark = pytest.mark.timeout(900)
"""Thousands of pages, one after the other."""

PLACES = (
    *("affected", "identifiers", "severity", "merge", "split", "unused", "withdraw", "supersede", "preview"),
    *("tick", "release-kind", "thread"),
)
"""Of an advisory's workspace."""


def hidden_and_missing(world: World) -> Iterator[tuple[str, str]]:
    """Addresses of everything of the hidden advisory, each beside one at which there is nothing."""
    for advisory in (world.hidden, world.scheduled):
        embargo = ("embargo/", "embargo/propose", "embargo/out")
        for place in ("", "edit", "move?target=public", "series/add", *embargo, *PLACES):
            yield f"/advisories/{advisory.number}/{place}", f"/advisories/{MISSING}/{place}"
    for number in (MERGED_NUMBER, UNUSED_NUMBER):
        for place in ("", "edit", "affected"):
            yield f"/advisories/{number}/{place}", f"/advisories/{MISSING}/{place}"
    for file in CommentFile.objects.filter(comment__advisory=world.hidden):
        yield f"/advisories/{HIDDEN_NUMBER}/thread/files/{file.pk}/x", f"/advisories/{MISSING}/thread/files/{MISSING}/x"
    series = Series.objects.filter(advisory=world.hidden)
    revisions = SeriesRevision.objects.filter(series__in=series)
    for pattern, rows in (
        ("/series/{}/", series),
        ("/series/{}/s1/", series),
        ("/series/{}/revise", series),
        ("/checks/{}/", Check.objects.filter(revision__in=revisions)),
        ("/checks/{}/prerequisites.mbox", Check.objects.filter(revision__in=revisions)),
        ("/patches/{}/download", Patch.objects.filter(revision__in=revisions)),
        ("/uploads/{}/download", Upload.objects.filter(revision__in=revisions)),
    ):
        for key in list(rows.values_list("pk", flat=True))[:3]:
            yield pattern.format(key), pattern.format(MISSING)


def test_the_world_holds_what_the_crawl_looks_for(world: World) -> None:
    team = world.clients["guest of another"]
    assert Advisory.objects.filter(title__startswith=SECRET).count() == 4
    kinds = set(Check.objects.values_list("verdict__kind", flat=True))
    assert {"applies", "conflicts", "needs prerequisites"} <= kinds
    leaning = Check.objects.filter(revision__series__advisory=world.guests, baseline="release").get()
    assert set(leaning.leans_on.all()) == {world.hidden}
    assert team.get(f"/advisories/{world.guests.number}/").status_code == 200


def test_nobody_reads_a_secret_by_asking(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    crawl = Crawl(world)
    for who in PEOPLE:
        crawl.read(who)
    sys.stdout.write(f"{crawl.probes} probes\n")
    assert not crawl.found, "\n".join(crawl.found[:40])
    assert crawl.probes > 1_500
    assert not [line for line in caplog.messages if SECRET in line]


def test_nobody_reads_a_secret_by_trying_to_change_something(world: World) -> None:
    crawl = Crawl(world)
    for who in PEOPLE:
        crawl.change(who)
    sys.stdout.write(f"{crawl.probes} probes\n")
    assert not crawl.found, "\n".join(crawl.found[:40])
    assert crawl.probes > 3_000


def test_hidden_and_missing_are_the_same_answer(world: World) -> None:
    pairs = list(hidden_and_missing(world))
    for who, client in world.clients.items():
        for hidden, missing in pairs:
            for method in ("GET", "OPTIONS", "POST"):
                assert told(client, hidden, method) == told(client, missing, method), f"{who}: {method} {hidden}"
    sys.stdout.write(f"{2 * 3 * len(pairs) * len(PEOPLE)} probes\n")


def test_no_bell_and_no_object_of_a_mirror_holds_a_word(world: World) -> None:
    files = [path for place in ("broker", "mirrors") for path in (VAR / place).rglob("*") if path.is_file()]
    assert files
    assert not [path for path in files if SECRET.encode() in path.read_bytes()]
