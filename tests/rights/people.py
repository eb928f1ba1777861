"""Every kind of person, by what they hold, and a browser in which they have signed in."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.models import Advisory, ContactRight, Seat
from advisories.models.seat import Right
from tests.make import make_advisory, make_seat, make_user


@dataclass
class Kind:
    """A kind of person. `right` is what their seat on every advisory in the table gives."""

    name: str
    roles: tuple[Role, ...] = ()
    right: str = ""
    is_operator: bool = False
    has_signed_in: bool = True
    is_half_in: bool = False
    """With a password alone."""
    seat_ended: bool = False
    contact: str = ""
    """What they may do for their organisation."""
    organisation: str = ""
    """How that stands: on the list, suspended, removed, or kept from each of these."""
    client: Client = field(default_factory=Client)
    user: User | None = None

    @property
    def known(self) -> User:
        """Their account."""
        assert self.user is not None
        return self.user

    @property
    def is_member(self) -> bool:
        """A contact of an organisation that is on the list."""
        return self.organisation in ("active", "kept from it")

    @property
    def was_told(self) -> bool:
        """Their organisation is on the list, and what was delivered to it is kept from it no more than from others."""
        return self.organisation == "active"

    @property
    def may_answer(self) -> bool:
        """For their organisation."""
        return self.contact != ContactRight.READ

    @property
    def is_author(self) -> bool:
        """Of the token and of the words to other members that stand in addresses."""
        return self.name == "member"

    @property
    def is_security(self) -> bool:
        return Role.SECURITY in self.roles and not self.is_half_in

    @property
    def is_coordinator(self) -> bool:
        return Role.COORDINATOR in self.roles and not self.is_half_in

    @property
    def is_release_manager(self) -> bool:
        return Role.RELEASE_MANAGER in self.roles and not self.is_half_in


def kinds() -> list[Kind]:
    """All of them, not signed in yet."""
    half: Any = {"has_signed_in": False, "is_half_in": True}
    return [
        Kind("anonymous", has_signed_in=False),
        Kind("nobody"),
        Kind("reading guest", right=Right.READ),
        Kind("commenting guest", right=Right.COMMENT),
        Kind("uploading guest", right=Right.UPLOAD),
        Kind("guest of another"),
        Kind("guest whose seat ended", seat_ended=True),
        Kind("release manager", (Role.RELEASE_MANAGER,)),
        Kind("security", (Role.SECURITY,)),
        Kind("coordinator", (Role.COORDINATOR,)),
        Kind("operator", is_operator=True),
        Kind("member", contact=ContactRight.MANAGE, organisation="active"),
        Kind("member who only reads", contact=ContactRight.READ, organisation="active"),
        Kind("member from whom it is kept", contact=ContactRight.MANAGE, organisation="kept from it"),
        Kind("member of a suspended organisation", contact=ContactRight.MANAGE, organisation="suspended"),
        Kind("removed member", contact=ContactRight.MANAGE, organisation="removed"),
        Kind("coordinator without a second factor", (Role.COORDINATOR,), is_operator=True, **half),
    ]


def enrol(kind: Kind) -> None:
    """Make the account with its seats on the team."""
    if kind.name != "anonymous":
        address = f"{kind.name.replace(' ', '-')}@sluice.example"
        kind.user = make_user(address, *kind.roles, is_superuser=kind.is_operator)
    if kind.name == "guest of another":
        make_seat(make_advisory(), kind.known)


def seat(kind: Kind, advisory: Advisory) -> None:
    """Give the seat that this kind of person has on each advisory."""
    if not kind.right and not kind.seat_ended:
        return
    began = timezone.now() - timedelta(days=2)
    until = timezone.now() - timedelta(days=1) if kind.seat_ended else None
    right = kind.right or Right.UPLOAD
    Seat.objects.create(advisory=advisory, user=kind.known, right=right, from_at=began, until_at=until)


def sign_in(kind: Kind) -> None:
    """A browser of their own."""
    kind.client = Client()
    if kind.user is None:
        return
    kind.client.force_login(kind.user)
    if kind.is_half_in:
        session = kind.client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 0.0}]
        session.save()
