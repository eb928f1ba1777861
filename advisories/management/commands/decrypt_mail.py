"""`manage.py decrypt_mail`: open the encrypted letters that waited for a key, and try the others again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from advisories.openpgp.team import decryption_key
from advisories.reporting import opening


class Command(BaseCommand):
    """For the day on which a key is set, or another one."""

    help = "Open the encrypted letters that wait, and those that could not be opened before."

    def handle(self, *args: Any, **options: Any) -> None:
        if decryption_key() is None:
            raise CommandError("No key is set: see PENSTOCK_DECRYPTION_KEY_FILE in docs/settings.md.")
        opened, waiting = opening.open_waiting(again=True)
        self.stdout.write(f"{opened} of {waiting} encrypted letters were opened.")
