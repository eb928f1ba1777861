"""The list of everything that is public, the front page, and what may be kept of both."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Role
from advisories import numbering, policies
from advisories.lifecycle import State
from advisories.models import Advisory, Identifier, Publication, PublicEntry, Standing, Vector
from advisories.policy import Announced, Policy
from advisories.public.ages import max_age_s
from advisories.public.asking import Asked
from advisories.release import publishing
from tests.advisories.release.test_planning import released
from tests.advisories.test_public_pages import VECTOR, fixes, shown
from tests.make import make_advisory, make_publication, make_user


@pytest.fixture
def three(db: None) -> list[Advisory]:
    """Three that are published, in different years, of different severity, found by different people."""
    first = make_advisory(number=1, title="Alpha ring stalls", state=State.DRAFTING, description="The gate overflows.")
    Vector.objects.create(advisory=first, vector=VECTOR)
    Identifier.objects.create(advisory=first, value="CVE-2024-1111", state=Standing.ASSIGNED)
    publishing.publish_known(first, fixes(), datetime(2024, 5, 7, 12, tzinfo=UTC))
    second = make_advisory(number=2, title="beta leaks", state=State.DRAFTING, description="Overflowing gates.")
    publishing.publish_known(second, fixes(), datetime(2025, 5, 6, 12, tzinfo=UTC))
    third = make_advisory(number=3, title="Gamma waits since SSA-1", state=State.DRAFTING)
    make_publication(third, datetime(2026, 5, 5, 12, tzinfo=UTC))
    make_advisory(number=4, title="Alpha hidden gate", state=State.READY)
    make_advisory(number=6, title="Alpha armed gate", state=State.PUBLIC, public_in=timedelta(days=2))
    return [first, second, third]


def numbers(query: str) -> list[str]:
    page = shown(f"/advisories/?{query}")
    return [one.split("<")[0] for one in page.split('class="board-number"')[1:] for one in [one.split(">", 1)[1]]]


def test_the_list_shows_what_is_public_and_the_newest_number_first(three: list[Advisory]) -> None:
    assert numbers("") == ["SSA-3", "SSA-2", "SSA-1"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=overflow+gate", ["SSA-2", "SSA-1"]),
        ("q=alpha", ["SSA-1"]),
        ("q=CVE-2024", ["SSA-1"]),
        ("q=%22+OR+NEAR(*", []),
        ("q=SSA-1", ["SSA-3", "SSA-1"]),
        ("q=ssa1+ring", ["SSA-1"]),
        ("q=ssa2-1.6.patch", []),
        ("q=ssa2+gates", ["SSA-2"]),
        ("q=SSA-4", []),
        ("q=SSA-2+SSA-1", []),
        ("year=2025", ["SSA-2"]),
        ("year=9999", []),
        ("severity=high", ["SSA-1"]),
        ("severity=unscored", ["SSA-3", "SSA-2"]),
        ("branch=sluice/1.6", ["SSA-2", "SSA-1"]),
        ("branch=sluice/1", []),
        ("branch=sluice", ["SSA-2", "SSA-1"]),
        ("q=overflow&branch=sluice&year=2024&severity=high&state=in+force&sort=-title", ["SSA-1"]),
        ("q=overflow&branch=sluice/1.6&state=in+force&sort=title", ["SSA-1", "SSA-2"]),
        ("q=alpha&branch=sluice/1.6&year=2025", []),
        ("sort=title", ["SSA-1", "SSA-2", "SSA-3"]),
        ("sort=-title", ["SSA-3", "SSA-2", "SSA-1"]),
        ("sort=-severity", ["SSA-1", "SSA-3", "SSA-2"]),
        ("sort=published", ["SSA-1", "SSA-2", "SSA-3"]),
        ("state=in+force", ["SSA-3", "SSA-2", "SSA-1"]),
        ("state=withdrawn", []),
        ("sort=nonsense&state=x&year=x&severity=x&page=-1", ["SSA-3", "SSA-2", "SSA-1"]),
    ],
)
def test_the_list_is_narrowed_and_sorted(three: list[Advisory], query: str, found: list[str]) -> None:
    assert numbers(query) == found


@pytest.mark.parametrize(
    ("query", "kept"), [("sort=title", "title"), ("sort=-updated&q=alpha", "-updated"), ("sort=number", "number")]
)
def test_an_order_outlives_another_filter(three: list[Advisory], query: str, kept: str) -> None:
    assert f'<input type="hidden" name="sort" value="{kept}">' in shown(f"/advisories/?{query}")
    assert 'name="sort"' not in shown("/advisories/?sort=-number&q=alpha")


@pytest.mark.parametrize("query", ["q=the", "q=the+gate", "q=the&branch=sluice/1.6", "q=%27%27%27"])
def test_words_that_stand_in_every_text_exclude_nothing(three: list[Advisory], query: str) -> None:
    """PostgreSQL looks for no such word, and found nothing at all where a question had no other."""
    assert "SSA-1" in numbers(query)


def test_the_list_is_narrowed_by_what_became_of_an_advisory(three: list[Advisory]) -> None:
    hidden = Advisory.objects.get(number=4)
    now = timezone.now()
    withdrawn = {"state": State.WITHDRAWN, "ended_because": "Wrong.", "public_at": now, "withdrawn_at": now}
    Advisory.objects.filter(pk=three[0].pk).update(**withdrawn)
    Advisory.objects.filter(pk=three[1].pk).update(superseded_by=three[2], title="Beta leaks more")
    Advisory.objects.filter(pk=three[2].pk).update(superseded_by=hidden)
    publishing.publish_known(three[1], fixes(), timezone.now(), changes="Impact.")
    found = {state: numbers(f"state={state}") for state in ("in+force", "issued+again", "superseded", "withdrawn")}
    assert found == {
        "in+force": ["SSA-3"], "issued+again": ["SSA-2"], "superseded": ["SSA-2"], "withdrawn": ["SSA-1"]
    }  # fmt: skip


def test_the_list_is_another_once_an_advisory_took_the_place_of_another(three: list[Advisory]) -> None:
    first = Client().get("/advisories/?state=superseded")
    Advisory.objects.filter(pk=three[1].pk).update(superseded_by=Advisory.objects.get(number=4))
    assert Client().get("/advisories/?state=superseded")["ETag"] == first["ETag"]
    Advisory.objects.filter(pk=three[1].pk).update(superseded_by=None)
    three[1].refresh_from_db()
    numbering.supersede(three[1], three[2], by=None)
    assert Client().get("/advisories/?state=superseded")["ETag"] != first["ETag"]


def test_the_list_takes_as_many_queries_however_much_there_is(
    db: None, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(120):
        make_advisory(number=number + 1, state=State.PUBLIC)
    for query in ("", "?page=3", "?q=guests&sort=-published&year=2026", "?tag=x86&state=superseded"):
        with django_assert_max_num_queries(5):
            assert Client().get(f"/advisories/{query}").status_code == 200


def test_further_pages_of_the_list_have_addresses_of_their_own(db: None) -> None:
    for number in range(51):
        make_advisory(number=number + 1, state=State.PUBLIC)
    assert '"/advisories/page/2/"' in shown("/advisories/")
    second = shown("/advisories/page/2/")
    assert "SSA-1<" in second
    assert "SSA-2<" not in second
    assert Client().get("/advisories/page/1/").headers["Location"] == "/advisories/"
    for missing in (0, 3, 2**70):
        assert Client().get(f"/advisories/page/{missing}/").status_code == 404


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("v1/public", "v1/"),
        ("v2/text", "v2/ssa12-v2.txt"),
        ("v2/patches/a.patch/lines", "v2/lines/a.patch/"),
    ],
)
def test_old_addresses_lead_to_the_new_ones(db: None, old: str, new: str) -> None:
    answer = Client().get(f"/advisories/12/{old}")
    assert (answer.status_code, answer.headers["Location"]) == (301, f"/advisories/12/{new}")


def test_an_earlier_version_is_not_found_by_its_words(three: list[Advisory]) -> None:
    Advisory.objects.filter(pk=three[0].pk).update(title="Delta ring")
    publishing.publish_known(three[0], fixes(), timezone.now(), changes="The title.")
    assert numbers("q=alpha") == []
    assert numbers("q=delta") == ["SSA-1"]


def test_every_publication_has_its_entry(three: list[Advisory]) -> None:
    assert PublicEntry.objects.count() == Publication.objects.count()


def test_the_list_is_confirmed_until_something_is_published(three: list[Advisory]) -> None:
    first = Client().get("/advisories/")
    again = Client().get("/advisories/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Cache-Control"] == first["Cache-Control"]
    make_publication(make_advisory(number=9), timezone.now())
    assert Client().get("/advisories/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_a_page_is_confirmed_by_its_date_too(three: list[Advisory]) -> None:
    first = Client().get("/advisories/2/")
    assert first["Last-Modified"] == "Tue, 06 May 2025 12:00:00 GMT"
    again = Client().get("/advisories/2/", headers={"If-Modified-Since": first["Last-Modified"]})
    assert again.status_code == 304


def test_a_page_is_another_once_there_is_another_version(three: list[Advisory]) -> None:
    first = Client().get("/advisories/2/")
    Advisory.objects.filter(pk=three[1].pk).update(impact="Larger.")
    unpublished = Client().get("/advisories/2/", headers={"If-None-Match": first["ETag"]})
    assert unpublished.status_code == 304
    publishing.publish_known(three[1], fixes(), timezone.now(), changes="Impact.")
    assert Client().get("/advisories/2/", headers={"If-None-Match": first["ETag"]}).status_code == 200


def test_what_is_armed_changes_nothing_that_a_stranger_could_see(three: list[Advisory]) -> None:
    def told() -> list[object]:
        addresses = ("/", "/advisories/", "/advisories/2/", "/advisories/feed.atom")
        answers = [Client().get(address) for address in addresses]
        return [(answer.content, answer["ETag"]) for answer in answers]

    before = told()
    make_advisory(number=8, title="Armed", state=State.PUBLIC, public_in=timedelta(seconds=40))
    assert told() == before


@pytest.mark.parametrize(
    ("now", "seconds"),
    [("11:58:59", 60), ("11:59:30", 30), ("12:00:00", 60), ("23:59:59", 60)],
)
def test_nothing_is_kept_past_the_time_of_day_at_which_releases_are(now: str, seconds: int) -> None:
    at = datetime.fromisoformat(f"2026-05-05T{now}+00:00")
    assert max_age_s(Policy("SSA"), at) == seconds


def test_a_person_gets_nothing_that_may_be_kept(three: list[Advisory]) -> None:
    client = Client()
    client.force_login(make_user("manager@sluice.example", Role.RELEASE_MANAGER))
    answer = client.get("/advisories/2/")
    assert "no-store" in answer["Cache-Control"]
    assert not answer.has_header("ETag")


def test_the_front_page_tells_the_next_date_where_the_policy_does(db: None) -> None:
    released(-5)
    assert "Next release" not in shown("/")
    coordinator = make_user("coordinator@sluice.example", Role.COORDINATOR)
    policy = Policy("SSA", announced=frozenset({Announced.DATES}))
    policies.change(policy, based_on=0, by=coordinator, why="Readers plan.")
    assert "How a vulnerability is handled here" in shown("/")


def test_what_is_asked_for_is_read_from_any_address() -> None:
    assert Asked.of({"q": "a\0b", "year": "²⁰²⁶", "severity": "x", "sort": "-title"}) == Asked(words="ab", sort="title")
