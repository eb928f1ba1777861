"""What contacts of members see of what was delivered to them, and what nobody else does."""

import io
import tarfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Role, User
from advisories.affected import Needs, Status
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Affected,
    Contact,
    Delivery,
    Event,
    Identifier,
    KeptFrom,
    Membership,
    MembershipState,
    Standing,
    What,
)
from advisories.predisclosure import sealing
from tests.advisories.predisclosure.told import make_batch, predisclosed, revised, tell
from tests.leaks.crawl import told
from tests.make import make_advisory, make_contact, make_guest, make_member, make_publication, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member)


@pytest.fixture
def reader(client: Client, contact: User) -> Client:
    client.force_login(contact)
    return client


def text_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.text


def test_the_desk_says_what_is_coming_the_nearest_first(reader: Client) -> None:
    for days, title in ((20, "The later one"), (5, "The sooner one")):
        advisory = make_advisory(state=State.READY)
        Advisory.objects.filter(pk=advisory.pk).update(title=title)
        predisclosed(title=title, batch=make_batch(advisory, days=days))
    page = text_of(reader, "/members/desk/")
    assert page.index("The sooner one") < page.index("The later one")
    assert "2 with news since you last looked" in page


def test_an_empty_desk_says_what_will_stand_there(reader: Client) -> None:
    assert "Nothing is coming" in text_of(reader, "/members/desk/")


def test_what_was_read_is_no_longer_new_and_counts_as_fetched(reader: Client, member: Membership) -> None:
    advisory = predisclosed(title="A queue overflows")
    assert Delivery.objects.get().fetched_at is None
    text_of(reader, f"/members/advisories/{advisory.number}/")
    assert Delivery.objects.get().fetched_at is not None
    assert "with news" not in text_of(reader, "/members/desk/")
    revised(advisory)
    assert "Another revision, v2" in text_of(reader, "/members/desk/")


def test_a_moved_date_shows_what_it_was(reader: Client) -> None:
    advisory = make_advisory(state=State.READY)
    batch = make_batch(advisory, days=10)
    moved = predisclosed(batch=batch)
    text_of(reader, f"/members/advisories/{moved.number}/")
    batch.planned_at = timezone.now() + timedelta(days=30)
    batch.save()
    tell(moved, What.DATE_MOVED, batch=batch)
    page = text_of(reader, "/members/desk/")
    assert "The date moved" in page
    assert f"{batch.planned_at:%-d %b %Y}" in page


def test_a_revision_is_shown_with_what_changed_and_its_notes(reader: Client) -> None:
    advisory = predisclosed(description="Many pages.", notes="Do not tell your mirrors.")
    revised(advisory, "Too many pages.")
    page = text_of(reader, f"/members/advisories/{advisory.number}/")
    assert "From v1 to v2" in page
    assert "Do not tell your mirrors." in page
    assert "It says more." in page
    assert "From v1" not in text_of(reader, f"/members/advisories/{advisory.number}/v1/")


def test_a_draft_after_the_revision_is_not_shown(reader: Client) -> None:
    advisory = predisclosed(title="As it was frozen")
    Advisory.objects.filter(pk=advisory.pk).update(title="As it is drafted", impact="Drafted as well")
    for address in ("/members/desk/", f"/members/advisories/{advisory.number}/"):
        assert "drafted" not in text_of(reader, address).lower()


