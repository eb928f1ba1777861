"""`manage.py move_advisory NUMBER STATE`: one lifecycle step."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories.lifecycle import LEAVES_A_NOTE, State, StepNotAllowed
from advisories.models import Advisory, StaleAdvisory
from advisories.steps import BY_RELEASE
from releases.checking import requesting as checking


class Command(BaseCommand):
    """What depends on the state is checked again."""

    help = "Take one lifecycle step with an advisory. What goes out goes by a release, with its approvals."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int)
        offered = [state.value for state in State if state is not State.MERGED and state not in BY_RELEASE]
        parser.add_argument("state", choices=offered)
        parser.add_argument("--because", default="", help="Why it is given up or withdrawn; its page says it.")

    def handle(self, *args: Any, **options: Any) -> None:
        advisory = Advisory.objects.filter(number=options["number"]).first()
        if advisory is None:
            raise CommandError(f"There is no advisory {options['number']}.")
        target = State(options["state"])
        changes: dict[str, object] = {}
        if target in LEAVES_A_NOTE:
            if not options["because"].strip():
                raise CommandError("Say why with --because: the page at its number will.")
            changes["ended_because"] = options["because"]
        try:
            # Who types a command is known to the machine's own log, not to this one.
            advisory.move_to(target, by=None, **changes)
        except (StepNotAllowed, StaleAdvisory) as error:
            raise CommandError(f"{error}.") from error
        requested = checking.advisory_moved(advisory)
        self.stdout.write(f"{advisory.label} is {advisory.state} now; {requested} branches are checked again.")
