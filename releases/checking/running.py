"""The worker's part of a check: claim a run, try every series on every baseline of its branch, write down what it is.

Everything is written behind a fence (`cells.hold`), so an attempt that lost its lease writes nothing; what it has
written stays, and the next attempt finds it under its key and goes on from there.
"""

import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from releases.checking import backlogs, bells, cells, circle, earlier, trying
from releases.checking.leases import LostLease, Renewal, lease
from releases.checking.mishaps import Mishaps
from releases.checking.opening import GaveUp, PutOff, bring, opened, troubles_named
from releases.engine.check import OpenBranch
from releases.engine.git import GitTrouble
from releases.engine.verdicts import ENGINE_VERSION, Verdict
from releases.engine.verdicts import Kind as VerdictKind
from releases.mirroring.mirrors import mirror_of
from releases.models import Baseline, Branch, BranchRun, Cell, Check, PointRelease, RunState, StoredVerdict

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 600


@dataclass(frozen=True, slots=True)
class Base:
    """One of the three commits; `commit` is empty where the ref is gone, and `trouble` says so."""

    baseline: Baseline
    name: str
    commit: str
    trouble: str = ""


def work_on(pk: int) -> bool:
    """Do one run to its end, whichever it is; False where it is another's, or over. Safe to call twice at once."""
    if not BranchRun.objects.claim(pk, lease=lease()):
        return False
    run = BranchRun.objects.select_related("branch__tree").get(pk=pk)
    held = BranchRun.objects.held(run.pk, run.attempt)
    mishaps = Mishaps(f"run {pk}", LostLease, PutOff, GaveUp)
    try:
        with Renewal(lambda: bool(held.update(lease_until=Now() + lease()))), mishaps:
            _do(run)
        if mishaps.count:
            raise GaveUp("an unforeseen error; the worker's log says where")
        _end(run, RunState.DONE)
    except LostLease:
        logger.warning("run %s was taken over by another worker", pk)
    except PutOff as reason:
        _put_off(run, str(reason))
    except SoftTimeLimitExceeded:
        _put_off(run, "it took longer than one task may; what is done is kept, and it goes on")
    except GaveUp as reason:
        _end(run, RunState.FAILED, str(reason))
    for later in BranchRun.objects.filter(branch=run.branch, state=RunState.QUEUED, not_before__isnull=True):
        bells.ring_for_run(later.pk)
    return True


def bases_of(branch: Branch) -> list[Base]:
    """The baselines that the branch has, in order."""
    gone = branch.trouble or "the ref is gone"
    found = []
    for baseline in cells.baselines_of(branch):
        if baseline == Baseline.RELEASE:
            release = PointRelease.objects.filter(branch=branch).order_by("-number")[0]
            found.append(Base(baseline, release.tag, release.commit))
        elif baseline == Baseline.STABLE:
            found.append(Base(baseline, branch.stable_ref, branch.stable_commit, gone))
        else:
            found.append(Base(baseline, branch.staging_ref, branch.staging_commit, gone))
    return found


def _do(run: BranchRun) -> None:
    """Bring the mirror up to the branch's commits, then the cells up to the branch."""
    branch = run.branch
    mirror = mirror_of(branch.tree)
    with troubles_named(mirror):
        # Where upstream has dropped commits, it is followed, and asked once more.
        if not bring(branch, mirror, _commits(branch)) and mirror.lacks(_commits(branch)):
            raise PutOff("the upstream is changing under our hands")
        with transaction.atomic():
            cells.hold(run, done=0)
            cells.follow_series(branch)
        bases = bases_of(branch)
        present = circle.entrants(branch)
        waiting = _cells(branch, bases, present)
        run.cells_total = len(waiting)
        BranchRun.objects.held(run.pk, run.attempt).update(cells_total=run.cells_total)
        commits = {base.baseline: base.commit for base in bases if base.commit}
        with mirror.reading(), opened(branch, mirror, commits) as branch_at_hand:
            _Pass(run, bases, present, branch_at_hand).go(waiting)
            backlogs.bring_up(run, present, branch_at_hand)
        earlier.ask_for(branch, present)


def _commits(branch: Branch) -> list[str]:
    return [base.commit for base in bases_of(branch) if base.commit] + [c for c in (branch.fork_commit,) if c]


