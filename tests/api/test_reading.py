"""What the API says to a member's program, and how it refuses."""

import io
import re
import tarfile

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Delivery, Membership, Scope
from advisories.predisclosure import sealing
from tests.advisories.predisclosure.told import make_batch, predisclosed, revised
from tests.api.asking import API, Program, make_token
from tests.leaks.addresses import patterns
from tests.make import make_advisory, make_contact, make_member, make_publication, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member)


@pytest.fixture
def program(contact: User, member: Membership) -> Program:
    return Program(make_token(contact, member)[1])


def test_the_list_says_what_is_held_and_when_it_becomes_public(program: Program) -> None:
    batch = make_batch(make_advisory(state=State.READY))
    advisory = predisclosed(title="A queue overflows", batch=batch)
    listed = program.json("/advisories")
    assert listed["count"] == 1
    (one,) = listed["items"]
    assert (one["number"], one["title"], one["version"]) == (advisory.number, "A queue overflows", 1)
    assert one["planned_at"].startswith(f"{batch.planned_at:%Y-%m-%dT%H:%M}")
    assert program.json(f"/batches/{one['batch']}")["advisories"] == [advisory.number]


def test_a_revision_is_given_whole_and_counts_as_fetched(program: Program) -> None:
    advisory = predisclosed(notes="For members alone.")
    said = program.json(f"/advisories/{advisory.number}/revisions/1")
    assert {one["name"] for one in said["sections"]} == {"description", "notes"}
    assert [one["name"] for one in said["patches"]] == ["1.patch"]
    assert Delivery.objects.get().fetched_at is not None


def test_a_patch_comes_byte_for_byte(program: Program) -> None:
    advisory = predisclosed()
    answer = program.get(f"/advisories/{advisory.number}/revisions/1/patches/1.patch")
    assert answer.content.startswith(b"--- a/queue.c\n")


def test_series_and_verdicts_are_those_of_the_revision(program: Program) -> None:
    advisory = predisclosed()
    here = f"/advisories/{advisory.number}/revisions/1"
    assert program.json(f"{here}/series")[0]["patches"] == ["1.patch"]
    assert program.json(f"{here}/verdicts") == []


def test_everything_secret_is_one_archive_and_what_is_public_is_not_in_it(program: Program) -> None:
    secret, public = predisclosed(), predisclosed()
    revised(secret)
    make_publication(public, timezone.now())
    with tarfile.open(fileobj=io.BytesIO(program.get("/archive.tar.gz").content)) as packed:
        assert {name.split("/")[0] for name in packed.getnames()} == {f"ssa{secret.number}-v2"}


def test_what_is_published_is_read_with_a_token_too(program: Program) -> None:
    public = make_advisory(state=State.PUBLIC, title="Everybody reads it")
    (one,) = program.json("/published")["items"]
    assert one["title"] == "Everybody reads it"
    assert one["page"].endswith(f"/advisories/{public.number}/public")


def test_somebody_on_the_team_reads_revisions_and_no_draft() -> None:
    advisory, drafted = predisclosed(title="Frozen"), make_advisory(state=State.READY, title="Drafted")
    program = Program(make_token(make_user("", Role.SECURITY))[1])
    assert [one["number"] for one in program.json("/advisories")["items"]] == [advisory.number]
    assert program.get(f"/advisories/{drafted.number}").status_code == 404


@pytest.mark.parametrize(
    ("query", "numbers"),
    [("state=secret", [1]), ("state=public", [2]), ("batch=nothing", []), ("changed_since=2031-01-01T00:00:00Z", [])],
)
def test_the_list_is_narrowed_by_what_is_declared(program: Program, query: str, numbers: list[int]) -> None:
    predisclosed(number=1)
    make_publication(predisclosed(number=2), timezone.now())
    assert [one["number"] for one in program.json(f"/advisories?{query}")["items"]] == numbers


def test_pages_follow_each_other(program: Program) -> None:
    for number in range(1, 6):
        predisclosed(number=number)
    pages = [program.json(f"/advisories?page_size=2&page={page}") for page in (1, 2, 3, 4)]
    assert [[one["number"] for one in page["items"]] for page in pages] == [[1, 2], [3, 4], [5], []]
    assert {(page["count"], page["pages"]) for page in pages} == {(5, 3)}


