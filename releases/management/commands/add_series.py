"""`manage.py add_series NUMBER TREE FILE…`: upload a series, or the next revision of one."""

import re
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from advisories.models import Advisory
from releases import uploading
from releases.models import Branch, Series, Tree
from releases.models.branch import COMMIT


class Command(BaseCommand):
    """What the upload form does, for a shell."""

    help = "Upload patches that fix an advisory: patch files, an mbox, or a quilt series as tar."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("number", type=int, help="the advisory's number")
        parser.add_argument("tree", help="the tree's slug")
        parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="in the order in which they apply")
        parser.add_argument("--branches", required=True, help="a range such as 1.6..1.9, or a list such as 1.6,1.8")
        parser.add_argument(
            "--depends-on", type=int, action="append", default=[], metavar="N", help="advisory N must come first"
        )
        parser.add_argument(
            "--depends-on-commit",
            action="append",
            default=[],
            metavar="ID",
            help="a full id; this upstream commit must come first",
        )
        parser.add_argument("--note", default="", help="what changed since the revision before")
        parser.add_argument("--by", default="", metavar="ADDRESS", help="who uploads")
        parser.add_argument("--new", action="store_true", help="another series, even where one has the same branches")

    def handle(self, *args: Any, **options: Any) -> None:
        advisory = _one(Advisory.objects.filter(number=options["number"]), f"advisory {options['number']}")
        tree = _one(Tree.objects.filter(slug=options["tree"]), f"tree {options['tree']}")
        by = _one(User.objects.filter(email__iexact=options["by"]), options["by"]) if options["by"] else None
        branches = branches_named(tree, options["branches"])
        commits = [_commit(told) for told in options["depends_on_commit"]]
        needed = [
            series
            for number in options["depends_on"]
            for series in _some(
                Series.objects.filter(advisory__number=number, tree=tree), f"series of advisory {number}"
            )
        ]
        try:
            files = [(path.name, path.read_bytes()) for path in options["files"]]
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}.") from error
        before = None if options["new"] else _with_the_same_branches(advisory, tree, branches)
        try:
            if before is not None:
                revision = uploading.upload_revision(before, files=files, by=by, note=options["note"])
            else:
                revision = uploading.upload_series(
                    advisory, tree=tree, branches=branches, files=files, by=by, note=options["note"],
                    depends_on=needed, depends_on_commits=commits,
                )  # fmt: skip
        except uploading.NothingNew as said:
            self.stdout.write(f"Nothing new: {said}.")
            return
        except uploading.REFUSALS as refusal:
            raise CommandError(f"Refused, and nothing was changed. {refusal}") from refusal
        names = ", ".join(branch.name for branch in branches)
        count = revision.patches.count()
        patches = f"{count} patch{'es' if count != 1 else ''}"
        self.stdout.write(f"{advisory.label}: revision {revision} of the series holds {patches} for {names}.")


def branches_named(tree: Tree, told: str) -> list[Branch]:
    """The branches of a range (both ends included) or of a list, oldest first; raises `CommandError`."""
    known = {branch.name: branch for branch in tree.branches.order_by("position")}
    names = [name.strip() for name in (told.split("..") if ".." in told else told.split(","))]
    unknown = [name for name in names if name not in known]
    if unknown or (".." in told and len(names) != 2):
        raise CommandError(
            f"{tree.slug} has no branch called {', '.join(unknown) or told}; it has {', '.join(known) or 'none yet'}."
        )
    if ".." not in told:
        return [branch for name, branch in known.items() if name in names]
    first, last = (known[name].position for name in names)
    found = [branch for branch in known.values() if first <= branch.position <= last]
    if not found:
        raise CommandError(f"{told} is empty: {names[0]} is newer than {names[1]}.")
    return found


def _with_the_same_branches(advisory: Advisory, tree: Tree, branches: list[Branch]) -> Series | None:
    wanted = {branch.pk for branch in branches}
    for series in Series.objects.filter(advisory=advisory, tree=tree).prefetch_related("branches"):
        if {branch.pk for branch in series.branches.all()} == wanted:
            return series
    return None


def _commit(told: str) -> str:
    commit = told.strip().lower()
    if not re.fullmatch(COMMIT, commit):
        raise CommandError(f"{told!r} is not the full id of a commit, which has 40 or 64 hexadecimal digits.")
    return commit


def _one(rows: Any, name: str) -> Any:
    found = rows.first()
    if found is None:
        raise CommandError(f"There is no {name}.")
    return found


def _some(rows: Any, name: str) -> list[Series]:
    found = list(rows)
    if not found:
        raise CommandError(f"There are no {name}.")
    return found
