"""`manage.py undo_import N`: what an import brought goes again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories.importing import undoing
from advisories.models import ImportRun
from releases.importing import series


class Command(BaseCommand):
    """Says what would go, and asks."""

    help = "Remove everything that an import brought, as long as nobody has worked on any of it since."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="the import's number, as it said at its end")
        parser.add_argument("--yes", action="store_true", help="don't ask")

    def handle(self, *args: Any, **options: Any) -> None:
        run = ImportRun.objects.filter(pk=options["number"]).first()
        if run is None:
            raise CommandError(f"There is no import {options['number']}.")
        try:
            going = undoing.look(run).advisories
        except undoing.CannotBeUndone as refusal:
            raise CommandError(f"Nothing was removed: {refusal}.") from refusal
        labels = ", ".join(one.label for one in going)
        self.stdout.write(f"Import {run.pk} brought {len(going)} advisories: {labels or 'none'}.")
        self.stdout.write(
            "Readers will no longer find them, nor their texts and patches. The record keeps that they were."
        )
        if not options["yes"] and input("Remove them? Type yes: ").strip() != "yes":
            raise CommandError("Nothing was removed.")
        try:
            gone = undoing.undo(run, series.take_back)
        except undoing.CannotBeUndone as refusal:
            raise CommandError(f"Nothing was removed: {refusal}.") from refusal
        self.stdout.write(f"{gone} advisories are gone. The archive can be brought in again.")
