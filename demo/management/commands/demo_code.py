"""`manage.py demo_code ADDRESS`: the code that an authenticator app of the demonstration would show now."""

import time
from pathlib import Path
from typing import Any

from allauth.mfa import app_settings
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from demo.loading import sign_ins_of_people


class Command(BaseCommand):
    """Reads what the demonstration kept; there is nothing of the kind in a real installation."""

    help = "Print the present second-factor code of somebody in the demonstration."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="as the demonstration printed it")

    def handle(self, *args: Any, **options: Any) -> None:
        places = [Path(settings.VAR_DIR) / "sign-ins", Path(settings.BASE_DIR) / "var" / "demo" / "sign-ins"]
        kept = next((place for place in places if place.exists()), None)
        if kept is None:
            raise CommandError("There is no demonstration here. Start one first: make demo")
        made = sign_ins_of_people(kept).get(options["address"].lower())
        if made is None:
            raise CommandError(f"Nobody in the demonstration has the address {options['address']}.")
        now = int(time.time()) // app_settings.TOTP_PERIOD
        self.stdout.write(format_hotp_value(hotp_value(made.secret, now)))
