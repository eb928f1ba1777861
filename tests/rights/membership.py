"""Organisations on the list and off it, their contacts, and what was delivered to them while they were on it."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from advisories import tokens
from advisories.models import (
    Advisory,
    Application,
    Ask,
    Batch,
    Comment,
    CommentAudience,
    Contact,
    KeptFrom,
    MemberKey,
    Membership,
    MembershipState,
    Product,
    Scope,
    What,
)
from advisories.predisclosure import joining, member_letters
from advisories.release import tidings
from advisories.release.batching import Audience
from advisories.writing import commenting
from tests.make import make_member
from tests.rights.people import Kind

APPLICANTS_TOKEN = "ab" * 20
"""Opens the private page of the application."""


def take_in(people: dict[str, Kind]) -> dict[str, Membership]:
    """Everyone's organisation, on the list so far, and who speaks for it."""
    taken: dict[str, Membership] = {}
    for kind in people.values():
        if kind.organisation:
            membership = taken.get(kind.organisation) or make_member(kind.organisation.title())
            taken[kind.organisation] = membership
            began = timezone.now() - timedelta(minutes=5)
            Contact.objects.create(
                organisation=membership.organisation, user=kind.known, right=kind.contact, from_at=began
            )
    Product.objects.create(organisation=taken["active"].organisation, name="Reservoir Linux 12")
    armour = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nA key.\n-----END PGP PUBLIC KEY BLOCK-----\n"
    MemberKey.objects.create(organisation=taken["active"].organisation, certificate=armour, fingerprint="A" * 40)
    joining.begin(joining.Told("Applying Works", "ada@applying.example"), token=APPLICANTS_TOKEN)
    return taken


def draw_feed_token(people: dict[str, Kind]) -> str:
    """The secret in the address of the member's feed."""
    user = people["member"].known
    place = (Contact.objects.get(user=user), Membership.objects.get(organisation__contacts__user=user))
    _, secret = tokens.make(user, "A reader", Scope.FEED, timezone.now() + timedelta(days=9), place=place)
    return secret


def at_joining(name: str) -> dict[str, Any]:
    """What stands in addresses of applications, and of the organisation that is on the list."""
    token = APPLICANTS_TOKEN
    if name == "joining:check_address":
        membership = Membership.objects.get(organisation__name="Active")
        token = member_letters.address_token(membership, "psirt@active.example")
    contact = Contact.objects.order_by("pk")[0]
    key = MemberKey.objects.get(organisation=contact.organisation)
    return {
        "reference": Application.objects.get().reference, "contact": contact.pk, "key": key.pk, "step": "suspend",
        "token": token,
    }  # fmt: skip


def deliver(advisory: Advisory, batch: Batch, people: dict[str, Kind], by: User) -> Comment:
    """Its revision goes to everyone who is on the list; what members write about it."""
    tidings.tell(advisory, What.PREDISCLOSED, Audience.MEMBERS, revision=advisory.revisions.get(), batch=batch)
    organisation = Membership.objects.get(organisation__contacts__user=people["member"].known).organisation
    Ask.objects.create(
        advisory=advisory, organisation=organisation, kind="extension", reason="We freeze then.",
        wanted_at=timezone.now() + timedelta(days=30), by=people["member"].known,
    )  # fmt: skip
    return commenting.write(
        advisory, "A word", [("log.txt", b"Log")], audience=CommentAudience.MEMBERS, by=people["member"].known,
        organisation=organisation,
    )  # fmt: skip


def shut_out(taken: dict[str, Membership], advisories: list[Advisory], by: User) -> None:
    """Suspend, remove, keep from: after everything was delivered to them."""
    taken["suspended"].move_to(MembershipState.SUSPENDED, by=by, reason="They asked for it.")
    taken["removed"].move_to(MembershipState.REMOVED, by=by, reason="It leaked there.")
    for advisory in advisories:
        KeptFrom.objects.create(
            advisory=advisory, organisation=taken["kept from it"].organisation, reason="Another owner's wish.", by=by
        )
