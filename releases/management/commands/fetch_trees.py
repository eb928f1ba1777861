"""`manage.py fetch_trees`: fetch here and now, without a worker."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from releases.mirroring import fetching
from releases.models import Tree


class Command(BaseCommand):
    """For cron, for the first day, and for a machine without a broker."""

    help = "Fetch trees now and take up their branches, point releases and support dates."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slugs", nargs="*", metavar="SLUG", help="which trees; none means all")

    def handle(self, *args: Any, **options: Any) -> None:
        wanted = options["slugs"]
        trees = list(Tree.objects.filter(slug__in=wanted) if wanted else Tree.objects.all())
        unknown = set(wanted) - {tree.slug for tree in trees}
        if unknown:
            raise CommandError(f"There is no tree called {', '.join(sorted(unknown))}.")
        failed = []
        for tree in trees:
            fetched = fetching.fetch(tree.pk)
            tree.refresh_from_db()
            if fetched:
                names = ", ".join(tree.branches.values_list("name", flat=True)) or "none"
                self.stdout.write(f"{tree.slug}: fetched; branches: {names}")
            else:
                failed.append(tree.slug)
                self.stderr.write(f"{tree.slug}: {tree.fetch_error or 'somebody else is fetching it'}")
        if failed:
            raise CommandError(f"Not fetched: {', '.join(failed)}.")
