"""The cells of the board: which there are, and which check each shows."""

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from releases.checking import flags
from releases.checking.leases import LostLease, lease
from releases.models import Baseline, Branch, BranchRun, Cell, Check, Flag, PointRelease, Series

BASELINES = (Baseline.RELEASE, Baseline.STABLE, Baseline.STAGING)


def baselines_of(branch: Branch) -> tuple[Baseline, ...]:
    """Those that the branch has: no release before the first point release, no staging without a staging ref."""
    has_release = PointRelease.objects.filter(branch=branch).exists()
    there = {Baseline.RELEASE: has_release, Baseline.STABLE: True, Baseline.STAGING: bool(branch.staging_ref)}
    return tuple(baseline for baseline in BASELINES if there[baseline])


def follow_series(branch: Branch) -> None:
    """Make the branch's cells those of the series to try on it; flags of the others close. Call it in a transaction."""
    wanted = Series.objects.to_try_on(branch) if branch.is_followed else Series.objects.none()
    baselines = baselines_of(branch)
    Cell.objects.filter(branch=branch).exclude(series__in=wanted, baseline__in=baselines).delete()
    Cell.objects.bulk_create(
        (
            Cell(series_id=series, branch=branch, baseline=baseline)
            for series in wanted.values_list("pk", flat=True)
            for baseline in baselines
        ),
        ignore_conflicts=True,
    )
    still_there = Cell.objects.filter(branch=branch, series=OuterRef("series"))
    Flag.objects.open().filter(~Exists(still_there), branch=branch).update(closed_at=Now())


def hold(run: BranchRun, *, done: int) -> None:
    """Renew the run's lease and count `done` cells; raise `LostLease` where another worker has it. In a transaction
    this is the fence: the row stays locked, and whatever follows is written only by the holder."""
    held = BranchRun.objects.held(run.pk, run.attempt)
    if not held.update(cells_done=done, lease_until=Now() + lease()):
        raise LostLease


def show(cell: Cell, check: Check, leans_on: list[int], *, run: BranchRun) -> bool:
    """Put an unsaved check into its cell unless the cell shows the same already; whether anything changed.

    The cell stays due where another run has been requested since: this one may have read what was there before.
    """
    later = BranchRun.objects.filter(Q(state="queued"), branch=OuterRef("branch"))
    before = cell.check_made
    same = before is not None and (before.revision_id, before.base_commit, before.base_name, before.verdict_id) == (
        check.revision_id,
        check.base_commit,
        check.base_name,
        check.verdict_id,
    )
    if not same:
        check.save()
        check.leans_on.set(leans_on)
        if not Cell.objects.filter(pk=cell.pk).update(check_made=check):
            # The series was taken off the branch meanwhile; what was found stays in its history.
            return False
    Cell.objects.filter(~Exists(later), pk=cell.pk).update(is_due=False)
    flags.settle(check.revision.series_id, check.branch_id)
    return not same
