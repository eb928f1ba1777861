"""The doors besides pages: caches, search words, errors, logs, mails, messages of the broker, health."""

import base64
import json
import logging
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.conf import settings
from django.core import mail
from django.test import Client, TestCase

from advisories import bells, posting
from advisories.models import OutgoingMail
from releases.checking import bells as checking_bells
from tests.conftest import VAR
from tests.leaks.addresses import addresses
from tests.leaks.crawl import Crawl, told, whole
from tests.leaks.words import HIDDEN_NUMBER, NONSENSE, OTHERS_TOKEN, SECRET, word
from tests.leaks.world import PEOPLE, RIGHTFUL, World

pytestmark = pytest.mark.timeout(900)

PAGES = (
    "/",
    "/advisories/",
    "/board",
    "/trees/",
    "/policy/",
    "/calendar/releases.ics",
    f"/advisories/{HIDDEN_NUMBER}/",
)
SEARCHES = ("/advisories/?q={}", "/board?tree={}", "/board?branch={}", "/triage/?q={}", "/flags/?owner={}", "/?q={}")


@pytest.mark.parametrize("who", RIGHTFUL)
def test_who_must_see_does(who: str, world: World) -> None:
    """A crawl that finds nothing is worth something only where the same crawl finds what is there."""
    client = world.clients[who]
    answers = [client.get(address) for address in _of_the_hidden()]
    assert not [answer.request["PATH_INFO"] for answer in answers if answer.status_code >= 500]
    heard = "".join(whole(answer) for answer in answers)
    if "guest" not in who and world.report is not None:
        thread = whole(client.get(world.report.get_absolute_url()))
        assert not [
            place for place in ("report-text", "opened-text", "team-note", "terms") if word(place) not in thread
        ]
    wanted = ["title", "impact", "line", "note", "comment"]
    wanted += ["batch", "report-title"] if "guest" not in who else []
    assert not [place for place in wanted if word(place) not in heard]


def _of_the_hidden() -> list[str]:
    wanted = ("detail", "edit", "embargo", "series", "check", "report", "queue", "letters", "month", "patch_file")
    return [address for name, address in addresses() if name.split(":")[-1] in wanted]


@pytest.mark.parametrize("who", PEOPLE)
def test_a_secret_word_is_answered_like_nonsense(who: str, world: World) -> None:
    client = world.clients[who]
    for pattern in SEARCHES:
        # The first to ask a page in a while may make the site look up what it then keeps for everyone.
        told(client, pattern.format("first"))
        for place in ("title", "ready-title", "report-title", "batch"):
            said = word(place)
            # Of one length, since the answer may repeat what was asked; never the same twice, since answers are kept.
            nonsense = said.replace(SECRET, NONSENSE)
            status, headers, body, queries = told(client, pattern.format(said))
            other_status, other_headers, other_body, other_queries = told(client, pattern.format(nonsense))
            assert (status, queries) == (other_status, other_queries), pattern
            assert body.replace(said.encode(), nonsense.encode()) == other_body, pattern
            # The tag is a digest of the body, which repeats the question.
            differing = {name for name, _ in set(headers) ^ set(other_headers)}
            assert differing <= {"ETag"}, pattern


def test_what_somebody_else_read_is_nobody_elses(world: World) -> None:
    """A rightful request first, then a stranger's at the same address, with the tag that the first one got."""
    crawl = Crawl(world)
    for address in PAGES:
        rightful = world.clients["security"].get(address)
        assert "no-store" in rightful["Cache-Control"], address
        for who in PEOPLE:
            answer = world.clients[who].get(address, headers={"If-None-Match": rightful.get("ETag", '"x"')})
            assert answer.status_code != 304, address
            crawl.look(who, answer, f"GET {address} after somebody rightful")
    assert not crawl.found


ODD: tuple[tuple[int, Callable[[Client], object]], ...] = (
    (400, lambda client: client.get("/advisories/", headers={"Host": "kan.example"})),
    (404, lambda client: client.get(f"/advisories/{HIDDEN_NUMBER}/")),
    (404, lambda client: client.get("/advisories/%00/")),
    (405, lambda client: client.put("/advisories/")),
    (404, lambda client: client.get(f"/report/{OTHERS_TOKEN}/files/1/{word('attached')}.c")),
)


@pytest.mark.parametrize("who", PEOPLE)
def test_refusals_say_nothing(who: str, world: World) -> None:
    crawl = Crawl(world)
    for status, ask in ODD:
        answer = ask(world.clients[who])
        assert answer.status_code == status  # type: ignore[attr-defined]
        assert not list(crawl.told(who, whole(answer), word("attached")))


def test_a_page_that_breaks_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError(word("title"))

    monkeypatch.setattr("advisories.models.advisory.AdvisoryQuerySet.visible_to", broken)
    for who in ("anonymous", "guest of another"):
        answer = world.clients[who].get("/advisories/")
        assert answer.status_code == 500
        assert SECRET not in whole(answer)


def test_no_log_line_holds_a_word(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Down to DEBUG, while the team reads everything: what the rightful see is not written into logs."""
    caplog.set_level(logging.DEBUG)
    # Of the database's own log, which is off wherever DEBUG is.
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    for address in _of_the_hidden():
        world.clients["security"].get(address)
    lines = [line for line in caplog.messages if SECRET in line]
    assert not lines
    assert caplog.messages or _of_the_hidden()


def test_no_letter_holds_a_word(world: World) -> None:
    """Letters to finders and guests carry a link and a reference: no title, text, name of a file or a number."""
    for promised in OutgoingMail.objects.all():
        posting.send(promised.pk)
    assert mail.outbox
    for letter in mail.outbox:
        heard = letter.message().as_string()
        for address in letter.recipients():
            heard = heard.replace(address, "")
        assert SECRET not in heard.replace(word("finder-name"), ""), letter.subject
        assert str(HIDDEN_NUMBER) not in heard
    sys.stdout.write(f"{len(mail.outbox)} letters\n")


def test_messages_carry_ids_only(world: World) -> None:
    """What waits in the broker: a task's name and whole numbers."""
    letter = OutgoingMail.objects.all()[0]
    with TestCase.captureOnCommitCallbacks(execute=True):
        bells.ring_for_letter(letter.pk)
        checking_bells.ring_for_run(1)
    found = list(_messages())
    for message in found:
        args = json.loads(base64.b64decode(message["body"]))[0]
        assert all(isinstance(one, int) for one in args), args
    assert found


def _messages() -> Iterator[dict[str, Any]]:
    """What waits in the broker, whichever it is."""
    if settings.CELERY_BROKER_URL.startswith("redis:"):
        waiting: Any = redis.Redis.from_url(settings.CELERY_BROKER_URL).lrange("celery", 0, -1)
        yield from (json.loads(one) for one in waiting)
    else:
        folder = VAR / "broker" / "messages"
        yield from (json.loads(path.read_bytes()) for path in folder.rglob("*") if path.is_file())


def test_health_says_one_word(world: World) -> None:
    assert Client().get("/healthz").content == b"alive\n"
    assert Client().get("/readyz").content == b"ready\n"
