"""The doors besides pages: caches, search words, errors, logs, mails, messages of the broker, health."""

from collections.abc import Callable
from functools import partial

import pytest
import time_machine
from django.core import mail
from django.test import Client, TestCase
from django.utils import timezone
from pytest_django import Settings

from accounts.models.outgoing import Outgoing
from advisories import bells
from advisories.lifecycle import State
from advisories.models import OutgoingMail
from releases.checking import bells as checking_bells
from tests.leaks import spies
from tests.leaks.addresses import addresses
from tests.leaks.crawl import Crawl, told, whole
from tests.leaks.people import GUEST, PEOPLE, TEAM
from tests.leaks.words import HIDDEN_NUMBER, NONSENSE, OTHERS_TOKEN, SECRET, word
from tests.leaks.world import World
from tests.make import make_advisory

pytestmark = pytest.mark.timeout(900)

PAGES = (
    "/",
    "/advisories/",
    "/board/",
    "/trees/",
    "/policy/",
    "/calendar/releases.ics",
    f"/advisories/{HIDDEN_NUMBER}/",
)
OF_EVERYONE = (
    *("/", "/advisories/", "/advisories/feed.atom", "/advisories/index.json", "/board/", "/trees/", "/policy/"),
    *("/calendar/releases.ics", "/csaf/index.txt", "/statistics/", "/healthz", "/readyz"),
)
SEARCHES = ("/advisories/?q={}", "/board/?tree={}", "/board/?branch={}", "/triage/?q={}", "/flags/?owner={}", "/?q={}")


@pytest.mark.parametrize("who", [*TEAM, GUEST])
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
            with time_machine.travel(timezone.now(), tick=False):  # some pages say how long ago something was
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
    (403, lambda client: _from_elsewhere(client).post("/policy/save", {"why": word("why")})),
    (404, lambda client: client.get(f"/advisories/{HIDDEN_NUMBER}/")),
    (404, lambda client: client.get("/advisories/%00/")),
    (405, lambda client: client.put("/advisories/")),
    (404, lambda client: client.get(f"/report/{OTHERS_TOKEN}/files/1/{word('attached')}.c")),
    (429, lambda client: client.post("/report/", {"title": "Words", "text": "More words", "credit": "undecided"})),
)


def _from_elsewhere(client: Client) -> Client:
    """The same person, by a form of another site."""
    other = Client(enforce_csrf_checks=True)
    other.cookies = client.cookies
    return other


@pytest.mark.parametrize("who", PEOPLE)
def test_refusals_say_nothing(who: str, world: World, settings: Settings) -> None:
    settings.REPORTS_PER_HOUR = 0
    crawl = Crawl(world)
    for status, ask in ODD:
        answer = ask(world.clients[who])
        assert answer.status_code == status  # type: ignore[attr-defined]
        assert not list(crawl.told(who, whole(answer), f"{word('attached')} {word('why')}"))


def test_a_page_that_breaks_says_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> object:
        raise RuntimeError(word("title"))

    monkeypatch.setattr("advisories.models.advisory.AdvisoryQuerySet.visible_to", broken)
    for who in PEOPLE:
        answer = world.clients[who].get("/advisories/")
        assert answer.status_code == 500
        assert SECRET not in whole(answer)


def test_no_log_line_holds_a_word(world: World) -> None:
    """Down to DEBUG, while the team reads everything: what the rightful see is not written into logs."""
    with spies.log_lines() as lines:
        for address in _of_the_hidden():
            world.clients["security"].get(address)
    assert not [line for line in lines if SECRET in line]
    assert _of_the_hidden()


def test_no_letter_of_any_queue_holds_a_word(world: World) -> None:
    """They carry a link and a reference: no title, text, name of a file or number, and one address each."""
    assert not spies.letters_that_tell()
    assert mail.outbox


def test_every_queue_of_letters_is_looked_into() -> None:
    assert set(spies.POSTS) == set(Outgoing.__subclasses__())


def test_messages_carry_ids_only(world: World) -> None:
    """What waits in the broker: a task's name and whole numbers."""
    letter = OutgoingMail.objects.all()[0]
    with TestCase.captureOnCommitCallbacks(execute=True):
        bells.ring_for_letter(letter.pk)
        checking_bells.ring_for_run(1)
    assert spies.messages()
    assert not spies.bells_that_tell()


def test_one_more_secret_changes_no_public_page(world: World) -> None:
    """No count, no place in a row, no date of a feed: what is hidden is not counted either."""
    hide = partial(make_advisory, number=71_000, state=State.READY)
    for who in ("anonymous", "nobody"):
        assert not spies.changed_by(world.clients[who], OF_EVERYONE, hide)


def test_health_says_one_word(world: World) -> None:
    assert Client().get("/healthz").content == b"alive\n"
    assert Client().get("/readyz").content == b"ready\n"
