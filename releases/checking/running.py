"""The worker's part of a check: claim a run, try every series on every baseline of its branch, write down what it is.

Everything is written behind a fence (`cells.hold`), so an attempt that lost its lease writes nothing; what it has
written stays, and the next attempt finds it under its key and goes on from there.
"""

import hashlib
import logging
import time
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from releases.checking import backlogs, bells, cells, circle
from releases.checking.leases import LostLease, Renewal, lease
from releases.checking.mishaps import Mishaps
from releases.engine.addresses import AddressRefused
from releases.engine.check import NARROW, OpenBranch, open_branch
from releases.engine.git import GitTimeout, GitTrouble
from releases.engine.limits import Limits
from releases.engine.mirror import Mirror, MirrorBusy, MirrorTrouble, UpstreamUnreachable
from releases.engine.policy import Policy
from releases.engine.verdicts import ENGINE_VERSION, Verdict
from releases.engine.verdicts import Kind as VerdictKind
from releases.mirroring import fetching, following
from releases.mirroring.mirrors import mirror_of
from releases.models import Baseline, Branch, BranchRun, Cell, Check, PointRelease, RunState, StoredVerdict

logger = logging.getLogger(__name__)

_LONGEST_PAUSE_S = 600


class PutOff(Exception):
    """The run cannot be done now, but later it may; says why in neutral words."""


class GaveUp(Exception):
    """The run cannot be done; says why in words that hold no secret."""


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
    try:
        _bring(branch, mirror)
        with transaction.atomic():
            cells.hold(run, done=0)
            cells.follow_series(branch)
        bases = bases_of(branch)
        present = circle.entrants(branch)
        waiting = _cells(branch, bases, present)
        run.cells_total = len(waiting)
        BranchRun.objects.held(run.pk, run.attempt).update(cells_total=run.cells_total)
        with mirror.reading(), _opened(branch, mirror, bases) as opened:
            _Pass(run, bases, present, opened).go(waiting)
            backlogs.bring_up(run, present, opened)
    except (MirrorBusy, UpstreamUnreachable) as trouble:
        raise PutOff(str(trouble)[:200]) from trouble
    except (MirrorTrouble, AddressRefused) as trouble:
        raise GaveUp(f"the mirror cannot be brought up to date: {trouble}"[:300]) from trouble
    except GitTimeout as trouble:
        raise PutOff("git took too long") from trouble
    except GitTrouble as trouble:
        # Reading failed although everything had been there: the next fetch looks whether the mirror is broken.
        mirror.suspect()
        raise PutOff("the mirror could not be read; it will be looked at") from trouble


def _bring(branch: Branch, mirror: Mirror) -> None:
    """Make sure that this machine's mirror holds the branch's commits; where upstream has dropped them, follow it."""
    if not mirror.lacks(_commits(branch)):
        return
    fetching.bring_mirror(branch.tree)
    if mirror.lacks(_commits(branch)):
        try:
            fetching.follow_branches(branch.tree)
        except following.BranchesNotFound as trouble:
            logger.warning("tree %s: %s", branch.tree_id, trouble)
        branch.refresh_from_db()
        if mirror.lacks(_commits(branch)):
            raise PutOff("the upstream is changing under our hands")


def _commits(branch: Branch) -> list[str]:
    return [base.commit for base in bases_of(branch) if base.commit] + [c for c in (branch.fork_commit,) if c]


def _opened(branch: Branch, mirror: Mirror, bases: list[Base]) -> AbstractContextManager[OpenBranch]:
    tree = branch.tree
    commits = {base.baseline: base.commit for base in bases if base.commit}
    return open_branch(
        mirror.path,
        fork=branch.fork_commit or None,
        release=commits.get(Baseline.RELEASE),
        stable=commits.get(Baseline.STABLE),
        staging=commits.get(Baseline.STAGING),
        limits=Limits(**settings.ENGINE_LIMITS),
        policy=Policy(
            allow_symlinks=tree.allow_symlinks,
            allow_gitlinks=tree.allow_submodules,
            allow_git_files=tree.allow_git_files,
            allow_odd_names=tree.allow_odd_names,
        ),
        never_needed=tree.never_needed_pattern,
    )


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
        series = entrant.as_input(self._present)
        others = [other.as_input(self._present) for other in circle.who_may_take_part(entrant, self._present)]
        keys = self._opened.keys(series, others, base.commit)
        found = {stored.key: stored for stored in StoredVerdict.objects.filter(key__in=keys)}
        for key in keys:
            if key in found:
                return found[key], False
        started = time.monotonic()
        verdict = self._opened.check(series, others, base.commit)
        took_ms = int((time.monotonic() - started) * 1000)
        narrow, wide = keys
        return _stored(narrow if verdict.kind in NARROW else wide, verdict, took_ms), True

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
    return _stored(key, Verdict(VerdictKind.ERROR, reason=base.trouble), 0)


def _stored(key: str, verdict: Verdict, took_ms: int) -> StoredVerdict:
    return cells.stored(key, verdict.kind.value, verdict.to_json(), ENGINE_VERSION, took_ms)


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