def test_a_condition_on_something_that_is_not_held_is_not_told(reader: Client) -> None:
    hidden = make_advisory(number=4711, state=State.READY)
    advisory = make_advisory(state=State.PREDISCLOSED)
    Affected.objects.create(
        advisory=advisory, position=1, tree="sluice", ranges="1.0.x", status=Status.AFFECTED,
        condition_on=hidden, condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    predisclosed(advisory)
    assert "4711" not in text_of(reader, f"/members/advisories/{advisory.number}/")


def test_once_public_it_leads_to_its_public_page(reader: Client) -> None:
    advisory = predisclosed()
    make_publication(advisory, timezone.now() - timedelta(minutes=1))
    assert f'href="/advisories/{advisory.number}/public"' in text_of(reader, f"/members/advisories/{advisory.number}/")
    assert "Public by now" in text_of(reader, "/members/desk/")


def test_what_has_arrived_is_said_once_and_recorded(reader: Client, contact: User) -> None:
    advisory = predisclosed()
    for _ in range(2):
        assert reader.post(f"/members/advisories/{advisory.number}/acknowledge").status_code == 302
    assert Delivery.objects.get().acknowledged_by == contact
    assert Event.objects.filter(kind="delivery-acknowledged", by=contact).count() == 1
    assert "Acknowledged" in text_of(reader, f"/members/advisories/{advisory.number}/")


def test_a_patch_is_read_and_saved_byte_for_byte(reader: Client) -> None:
    advisory = predisclosed()
    address = f"/members/advisories/{advisory.number}/v1/patches/1.patch"
    assert reader.get(address).content.startswith(b"--- a/queue.c")
    assert "bounded" in text_of(reader, f"{address}/lines")


def test_the_archive_of_a_release_holds_each_advisory_once(reader: Client) -> None:
    batch = make_batch(make_advisory(state=State.READY))
    one, other = predisclosed(batch=batch), predisclosed(batch=batch)
    revised(one, batch=batch)
    page = text_of(reader, "/members/desk/")
    address = page.split('href="/members/batches/')[1].split('"')[0]
    answer = reader.get(f"/members/batches/{address}")
    with tarfile.open(fileobj=io.BytesIO(answer.content)) as packed:
        names = packed.getnames()
    assert {name.split("/")[0] for name in names} == {f"ssa{one.number}-v2", f"ssa{other.number}-v1"}
    assert answer.content == reader.get(f"/members/batches/{address}").content


STRANGERS: dict[str, Callable[[Advisory], User]] = {
    "another member's contact": lambda advisory: make_contact(_kept_out(advisory)),
    "a contact of a suspended one": lambda advisory: make_contact(_suspended()),
    "the team": lambda advisory: make_user("", Role.SECURITY, Role.COORDINATOR),
    "a guest": make_guest,
    "an operator": lambda advisory: make_user("", is_superuser=True),
    "nobody": lambda advisory: make_user(),
}


def _kept_out(advisory: Advisory) -> Membership:
    membership = make_member("Kept out")
    KeptFrom.objects.create(advisory=advisory, organisation=membership.organisation, reason="Their part.", by=None)
    return membership


def _suspended() -> Membership:
    membership = Membership.objects.get()
    membership.move_to(MembershipState.SUSPENDED, by=None, reason="They ask for it.")
    return membership


@pytest.mark.parametrize("who", STRANGERS)
def test_whoever_holds_nothing_gets_the_answer_for_what_is_not_there(who: str, member: Membership) -> None:
    advisory = predisclosed()
    client = Client()
    client.force_login(STRANGERS[who](advisory))
    for rest in ("", "v1/", "v1/text", "v1/patches/1.patch", "v1/patches/1.patch/lines", "archive.tar.gz"):
        there = told(client, f"/members/advisories/{advisory.number}/{rest}")
        assert there == told(client, f"/members/advisories/987654/{rest}"), rest
        assert there[0] == 404
    assert client.post(f"/members/advisories/{advisory.number}/acknowledge").status_code == 404


def test_somebody_who_is_both_reads_as_a_contact_what_was_delivered(member: Membership) -> None:
    advisory, other = predisclosed(), make_advisory(state=State.READY)
    client = Client()
    user = make_user("", Role.SECURITY)
    Contact.objects.create(
        organisation=member.organisation, user=user, right="read", from_at=timezone.now() - timedelta(minutes=1)
    )
    client.force_login(user)
    assert client.get(f"/members/advisories/{advisory.number}/").status_code == 200
    assert client.get(f"/members/advisories/{other.number}/").status_code == 404


def test_an_identifier_that_is_only_reserved_is_not_in_the_text(reader: Client) -> None:
    advisory = make_advisory(state=State.PREDISCLOSED, description="Words.")
    Identifier.objects.create(advisory=advisory, scheme="CVE", value="CVE-2026-1234", state=Standing.REQUESTED)
    predisclosed(advisory)
    assert b"CVE-2026-1234" not in reader.get(f"/members/advisories/{advisory.number}/v1/text").content


@pytest.mark.parametrize("address", ["/members/desk/", "/members/desk/advisories.tar.gz"])
def test_a_desk_of_many_asks_as_often_as_a_desk_of_one(reader: Client, address: str) -> None:
    predisclosed(description="Many.")
    counted = []
    for _ in range(2):
        sealing.seal_waiting()
        with CaptureQueriesContext(connection) as queries:
            assert reader.get(address).status_code == 200
        counted.append(len(queries))
        for _ in range(12):
            predisclosed(description="Many.")
    assert counted[0] == counted[1]
