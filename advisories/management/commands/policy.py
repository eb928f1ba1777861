"""`manage.py policy`: show the policy in force, write it to a file or take one from a file, as kept in git."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from advisories import policies
from advisories.models import PolicyVersion
from advisories.policy import PolicyIsWrong
from advisories.policy.document import as_text, parse, to_document
from advisories.policy.words import differences


class Command(BaseCommand):
    """What is taken from a file becomes a version like any other, with its reason in the history."""

    help = "Show the policy in force, or export it to a file, or import one from a file (- is the terminal)."

    def add_arguments(self, parser: CommandParser) -> None:
        one = parser.add_mutually_exclusive_group()
        one.add_argument("--export", metavar="FILE", dest="export_to", help="write the policy as JSON")
        one.add_argument("--import", metavar="FILE", dest="import_from", help="let the policy of this file hold")
        parser.add_argument("--why", default="", help="the reason, for the history; an import needs one")
        parser.add_argument("--based-on", type=int, help="refuse unless this version still holds")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["import_from"]:
            self._import(options["import_from"], why=options["why"], based_on=options["based_on"])
        elif options["export_to"]:
            self._export(options["export_to"])
        else:
            self._show()

    def _show(self) -> None:
        held = policies.in_force()
        newest = PolicyVersion.objects.first()
        self.stdout.write(f"Version {held.sequence}{f', sha256 {newest.sha256}' if newest else ': the defaults'}")
        self.stdout.write(as_text(held.policy), ending="")

    def _export(self, to: str) -> None:
        text = as_text(policies.current_policy())
        if to == "-":
            self.stdout.write(text, ending="")
            return
        try:
            Path(to).write_text(text, encoding="utf-8")
        except OSError as trouble:
            raise CommandError(f"{to} cannot be written: {trouble.strerror}.") from None

    def _import(self, source: str, *, why: str, based_on: int | None) -> None:
        held = policies.in_force()
        try:
            text = sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
            policy = policies.check(to_document(parse(text)))
            based_on = held.sequence if based_on is None else based_on
            version = policies.change(policy, based_on=based_on, by=None, why=why)
        except OSError as trouble:
            raise CommandError(f"{source} cannot be read: {trouble.strerror}.") from None
        except PolicyIsWrong as refusal:
            raise CommandError("\n".join(problem.sentence for problem in refusal.problems)) from None
        except (policies.StalePolicy, policies.NothingChanged, policies.NoReasonGiven) as refusal:
            raise CommandError(f"Nothing was changed: {refusal}.") from None
        for difference in differences(held.policy, policy):
            before, after = "; ".join(difference.before), "; ".join(difference.after)
            self.stdout.write(f"{difference.label}: {before} -> {after}")
        self.stdout.write(f"Version {version.pk} holds now.")
