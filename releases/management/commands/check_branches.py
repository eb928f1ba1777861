"""`manage.py check_branches`: bring verdicts up to date here and now, without a worker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from releases.checking import earlier, running
from releases.checking import requesting as checking
from releases.models import Branch, BranchRun, RunState


class Command(BaseCommand):
    """For cron, for a machine without a broker, and to see what a worker would do."""

    help = "Try every outstanding series on every followed branch now."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tree", default="", help="only this tree")
        parser.add_argument("--branch", default="", help="only branches of this name")

    def handle(self, *args: Any, **options: Any) -> None:
        branches = Branch.objects.followed().select_related("tree")
        if options["tree"]:
            branches = branches.filter(tree__slug=options["tree"])
        if options["branch"]:
            branches = branches.filter(name=options["branch"])
        if not branches:
            raise CommandError("There is no such branch.")
        failed = []
        for branch in branches:
            run = checking.request(branch, ring=False)
            if not running.work_on(run.pk):
                self.stdout.write(f"{branch}: a worker is at it")
                continue
            run = BranchRun.objects.get(pk=run.pk)
            self.stdout.write(
                f"{branch}: {run.cells_done} of {run.cells_total} cells, {run.get_state_display().lower()}"
            )
            if made := earlier.make_owed(branch):
                self.stdout.write(f"{branch}: {made} list{'' if made == 1 else 's'} of what earlier releases lack")
            if run.state != RunState.DONE:
                failed.append(f"{branch}: {run.trouble}")
        if failed:
            raise CommandError("\n".join(failed))
