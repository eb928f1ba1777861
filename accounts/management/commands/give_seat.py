"""`manage.py give_seat ADDRESS ROLE`: give somebody a seat on the team, from the machine's console."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Role, TeamSeat, User


class Command(BaseCommand):
    """Creates the person where there is none yet; they cannot sign in until a password is set."""

    help = "Give somebody a seat on the team."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="their mail address")
        parser.add_argument("role", choices=Role.values)
        parser.add_argument("--name", default="", help="as others see it, for a new person")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        role = Role(options["role"])
        person = User.objects.filter(email__iexact=options["address"]).first()
        if person is None:
            try:
                person = User.objects.create_user(options["address"], name=options["name"])
            except ValidationError as error:
                raise CommandError(" ".join(error.messages)) from error
            self.stdout.write(f"{person.email} is new here: set a password with manage.py changepassword.")
        if TeamSeat.objects.filter(user=person, role=role, until_at__isnull=True).exists():
            self.stdout.write(f"{person.email} holds that seat already.")
            return
        TeamSeat.objects.create(user=person, role=role)
        self.stdout.write(self.style.SUCCESS(f"{person.email} is now {role.label.lower()}."))
