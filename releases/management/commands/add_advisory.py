"""`manage.py add_advisory NUMBER TITLE`: take a number."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError

from advisories.lifecycle import State
from advisories.models import Advisory
from advisories.writing import drafting


class Command(BaseCommand):
    """The lifecycle begins at drafting, so that series can be tried from the first hour."""

    help = "Take a number for an advisory and give it a title; readers see neither."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        parser.add_argument("title")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            advisory = drafting.begin(
                Advisory(number=options["number"], title=options["title"], state=State.DRAFTING), by=None
            )
        except IntegrityError as error:
            raise CommandError(f"Number {options['number']} is taken, or is none. Numbers are never reused.") from error
        self.stdout.write(f"{advisory.label} is in {advisory.state}.")
