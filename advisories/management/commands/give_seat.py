"""`manage.py give_seat ADDRESS ROLE`: give somebody a seat on the team, from the machine's console."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts import inviting
from accounts.models import Role, User
from advisories import seating


class Command(BaseCommand):
    """Creates the person where there is none yet, who then gets in by an invitation or by a password set here."""

    help = "Give somebody a seat on the team."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="their mail address")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", default="", help="as others see it, for a new person")
        parser.add_argument("--invite", action="store_true", help="send somebody new a link to choose a password")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        try:
            person = self._person(options["address"], options["name"], invite=options["invite"])
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        try:
            seating.give_team_seat(person, role, until=None, by=None)
        except seating.SeatHeldAlready:
            self.stdout.write(f"{person.email} holds that seat already.")
            return
        self.stdout.write(self.style.SUCCESS(f"{person.email} is now {role.label.lower()}."))

    def _person(self, address: str, name: str, *, invite: bool) -> User:
        if invite:
            return inviting.invite(address, name, by=None)
        found = User.objects.filter(email__iexact=address).first()
        if found is None:
            found = User.objects.create_user(address, name=name)
            self.stdout.write(f"{found.email} is new here: set a password with manage.py changepassword.")
        return found
