"""What a process keeps of its answers to strangers: fast, and never longer than it is true."""

import gzip
import time
from datetime import time as datetime_time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role
from advisories import numbering, policies
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Publication
from advisories.policy import Announced, Policy
from advisories.public import keeping
from advisories.release import scheduling
from advisories.release.batching import BatchState
from tests.advisories.test_public_pages import published
from tests.make import make_advisory, make_publication, make_user

__all__ = ["published"]

EVERYWHERE = (
    *("/", "/advisories/", "/advisories/12/", "/advisories/12/v1/", "/advisories/12/records/osv.json"),
    *("/advisories/feed.atom", "/advisories/index.json", "/csaf/index.txt", "/advisories/12/v2/ssa12-v2.txt"),
)


def warmed(*addresses: str) -> None:
    """Ask until the answer is kept."""
    for address in addresses:
        for _ in range(3):
            assert Client().get(address).status_code in (200, 404)


@pytest.mark.parametrize("address", EVERYWHERE)
def test_what_is_kept_takes_one_query(
    published: Advisory, address: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    warmed(address)
    with django_assert_num_queries(1):
        assert Client().get(address).status_code == 200


@pytest.mark.parametrize(("address", "most"), [("/advisories/", 5), ("/advisories/12/", 6)])
def test_no_page_takes_more_queries_for_being_kept(published: Advisory, address: str, most: int) -> None:
    for number in (30, 31, 32):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            Client().get(address)
        assert len(asked) <= most
        make_publication(make_advisory(number=number), timezone.now())


@pytest.mark.parametrize("address", EVERYWHERE)
def test_what_was_kept_is_what_was_made(published: Advisory, address: str) -> None:
    first = Client().get(address)
    warmed(address)
    kept = Client().get(address)
    assert kept.content == first.content
    ours = {name: value for name, value in kept.headers.items() if name != "Cache-Control"}
    assert ours == {name: value for name, value in first.headers.items() if name != "Cache-Control"}
    assert "default-src 'none'" in kept.headers["Content-Security-Policy"]
    assert kept.headers["Vary"] == "Cookie, Accept-Encoding"


def test_an_advisory_appears_at_its_instant_by_the_clock_of_the_database_however_warm_everything_is(
    published: Advisory,
) -> None:
    hidden = make_advisory(number=40, title="Armed and waiting", state=State.READY)
    addresses = ("/", "/advisories/", "/advisories/40/", "/advisories/feed.atom", "/advisories/index.json")
    instant = timezone.now() + timedelta(seconds=1.5)
    make_publication(hidden, instant)
    warmed(*addresses)
    assert all("Armed and waiting" not in Client().get(address).content.decode() for address in addresses)
    while not Publication.objects.live().filter(number=40).exists():
        told = {address: Client().get(address).content.decode() for address in addresses}
        if not Publication.objects.live().filter(number=40).exists():
            # Asked and answered before the instant.
            assert not [one for one in told.values() if "Armed and waiting" in one]
        time.sleep(0.02)
    assert timezone.now() - instant < timedelta(seconds=1)
    assert all("Armed and waiting" in Client().get(address).content.decode() for address in addresses)


@pytest.mark.parametrize("what", ["published", "withdrawn", "superseded", "policy"])
def test_whatever_readers_are_told_is_told_at_once(published: Advisory, what: str) -> None:
    address = "/policy/" if what == "policy" else "/advisories/12/"
    warmed(address, "/")
    before = Client().get(address).content
    coordinator = make_user("coordinator@sluice.example", Role.COORDINATOR)
    published.refresh_from_db()
    match what:
        case "published":
            Advisory.objects.filter(pk=published.pk).update(title="Another title", state=State.PUBLIC)
            make_publication(published, timezone.now())
        case "withdrawn":
            numbering.withdraw(published, because="It was none.", by=coordinator)
        case "superseded":
            other = make_advisory(number=41, state=State.PUBLIC)
            numbering.supersede(published, other, by=coordinator)
        case "policy":
            policies.change(Policy("SSA", predisclosure_days=3), based_on=0, by=coordinator, why="Shorter.")
    assert Client().get(address).content != before


def test_what_no_turn_tells_of_is_seen_after_a_few_seconds(
    published: Advisory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "LONGEST_S", 0.2)
    warmed("/advisories/12/")
    withdrawn = {"state": State.WITHDRAWN, "ended_because": "It was none.", "withdrawn_at": timezone.now()}
    Advisory.objects.filter(pk=published.pk).update(**withdrawn)
    time.sleep(0.25)
    assert "It was none." in Client().get("/advisories/12/").content.decode()


def test_a_person_neither_gets_what_was_kept_nor_leaves_anything(published: Advisory) -> None:
    person = Client()
    person.force_login(make_user("manager@sluice.example", Role.RELEASE_MANAGER))
    for _ in range(3):
        assert "manager@sluice.example" in person.get("/advisories/12/").content.decode()
    warmed("/advisories/12/")
    assert "manager@sluice.example" not in Client().get("/advisories/12/").content.decode()
    assert "manager@sluice.example" in person.get("/advisories/12/").content.decode()
    assert "no-store" in person.get("/advisories/12/").headers["Cache-Control"]


def test_a_message_for_one_browser_is_shown_to_nobody_else(published: Advisory) -> None:
    warmed("/")
    other = Client()
    other.cookies["messages"] = "whatever"
    assert not other.get("/").has_header("ETag")


def test_a_page_is_packed_once_and_under_a_tag_of_its_own(published: Advisory) -> None:
    plain = Client().get("/advisories/12/")
    packed = Client().get("/advisories/12/", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert packed.headers["Content-Length"] == str(len(packed.content))
    assert packed.headers["ETag"] != plain.headers["ETag"]
    for headers in ({"Accept-Encoding": "gzip;q=0"}, {"Accept-Encoding": "br"}, {}):
        assert not Client().get("/advisories/12/", headers=headers).has_header("Content-Encoding")
    for answer, accepted in ((plain, "identity"), (packed, "gzip")):
        headers = {"Accept-Encoding": accepted, "If-None-Match": answer.headers["ETag"]}
        again = Client().get("/advisories/12/", headers=headers)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["ETag"] == answer.headers["ETag"]


def test_one_host_is_not_answered_with_what_was_kept_for_another(published: Advisory, settings: Settings) -> None:
    warmed("/advisories/12/")
    assert Client().get("/advisories/12/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_hidden_and_missing_are_alike_with_everything_kept(published: Advisory) -> None:
    make_advisory(number=50, state=State.READY)
    warmed("/advisories/12/", "/advisories/50/", "/advisories/51/")
    hidden, missing = (Client().get(f"/advisories/{number}/") for number in (50, 51))
    assert (hidden.status_code, hidden.content) == (missing.status_code, missing.content)


def test_no_more_is_kept_than_fits(published: Advisory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 60_000)
    for word in range(20):
        Client().get(f"/advisories/?q={word}")
    assert 0 < keeping._shelf.size <= 60_000
    assert keeping._shelf.size == sum(one.size for one in keeping._shelf.answers.values())


def settled_in(seconds: int) -> None:
    """A release whose date is settled, at no time of day that a policy names."""
    team = make_user("planner@sluice.example", Role.SECURITY)
    batch = scheduling.plan([make_advisory(number=16)], timezone.now() + timedelta(days=2), by=team)
    at = timezone.now() + timedelta(seconds=seconds)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.FROZEN, planned_at=at)


def ages(address: str) -> list[int]:
    """How long caches may keep a page: made anew, kept, confirmed."""
    first = Client().get(address)
    answers = [first, *(Client().get(address) for _ in range(2))]
    answers.append(Client().get(address, headers={"If-None-Match": first["ETag"]}))
    assert [answer.status_code for answer in answers] == [200, 200, 200, 304]
    return [int(answer["Cache-Control"].rpartition("max-age=")[2]) for answer in answers]


@pytest.mark.parametrize("address", ["/", "/advisories/12/", "/advisories/feed.atom"])
def test_no_cache_outlives_a_date_that_is_announced(published: Advisory, address: str) -> None:
    coordinator = make_user("coordinator@sluice.example", Role.COORDINATOR)
    announcing = Policy("SSA", announced=frozenset({Announced.DATES}), release_time=away_from_now())
    policies.change(announcing, based_on=0, by=coordinator, why="Readers plan their nights.")
    settled_in(20)
    assert all(0 < age <= 20 for age in ages(address))


@pytest.mark.parametrize("address", ["/", "/advisories/12/"])
def test_a_date_that_nobody_was_told_shortens_nothing(published: Advisory, address: str) -> None:
    coordinator = make_user("coordinator@sluice.example", Role.COORDINATOR)
    silent = Policy("SSA", announced=frozenset(), release_time=away_from_now())
    policies.change(silent, based_on=0, by=coordinator, why="Nobody is told.")
    settled_in(20)
    assert ages(address) == [60, 60, 60, 60]


def away_from_now() -> datetime_time:
    """A time of day half a day from now."""
    return (timezone.now() + timedelta(hours=12)).time().replace(second=0, microsecond=0)