def test_what_has_not_changed_is_not_sent_again(program: Program) -> None:
    advisory = predisclosed()
    first = program.get("/advisories")
    again = program.get("/advisories", **{"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    revised(advisory)
    assert program.get("/advisories", **{"If-None-Match": first["ETag"]}).status_code == 200


REFUSALS = {
    "/advisories/987654": 404,
    "/nothing/at/all": 404,
    "/advisories?page=0": 422,
    "/advisories?page_size=101": 422,
    "/advisories?state=drafting": 422,
    "/advisories?changed_since=kanari": 422,
}


@pytest.mark.parametrize("path", REFUSALS)
def test_a_refusal_is_a_problem_in_json(program: Program, path: str) -> None:
    answer = program.get(path)
    assert answer.status_code == REFUSALS[path]
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(answer.json())
    assert "kanari" not in answer.text


def test_a_method_that_is_not_taken_is_a_problem_too(program: Program) -> None:
    answer = Client().delete(f"{API}/advisories", headers={"Authorization": f"Bearer {program.secret}"})
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"
    assert "GET" in answer["Allow"]


def test_hidden_and_missing_are_the_same_answer(program: Program) -> None:
    hidden = make_advisory(state=State.READY)
    for rest in ("", "/revisions", "/revisions/1", "/revisions/1/text", "/revisions/1/patches", "/archive.tar.gz"):
        answers = [program.get(f"/advisories/{number}{rest}") for number in (hidden.number, 987_654)]
        assert [one.status_code for one in answers] == [404, 404]
        assert answers[0].content == answers[1].content
        assert dict(answers[0].headers) == dict(answers[1].headers)


def test_nothing_of_it_is_kept_on_the_way(program: Program) -> None:
    for path in ("/advisories", "/archive.tar.gz", "/advisories/987654"):
        assert "no-store" in program.get(path)["Cache-Control"]


def test_a_session_in_a_browser_opens_nothing(client: Client, contact: User) -> None:
    predisclosed()
    client.force_login(contact)
    answer = client.get(f"{API}/advisories")
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_token_for_feeds_does_not_open_the_api(contact: User, member: Membership) -> None:
    assert Program(make_token(contact, member, Scope.FEED)[1]).get("/advisories").status_code == 401


def test_whoever_asks_too_often_is_told_when_to_come_again(program: Program, settings: Settings) -> None:
    settings.API_PER_MINUTE = 3
    answers = [program.get("/me") for _ in range(5)]
    assert [one.status_code for one in answers].count(429) >= 1
    refused = next(one for one in answers if one.status_code == 429)
    assert 0 < int(refused["Retry-After"]) <= 60


def test_behind_a_proxy_one_who_guesses_does_not_use_up_what_others_may_ask(settings: Settings, db: None) -> None:
    settings.API_PER_MINUTE, settings.BEHIND_PROXY = 3, True
    guessing = Program("pst_" + "0" * 43)
    answers = [guessing.get("/me", **{"X-Forwarded-For": "192.0.2.1"}).status_code for _ in range(5)]
    assert 429 in answers
    assert guessing.get("/me", **{"X-Forwarded-For": "192.0.2.2"}).status_code == 401


_OF_THE_LIMIT = re.compile(r"accounts_cache|^(?:RELEASE )?SAVEPOINT")


@pytest.mark.parametrize("path", ["/advisories", "/batches", "/archive.tar.gz", "/published"])
def test_a_list_of_many_asks_as_often_as_a_list_of_one(program: Program, path: str) -> None:
    counted: list[int] = []
    batch = make_batch(make_advisory(state=State.READY))
    for _ in range(2):
        for _ in range(len(counted) * 10 + 1):
            predisclosed(batch=batch)
            make_advisory(state=State.PUBLIC)
        sealing.seal_waiting()
        program.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert program.get(path).status_code == 200
        # The limit on asking counts by the minute, and writes in a savepoint where one begins.
        counted.append(sum(not _OF_THE_LIMIT.search(query["sql"]) for query in queries))
    assert counted[0] == counted[1]


def test_every_address_of_the_api_is_in_its_document() -> None:
    written = Client().get(f"{API}/openapi.json").json()["paths"]
    named = {name for name, _ in patterns(get_resolver()) if name.startswith("api:")}
    assert len(written) + 3 == len(named), "the document, its page and the answer for everything else are not in it"


def test_the_page_of_the_api_has_every_operation() -> None:
    page = Client().get(f"{API}/docs/")
    for address in Client().get(f"{API}/openapi.json").json()["paths"]:
        assert address in page.text
    assert '<script src="http' not in page.text
