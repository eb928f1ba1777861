"""`manage.py export_site DIR`: the whole public site as plain files."""

import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories.exporting import site
from advisories.exporting.generations import AnotherRun, NotOurs


class Command(BaseCommand):
    """Safe to run at any time: what did not change costs next to nothing, and readers never see half of it."""

    # Deploying checks the system; this may run every minute.
    requires_system_checks = ()
    help = "Export the public site to DIR. A web server serves DIR/current; deploy/nginx-static.conf shows how."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path, help="a folder that is the export's own")
        parser.add_argument("--jobs", type=int, default=None, metavar="N", help="processes; as many as processors")
        parser.add_argument("--no-wait", action="store_true", help="give up where another run is at it")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        try:
            done = site.export(options["folder"].resolve(), wait=not options["no_wait"], jobs=options["jobs"])
        except AnotherRun:
            raise CommandError("Another run is exporting to this folder.") from None
        except (site.ExportFailed, NotOurs, OSError) as trouble:
            raise CommandError(f"Nothing was exported, and the site is as it was. {trouble}") from None
        took = time.monotonic() - began
        what = f"{done.rendered} advisories and notes made anew" if done.is_new else "nothing new"
        self.stdout.write(f"{done.folder}: {done.files} files, {what}, in {took:.1f} s")
