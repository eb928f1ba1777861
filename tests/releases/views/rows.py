"""Rows of the board made by hand, where a test is about who sees what and not about git."""

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from advisories.lifecycle import State
from advisories.models import Advisory
from releases.engine.verdicts import (
    CommitLine,
    FailedHunk,
    Kind,
    Outcome,
    PatchOutcome,
    Place,
    Prerequisite,
    Verdict,
)
from releases.models import Branch, Cell, Check, Flag, PointRelease, Series, SeriesRevision, StoredVerdict, Upload
from releases.models import Patch as PatchRow
from tests.make import make_advisory
from tests.upstream import fix, numbered

PATCH = fix(numbered("queue"), numbered("queue", l20="queue is bounded"))

APPLIES = Verdict(
    Kind.APPLIES, patches=(PatchOutcome("0" * 64, Outcome.APPLIED, (Place("queue.c", hunk=0, line=31, offset=14),)),)
)
CONFLICTS = Verdict(
    Kind.CONFLICTS,
    reason="the hunk's lines are not in the file",
    patches=(PatchOutcome("0" * 64, Outcome.FAILED),),
    failed=FailedHunk(
        patch=0, path="queue.c", hunk=0, patch_line=8, reason="the hunk's lines are not in the file",
        expected=("queue line 19\n", "queue line 20\n"), found=("queue line 19\n", "queue is another\n"), found_at=19,
    ),
    in_the_way=(CommitLine("c" * 40, "Ada Sluice <ada@sluice.example>", "Rename the queue", "2023-11-14"),),
)  # fmt: skip
NEEDS_TWO = Verdict(
    Kind.NEEDS_PREREQUISITES,
    patches=(PatchOutcome("0" * 64, Outcome.APPLIED, (Place("queue.c", hunk=0, line=17, offset=0),)),),
    prerequisites=(
        Prerequisite(CommitLine("a" * 40, "Ada Sluice <ada@sluice.example>", "Split the queue")),
        Prerequisite(CommitLine("b" * 40, "Ada Sluice <ada@sluice.example>", "Count the queue")),
    ),
    verified_tree="d" * 40,
)
MERGED = Verdict(Kind.MERGED, patches=(PatchOutcome("0" * 64, Outcome.CONTAINED),))


def needs_series(series: Series) -> Verdict:
    """Needs another series as a whole."""
    return Verdict(
        Kind.NEEDS_PREREQUISITES,
        patches=NEEDS_TWO.patches,
        prerequisites=(Prerequisite(series=str(series.pk)),),
    )


def release_on(branch: Branch, number: int = 3) -> PointRelease:
    """A point release with a commit that is in no mirror."""
    return PointRelease.objects.create(
        branch=branch,
        tag=f"R-{branch.name}.{number}",
        number=number,
        commit="4" * 40,
        tagged_at=datetime(2026, 5, 1, tzinfo=UTC),
    )


def series_for(branches: Iterable[Branch], advisory: Advisory | None = None, content: bytes = PATCH) -> Series:
    """A series with one patch in one revision, without asking for checks."""
    branches = list(branches)
    series = Series.objects.create(advisory=advisory or make_advisory(state=State.PUBLIC), tree=branches[0].tree)
    series.branches.set(branches)
    revise(series, content)
    return series


def revise(series: Series, content: bytes = PATCH) -> SeriesRevision:
    """The next revision."""
    sha256 = hashlib.sha256(content).hexdigest()
    number = series.revisions.count() + 1
    revision = SeriesRevision.objects.create(series=series, number=number, digest=sha256, note="Cleaner")
    stored = {"revision": revision, "position": 1, "file_name": "fix.patch", "content": content, "sha256": sha256}
    Upload.objects.create(**stored)
    PatchRow.objects.create(**stored, subject="Bound the queue", author="Ada Sluice <ada@sluice.example>")
    series.current = revision
    series.save()
    return revision


def check_on(
    series: Series,
    branch: Branch,
    verdict: Verdict = APPLIES,
    baseline: str = "release",
    *,
    leans_on: Iterable[Advisory] = (),
    is_due: bool = False,
) -> Check:
    """A check, shown by its cell."""
    key = hashlib.sha256(f"{series.pk} {branch.pk} {baseline} {verdict}".encode()).hexdigest()
    stored, _ = StoredVerdict.objects.get_or_create(
        key=key, defaults={"kind": verdict.kind, "evidence": verdict.to_json(), "engine_version": "1"}
    )
    revision = SeriesRevision.objects.get(current_of=series)
    name = {"release": f"R-{branch.name}.3", "stable": branch.stable_ref, "staging": branch.staging_ref}[baseline]
    check = Check.objects.create(
        revision=revision, branch=branch, baseline=baseline, base_name=name, base_commit="4" * 40, verdict=stored,
        was_computed=True,
    )  # fmt: skip
    check.leans_on.set(leans_on)
    Cell.objects.update_or_create(
        series=series, branch=branch, baseline=baseline, defaults={"check_made": check, "is_due": is_due}
    )
    return check


def checked_everywhere(series: Series, branch: Branch, verdict: Verdict = APPLIES) -> Check:
    """The same verdict on all three baselines; the last point release's check."""
    for baseline in ("stable", "staging"):
        check_on(series, branch, verdict, baseline)
    return check_on(series, branch, verdict)


def flag_on(series: Series, branch: Branch) -> Flag:
    """An open flag without an owner."""
    return Flag.objects.create(series=series, branch=branch)