def _cells(branch: Branch, bases: list[Base], present: Mapping[int, circle.Entrant]) -> list[Cell]:
    """The cells to bring up to date: the last point release of every series first, since that is what users run."""
    order = {base.baseline: place for place, base in enumerate(bases)}
    rows = Cell.objects.filter(branch=branch, series__in=present).select_related("check_made")
    known = [cell for cell in rows if cell.baseline in order]
    return sorted(known, key=lambda cell: (order[Baseline(cell.baseline)], present[cell.series_id].number, cell.pk))


class _Pass:
    """One pass over the cells of a branch."""

    def __init__(
        self, run: BranchRun, bases: list[Base], present: Mapping[int, circle.Entrant], opened: OpenBranch
    ) -> None:
        self._run = run
        self._bases = {base.baseline: base for base in bases}
        self._present = present
        self._opened = opened

    def go(self, waiting: list[Cell]) -> None:
        """Bring each cell up to date; an unforeseen error in one doesn't stop the others, but fails the run."""
        mishaps = Mishaps(f"run {self._run.pk}", LostLease, GitTrouble)
        for done, cell in enumerate(waiting, start=1):
            with mishaps:
                self._bring_up(cell, done)
        if mishaps.count:
            raise GaveUp(f"an unforeseen error in {mishaps.count} of {len(waiting)} cells; the log says where")

    def _bring_up(self, cell: Cell, done: int) -> None:
        entrant = self._present[cell.series_id]
        base = self._bases[Baseline(cell.baseline)]
        verdict, was_computed = self._verdict(entrant, base)
        leans_on = self._leaning(entrant, verdict)
        with transaction.atomic():
            cells.hold(self._run, done=done)
            check = Check(
                revision_id=entrant.revision,
                branch=self._run.branch,
                baseline=cell.baseline,
                base_name=base.name,
                base_commit=base.commit,
                verdict=verdict,
                was_computed=was_computed,
            )
            cells.show(cell, check, leans_on, run=self._run)
        logger.info(
            "run %s: series %s on %s %s: %s%s",
            self._run.pk, entrant.series, self._run.branch_id, cell.baseline, verdict.kind,
            "" if was_computed else " (looked up)",
        )  # fmt: skip

    def _verdict(self, entrant: circle.Entrant, base: Base) -> tuple[StoredVerdict, bool]:
        """The verdict, and whether it had to be computed."""
        if not base.commit:
            return _gone(base), True
        return trying.verdict_of(entrant, self._present, self._opened, base.commit)

    def _leaning(self, entrant: circle.Entrant, stored: StoredVerdict) -> list[int]:
        """Advisories whose fixes the evidence tells of: those in the list, and where the series fails also those that
        were put in first because it declares to need them, since the lines that were found may be theirs."""
        listed = Verdict.from_json(stored.evidence).prerequisites
        told = {int(element.series) for element in listed if element.series}
        if stored.kind == VerdictKind.CONFLICTS:
            told |= circle.needed_by(entrant, self._present)
        return sorted({self._present[key].advisory for key in told if key in self._present} - {entrant.advisory})


def _gone(base: Base) -> StoredVerdict:
    key = hashlib.sha256(f"{ENGINE_VERSION}\0error\0{base.trouble}".encode()).hexdigest()
    return trying.kept(key, Verdict(VerdictKind.ERROR, reason=base.trouble), 0)


def _end(run: BranchRun, state: RunState, trouble: str = "") -> None:
    ended = BranchRun.objects.held(run.pk, run.attempt).update(
        state=state, finished_at=Now(), lease_until=None, trouble=trouble[:300]
    )
    logger.info("run %s of branch %s: %s", run.pk, run.branch_id, state.value if ended else "taken over")


def _put_off(run: BranchRun, reason: str) -> None:
    """Queue the run again for later; where another is queued already, that one does."""
    pause = min(_LONGEST_PAUSE_S, settings.RING_AGAIN_S * 2 ** min(run.times_postponed, 10))
    held = BranchRun.objects.held(run.pk, run.attempt)
    try:
        with transaction.atomic():
            held.update(
                state=RunState.QUEUED,
                lease_until=None,
                times_postponed=F("times_postponed") + 1,
                not_before=Now() + timedelta(seconds=pause),
                trouble=reason[:300],
            )
    except IntegrityError:
        held.update(state=RunState.DONE, finished_at=Now(), lease_until=None, trouble=f"put off: {reason}"[:300])
    logger.info("run %s of branch %s put off for %s s", run.pk, run.branch_id, int(pause))
