"""`manage.py forget_second_factor ADDRESS`: for somebody who lost phone, key and recovery codes."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from accounts.models import Session, User


class Command(BaseCommand):
    """From the console alone: whoever runs it has made sure by another way who is asking."""

    help = "Forget somebody's second factors and end their sessions; signing in then asks to set up a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="their mail address")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.filter(email__iexact=options["address"]).first()
        if person is None:
            raise CommandError(f"Nobody here has the address {options['address']}.")
        Authenticator.objects.filter(user=person).delete()
        Session.objects.filter(user=person).delete()
        self.stdout.write(self.style.SUCCESS(f"{person.email} signs in with the password and sets up a new one."))
