"""Every list takes as many queries with many rows as with few."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from advisories.content import Fixes
from advisories.lifecycle import State
from advisories.models import Advisory, Reissue, Report
from advisories.release import freezing, scheduling
from advisories.release.batching import Audience
from advisories.reporting import incoming, intake, triage
from tests.make import make_advisory, make_guest, make_report, make_user

MANY = 6


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(number=1, state=State.READY, impact="Large.")


def a_report(place: int, team: User, advisory: Advisory) -> None:
    report = make_report(f"Overflow {place}", name=f"Finder {place}", address=f"finder{place}@research.example")
    triage.assign(report, team, by=team)
    triage.answer(report, "Thank you.", by=team)


def a_letter(place: int, team: User, advisory: Advisory) -> None:
    raw = f"From: <finder{place}@research.example>\nAuto-Submitted: auto-replied\nSubject: Away\n\nI am away.\n"
    incoming.receive(raw.encode())


def a_message(place: int, team: User, advisory: Advisory) -> None:
    report = Report.objects.first() or make_report()
    Report.objects.filter(pk=report.pk).update(reference="abcdef")
    report.refresh_from_db()
    intake.continue_thread(report, f"More, {place}.", [(f"proof{place}.txt", b"proof")])


def a_batch(place: int, team: User, advisory: Advisory) -> None:
    planned = make_advisory(state=State.READY)
    scheduling.plan([planned], timezone.now() + timedelta(days=place + 1), by=team)


def a_seat(place: int, team: User, advisory: Advisory) -> None:
    make_guest(advisory, f"guest{place}@vendor.example")


def a_revision(place: int, team: User, advisory: Advisory) -> None:
    Advisory.objects.filter(pk=advisory.pk).update(impact=f"Large, {place}.")
    changed = Advisory.objects.get(pk=advisory.pk)
    first = {} if place == 0 else {"reason": Reissue.TEXT, "changes": "Words."}
    freezing.freeze(changed, Fixes(), audience=Audience.READERS, by=team, **first)  # type: ignore[arg-type]


def an_advisory(place: int, team: User, advisory: Advisory) -> None:
    make_advisory(title=f"Title {place}", state=State.DRAFTING)


@pytest.mark.parametrize(
    ("address", "more"),
    [
        ("/triage/", a_report),
        ("/triage/?show=all", a_report),
        ("/triage/?q=overflow", a_report),
        ("/triage/letters/", a_letter),
        ("/triage/abcdef/", a_message),
        ("/calendar/", a_batch),
        ("/calendar/record/", a_batch),
        ("/calendar/team.ics", a_batch),
        ("/desk/", a_batch),
        ("/advisories/", an_advisory),
        ("/advisories/1/seats/", a_seat),
        ("/advisories/1/", a_revision),
        ("/advisories/1/v2", a_revision),
        ("/advisories/1/embargo/", a_seat),
    ],
)
def test_a_list_asks_no_more_of_the_database_when_it_is_long(
    address: str, more: Callable[[int, User, Advisory], None], team: User, advisory: Advisory
) -> None:
    client = Client()
    client.force_login(team)

    def asked() -> int:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200, address
        return len(queries)

    for place in range(2):
        more(place, team, advisory)
    few = asked()
    for place in range(2, 2 + MANY):
        more(place, team, advisory)
    assert asked() == few
