"""Who looks: those who may read nothing secret, and those who may read something, with a browser of their own."""

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role, User
from advisories.models import Attachment, Contact, ContactRight, DoorKind, Organisation, Proposal, Report, Seat
from advisories.models.seat import Right
from releases.finders.reading import key_of
from releases.models import SeriesRevision
from tests.leaks.words import FEED_TOKENS, FINDERS_TOKEN, TOKENS, word
from tests.make import make_user

if TYPE_CHECKING:
    from tests.leaks.world import World

PEOPLE = (
    *("anonymous", "nobody", "guest of another", "guest whose seat ended", "release manager", "operator"),
    "contact of a member kept out",
)
"""None of them may read the hidden advisory; a release manager may know its number and verdicts."""

SHUT_OUT = ("contact of a suspended member", "contact of a removed member")
"""They were given the pre-disclosed advisory while they were on the list, and may read nothing of it any more."""

MEMBER, GUEST, FINDER = "contact of a member", "guest of the hidden one", "finder of the hidden one"
TEAM = ("security", "coordinator")
RIGHTFUL = (*TEAM, GUEST, MEMBER, FINDER)
"""They read something, and just what stands in `readers`: a crawl that finds nothing may be blind."""

TOLD = {
    "release manager": ("owner", "blackout"),
    "contact of a member kept out": ("kept-from",),
    "contact of a suspended member": ("suspended", "token"),
    "contact of a removed member": ("removed", "token"),
}
"""Words that somebody may hear: the team may know whose a flag is, and when nothing is released; a contact, of whom,
and what they call their own tokens."""


def browser(who: str, user: User | None) -> Client:
    """Somebody's browser, and with the same secrets the programs of whoever has a token."""
    headers = {"Authorization": f"Bearer {TOKENS[who]}"} if who in TOKENS else {}
    client = Client(raise_request_exception=False, headers=headers)
    if user is not None:
        client.force_login(user)
    return client


def own_addresses(who: str, world: "World") -> Iterator[tuple[str, str]]:
    """Name and address of what opens by a secret that nobody else was given."""
    for name in ("feed", "calendar") if who in FEED_TOKENS else ():
        yield f"members:{name}", reverse(f"members:{name}", args=[FEED_TOKENS[who]])
    if who == FINDER:
        for name in ("thread", "credit", "propose_end", "consent"):
            yield f"reports:{name}", reverse(f"reports:{name}", args=[FINDERS_TOKEN])
        for proposal in Proposal.objects.open().filter(embargo__advisory=world.hidden):
            for name in ("answer_end", "withdraw_end"):
                yield f"reports:{name}", reverse(f"reports:{name}", args=[FINDERS_TOKEN, proposal.pk])
        yield "releases:finders_fix", reverse("releases:finders_fix", args=[FINDERS_TOKEN])
        report = Report.objects.behind(FINDERS_TOKEN, DoorKind.PAGE).get()
        for shown in SeriesRevision.objects.all():
            fix = [FINDERS_TOKEN, key_of(report, shown)]
            for name in ("finders_mbox", "finders_answer"):
                yield f"releases:{name}", reverse(f"releases:{name}", args=fix)
            yield "releases:finders_patch", reverse("releases:finders_patch", args=[*fix, 1])
        for place, file in enumerate(Attachment.objects.all(), start=1):
            yield "reports:file", reverse("reports:file", args=[FINDERS_TOKEN, place, file.file_name])


def person(who: str, world: "World") -> User | None:
    """The account of somebody, with what they hold; none for whoever has none."""
    if who in ("anonymous", FINDER):
        return None
    if who in TOKENS:
        state = who.removeprefix("contact of a ").removesuffix("member").strip()
        return User.objects.get(email=f"{state or 'contact'}@members.sluice.example")
    roles = [role for role in Role if role.label.lower() == who or role.value == who.replace(" ", "-")]
    user = make_user(f"{who.replace(' ', '-')}@sluice.example", *roles, is_superuser=who == "operator")
    if who == "guest of another":
        Seat.objects.create(advisory=world.guests, user=user, right=Right.UPLOAD)
    if who == "contact of a member kept out":
        organisation = Organisation.objects.get(name=word("kept-from"))
        began = timezone.now() - timedelta(minutes=1)
        Contact.objects.create(organisation=organisation, user=user, right=ContactRight.MANAGE, from_at=began)
    if who == GUEST:
        Seat.objects.create(advisory=world.hidden, user=user, right=Right.READ)
    if who == "guest whose seat ended":
        began, ended = (timezone.now() - timedelta(days=days) for days in (2, 1))
        Seat.objects.create(advisory=world.hidden, user=user, right=Right.UPLOAD, from_at=began, until_at=ended)
    return user
