"""`manage.py import_advisories PATH…`: a project's archive, looked at first and brought in with `--write`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from advisories import texts
from advisories.formats.doubts import Refused
from advisories.formats.openpgp import Keyring
from advisories.importing import running
from advisories.importing.gathering import gather
from advisories.importing.running import Line, Prepared
from advisories.models import ImportedNumber, Outcome, Weight
from advisories.models.importing import WRITES
from releases.importing import comparing, trying
from releases.importing.inboxes import mails_in
from releases.importing.series import SeriesMaker
from releases.models import Tree
from releases.models.trial import TrialResult

_BAR = 30
_MARKS = {Weight.UNDERSTOOD: "ok", Weight.NOTE: "note", Weight.DOUBT: "DOUBT", Weight.REFUSED: "REFUSED"}


class Command(BaseCommand):
    """Looks, and writes only when told to."""

    help = (
        "Take over what was published before this portal was: announcement mails (.eml, mbox, maildir, public-inbox), "
        "clear-signed texts, .meta files, patches, an index as JSON. Without --write nothing is changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files and folders")
        parser.add_argument(
            "--key", dest="keys", action="append", type=Path, default=[], metavar="FILE",
            help="a public key that the archive's signatures may come from; can be given again",
        )  # fmt: skip
        parser.add_argument("--write", action="store_true", help="bring in what was understood")
        parser.add_argument(
            "--unverified", action="store_true", help="take texts too that none of the keys has signed; each is named"
        )
        parser.add_argument(
            "--no-trials", action="store_true", help="don't follow the recipes on the trees, and compare no patches"
        )
        parser.add_argument("--brief", action="store_true", help="leave out of the report what was simply understood")

    def handle(self, *args: Any, **options: Any) -> None:
        keys = self._keys(options["keys"])
        prepared = running.prepare(
            gather(options["paths"], mails_in),
            keys,
            takes_unverified=options["unverified"],
            now=timezone.now(),
            progress=lambda done, total: self._show("texts", done, total),
            trees=list(Tree.objects.values_list("slug", flat=True)),
        )
        self._clear()
        self._report(prepared.report, brief=options["brief"])
        self._outlook(prepared, writes=options["write"])
        if not options["write"]:
            if not options["no_trials"]:
                self._trials(prepared, lambda tried: len(list(tried)))
                self._matches(prepared, lambda matched: len(list(matched)))
            self.stdout.write("\nNothing was written. Run it again with --write to bring this in.")
            return
        self._bring_in(prepared, options, keys)

    def _bring_in(self, prepared: Prepared, options: dict[str, Any], keys: Keyring) -> None:
        run = running.begin(prepared, sources=[str(path) for path in options["paths"]], keys=keys)
        series = SeriesMaker()
        steps, done = len(prepared.weighed.steps), 0
        counted = dict.fromkeys(Outcome, 0)
        told_before = {step.number for step in prepared.weighed.steps if step.outcome == Outcome.REFUSED}
        refused: list[ImportedNumber] = []
        try:
            for number in running.bring_in(prepared, run, series):
                done += 1
                counted[Outcome(number.outcome)] += 1
                if number.outcome == Outcome.REFUSED and number.number not in told_before:
                    refused.append(number)
                self._show("advisories", done, steps)
        except KeyboardInterrupt:
            self._clear()
            raise CommandError(
                f"Stopped after {done} of {steps}. What is in stays; the same command goes on from there.",
                returncode=130,
            ) from None
        self._clear()
        series.request_checks()
        for one in refused:
            self.stdout.write(f"{settings.ADVISORY_PREFIX}-{one.number} stays out: {one.why}.")
        for told in series.told:
            self.stdout.write(f"{told}.")
        if not options["no_trials"]:
            self._trials(prepared, lambda tried: trying.keep(run, tried))
            self._matches(prepared, lambda matched: comparing.keep(run, matched))
        told = ", ".join(f"{count} {outcome.label.lower()}" for outcome, count in counted.items() if count)
        self.stdout.write(f"\nImport {run.pk}: {told or 'nothing to bring in'}.")
        self.stdout.write("Its report is kept for the team.")
        if counted[Outcome.EXTENDED]:
            self.stdout.write("There is no way back: it added versions to advisories that were here.")
        elif any(counted[one] for one in WRITES):
            self.stdout.write(f"The way back, until somebody has worked on it: manage.py undo_import {run.pk}")

    def _keys(self, files: list[Path]) -> Keyring:
        found = Keyring()
        for file in files:
            try:
                found.add(file.read_bytes())
            except OSError as error:
                raise CommandError(f"{file}: {error.strerror}.") from error
            except Refused as refusal:
                raise CommandError(f"{file}: {refusal}.") from refusal
        if not found.fingerprints:
            self.stderr.write("No key was given with --key, so no signature can be checked.")
        return found

    def _report(self, lines: tuple[Line, ...], *, brief: bool) -> None:
        shown = [line for line in lines if not brief or line.weight != Weight.UNDERSTOOD]
        for line in shown:
            self.stdout.write(f"{_MARKS[line.weight]:<8} {line}")
        counts = {weight: sum(line.weight == weight for line in lines) for weight in Weight}
        told = ", ".join(f"{counts[weight]} {weight.label.lower()}" for weight in Weight)
        self.stdout.write(f"{chr(10) if shown else ''}Report: {told}.")

    def _outlook(self, prepared: Prepared, *, writes: bool) -> None:
        for step in prepared.weighed.steps:
            if step.outcome == Outcome.REFUSED:
                self.stdout.write(f"{step.label} stays out: {step.why}.")
        told = [f"{count} {one.label.lower()}" for one in Outcome if (count := prepared.count(one))]
        passed = prepared.understood.passed_over
        if passed:
            self.stdout.write(f"Mails about something else: {passed}.")
        if not prepared.weighed.steps:
            own = f"{texts.dialect().title} … / {settings.ADVISORY_PREFIX}-12"
            self.stdout.write(f"An advisory of this project begins “{own}”, as its settings have it; none was found.")
        if not writes:
            self.stdout.write(f"With --write: {', '.join(told) or 'nothing to bring in'}.")

    def _trials(self, prepared: Prepared, take: Any) -> None:
        found: list[Any] = []

        def heard() -> Any:
            for tree, one in trying.follow(prepared.records, lambda done, total: self._show("recipes", done, total)):
                found.append(one)
                yield tree, one

        take(heard())
        self._clear()
        if not found:
            return
        self.stdout.write("\nRecipes followed on the commits that they name (alone, then after what comes first):")
        for one in found:
            label = f"{settings.ADVISORY_PREFIX}-{one.number} v{one.version} on {one.branch}"
            more = [
                *(["with fixes from the tree's history for " + _listed(one.stand_ins)] if one.stand_ins else []),
                *(["without " + _listed(one.absent) + ", which nothing has"] if one.absent else []),
                *([one.told] if one.told else []),
            ]
            told = f"{one.alone.label.lower()}, {one.after.label.lower()}"
            self.stdout.write(f"  {label:<24} {told}{'; ' if more else ''}{'; '.join(more)}")
        good = sum(one.after == TrialResult.APPLIES for one in found)
        self.stdout.write(f"{good} of {len(found)} recipes can be followed.")

    def _matches(self, prepared: Prepared, take: Any) -> None:
        found = list(comparing.compare(prepared.records))
        take(found)
        if not found:
            return
        self.stdout.write("\nPatches held against the commits that name their advisories:")
        for tree, one in found:
            label = f"{settings.ADVISORY_PREFIX}-{one.number} v{one.version} {one.file_name}"
            parts = (("the fix on", one.same), ("another one on", one.other), ("nothing names it on", one.absent))
            told = "; ".join(f"{words} {', '.join(names)}" for words, names in parts if names)
            self.stdout.write(f"  {label:<32} {tree.slug}: {told or 'no branch of the tree is meant'}")
        good = sum(bool(one.same) and not one.other and not one.absent for _, one in found)
        self.stdout.write(f"{good} of {len(found)} patches are the fix of every branch that they are meant for.")

    def _show(self, what: str, done: int, total: int) -> None:
        if self.stderr.isatty():
            filled = _BAR * done // max(total, 1)
            bar = "█" * filled + "·" * (_BAR - filled)
            self.stderr.write(f"\r{bar} {done} of {total} {what}\x1b[K", ending="", style_func=str)
            self.stderr.flush()

    def _clear(self) -> None:
        if self.stderr.isatty():
            self.stderr.write("\r\x1b[K", ending="")


def _listed(numbers: Any) -> str:
    return ", ".join(f"{settings.ADVISORY_PREFIX}-{number}" for number in numbers)
