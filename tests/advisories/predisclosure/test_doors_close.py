"""A member removed in the middle of an embargo loses every door at once, and the record keeps what they saw."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from advisories.lifecycle import State
from advisories.models import Contact, Delivery, KeptFrom, Membership, MembershipState, Scope
from advisories.predisclosure import sealing
from tests.advisories.predisclosure.told import make_batch, predisclosed
from tests.api.asking import API, make_token
from tests.make import make_advisory, make_contact, make_member

pytestmark = pytest.mark.django_db

Doors = dict[str, Callable[[], Any]]


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member)


@pytest.fixture
def doors(contact: User, member: Membership) -> Doors:
    """Every way to what was delivered, each asked once already."""
    batch = make_batch(make_advisory(state=State.READY))
    advisory = predisclosed(batch=batch)
    sealing.seal_waiting()
    browser = Client()
    browser.force_login(contact)
    reads, feed = make_token(contact, member)[1], make_token(contact, member, Scope.FEED)[1]
    number = advisory.number
    name = browser.get("/members/desk/").context["releases"]
    found: Doors = {}
    pages = ["desk/", "desk/advisories.tar.gz"]
    pages += [f"advisories/{number}/{rest}" for rest in ("", "v1/", "v1/text", "archive.tar.gz")]
    pages += [f"advisories/{number}/v1/patches/1.patch{rest}" for rest in ("", "/lines")]
    pages += [f"batches/{batch}/advisories.tar.gz" for _, batch, _ in name]
    for page in pages:
        found[f"/members/{page}"] = lambda page=page: browser.get(f"/members/{page}")  # type: ignore[misc]
    paths = ["/me", "/archive.tar.gz", f"/advisories/{number}", f"/advisories/{number}/archive.tar.gz"]
    paths += [f"/advisories/{number}/revisions/1{rest}" for rest in ("", "/text", "/sums", "/patches", "/verdicts")]
    headers = {"Authorization": f"Bearer {reads}"}
    for path in paths:
        found[path] = lambda path=path: Client().get(f"{API}{path}", headers=headers)  # type: ignore[misc]
    for file in ("advisories.atom", "releases.ics"):
        found[file] = lambda file=file: Client().get(f"/members/feed/{feed}/{file}")  # type: ignore[misc]
    warm = {name: ask() for name, ask in found.items()}
    assert {answer.status_code for answer in warm.values()} == {200}
    # And again by whoever kept the tag of the first answer.
    for name, answer in warm.items():
        if "ETag" in answer:
            tag = {"Authorization": f"Bearer {reads}", "If-None-Match": answer["ETag"]}
            found[f"{name} again"] = lambda name=name, tag=tag: Client().get(f"{API}{name}", headers=tag)  # type: ignore[misc]
    return found


ENDINGS: dict[str, Callable[[Membership], object]] = {
    "removed": lambda one: one.move_to(MembershipState.REMOVED, by=None, reason="They told."),
    "suspended": lambda one: one.move_to(MembershipState.SUSPENDED, by=None, reason="They may have told."),
    "contact ended": lambda one: Contact.objects.filter(organisation=one.organisation).update(until_at=timezone.now()),
    "account closed": lambda one: User.objects.filter(organisation_contacts__organisation=one.organisation).update(
        is_active=False
    ),
}


@pytest.mark.parametrize("how", ENDINGS)
def test_every_door_closes_at_once(how: str, doors: Doors, member: Membership) -> None:
    told = list(Delivery.objects.values_list("pk", "fetched_at"))
    ENDINGS[how](member)
    answers = {name: ask() for name, ask in doors.items()}
    # Whoever's account is closed is sent to sign in, as everybody is who isn't.
    open_still = {name for name, answer in answers.items() if answer.status_code not in (401, 404, 302)}
    assert not open_still
    assert not any(b"queue" in answer.content for answer in answers.values())
    assert list(Delivery.objects.values_list("pk", "fetched_at")) == told


def test_what_is_kept_from_a_member_since_is_behind_every_door(doors: Doors, member: Membership) -> None:
    delivery = Delivery.objects.select_related("tiding__advisory").get()
    KeptFrom.objects.create(
        advisory=delivery.tiding.advisory, organisation=member.organisation, reason="Another owner.", by=None
    )
    for name, ask in doors.items():
        assert b"queue.c" not in ask().content, name
        assert delivery.tiding.advisory.label.encode() not in ask().content, name
