"""`manage.py board`: the branch board in the terminal."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.access import Viewer
from accounts.models import User
from releases.board.failures import failures_behind_flags
from releases.board.reading import Asked, read
from releases.board.terminal import render


class Command(BaseCommand):
    """Shows what one person may see; without a person, what everyone may."""

    help = "Print the branch board and each flagged failure with what shows it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--as", dest="as_", metavar="ADDRESS", default="", help="see what this person sees")
        parser.add_argument("--tree", default="", help="only this tree")
        parser.add_argument("--flagged", action="store_true", help="only advisories with an open flag")

    def handle(self, *args: Any, **options: Any) -> None:
        viewer: Viewer = AnonymousUser()
        if options["as_"]:
            person = User.objects.filter(email__iexact=options["as_"]).first()
            if person is None:
                raise CommandError(f"Nobody is known by the address {options['as_']}.")
            viewer = person
        board = read(viewer, Asked(tree=options["tree"], only_flagged=options["flagged"]))
        failures = failures_behind_flags(viewer, tree=options["tree"])
        is_terminal = bool(getattr(self.stdout, "isatty", lambda: False)())
        self.stdout.write(render(board, failures, colour=is_terminal and not options["no_color"]), ending="")
