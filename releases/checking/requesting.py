"""Requesting checks: what makes a branch's verdicts due, and the run that promises to bring them up to date."""

import logging

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from advisories.models import Advisory
from releases.checking import bells, cells, inputs
from releases.models import Branch, BranchRun, Cell, RunState, Series, Tree

logger = logging.getLogger(__name__)


def request(branch: Branch, *, ring: bool = True) -> BranchRun:
    """Mark the branch's cells due and make sure that a run is queued; the run.

    Asking twice is asking once. A run that is under way may have read what was there before, so it doesn't count.
    """
    with transaction.atomic():
        # Touching the queued row first makes a worker that claims it wait for us: it then reads what we promise.
        queued = BranchRun.objects.filter(branch=branch, state=RunState.QUEUED)
        if not queued.update(requested_at=Now()):
            _queue(branch, ring=ring)
        cells.follow_series(branch)
        Cell.objects.filter(branch=branch).update(is_due=True)
        Branch.objects.filter(pk=branch.pk).update(inputs_digest=inputs.digests([branch])[branch.pk])
        return queued.get()


def _queue(branch: Branch, *, ring: bool) -> None:
    try:
        with transaction.atomic():
            run = BranchRun.objects.create(branch=branch)
    except IntegrityError:
        # Somebody else was faster, and rings.
        return
    if ring:
        bells.ring_for_run(run.pk)


def request_where_inputs_moved(*, tree: Tree | None = None, series: Series | None = None) -> int:
    """Request a run on every branch whose verdicts depend on something that has changed; how many those are."""
    branches = Branch.objects.all()
    if tree is not None:
        branches = branches.filter(tree=tree)
    if series is not None:
        branches = branches.filter(tree=series.tree_id)
    return _request_where_moved(branches)


def advisory_moved(advisory: Advisory) -> int:
    """An advisory changed its state: its series begin or cease to be tried, or may take part elsewhere now."""
    return _request_where_moved(Branch.objects.filter(tree__series__advisory=advisory).distinct())


def _request_where_moved(branches: QuerySet[Branch]) -> int:
    found = list(branches)
    digests = inputs.digests(found)
    moved = [branch for branch in found if branch.inputs_digest != digests[branch.pk]]
    for branch in moved:
        if branch.is_followed:
            request(branch)
        else:
            let_go(branch, digests[branch.pk])
    return len(moved)


def let_go(branch: Branch, digest: str) -> None:
    """Nothing is tried on a branch that isn't followed: its cells go, its flags close, its history stays."""
    with transaction.atomic():
        cells.follow_series(branch)
        Branch.objects.filter(pk=branch.pk).update(inputs_digest=digest)
