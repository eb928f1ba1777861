"""What each release before the last of its branch lacks: owed as a row, made by a worker, one after the other.

A list depends on what is public and on the upstream alone, and so does whether one is owed: nothing that a reader can
see moves because of a fix under embargo.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils import timezone

from releases.checking import bells, circle, trying
from releases.checking.circle import Entrant
from releases.checking.leases import LostLease, Renewal, lease
from releases.checking.listing import Told, as_values, ground, in_order, together
from releases.checking.mishaps import Mishaps
from releases.checking.opening import GaveUp, PutOff, bring, opened, troubles_named
from releases.engine.check import OpenBranch
from releases.engine.verdicts import Verdict
from releases.mirroring.mirrors import mirror_of
from releases.models import Backlog, Baseline, Branch, PointRelease
from releases.models.backlog import MOST_ATTEMPTS

logger = logging.getLogger(__name__)

_PAUSE = timedelta(minutes=5)
_TELLS = 2
"""What such a list tells besides: with another number all of them are made anew."""


def ask_for(branch: Branch, present: Mapping[int, Entrant]) -> None:
    """Owe a list for each earlier release of the branch that is worth one, where it would come out otherwise now."""
    worth = PointRelease.objects.worth_a_list(branch, timezone.now().date())
    with transaction.atomic():
        rows = Backlog.objects.select_for_update().filter(release__branch=branch)
        there = {row.release_id: row for row in rows.exclude(wanted="")}
        public = _public(present)
        for release in worth:
            wanted = _digest(branch, release, public)
            row = there.pop(release.pk, None)
            if row is None:
                _begin(release, wanted)
            elif row.wanted != wanted:
                Backlog.objects.filter(pk=row.pk).update(
                    wanted=wanted, attempts_allowed=F("attempt") + MOST_ATTEMPTS, not_before=None, trouble=""
                )
        Backlog.objects.filter(pk__in=[row.pk for row in there.values()]).delete()
        transaction.on_commit(ring)


def _begin(release: PointRelease, wanted: str) -> None:
    """A list that was never made, or that of a release which was the last one until now."""
    nothing = {
        "digest": "", "steps": [], "left_out": [], "verified_tree": "", "verdicts": [], "trouble": "",
        "attempts_allowed": F("attempt") + MOST_ATTEMPTS,
    }  # fmt: skip
    if not Backlog.objects.filter(release=release).update(wanted=wanted, base_commit=release.commit, **nothing):
        Backlog.objects.create(release=release, wanted=wanted, base_commit=release.commit)


def try_again(branch: Branch) -> None:
    """Let lists be tried again that were given up. Somebody has to ask: a run alone would tell that there was one."""
    given_up = Backlog.objects.owed().filter(release__branch=branch, lease_until__isnull=True)
    given_up.filter(attempt__gte=F("attempts_allowed")).update(attempts_allowed=F("attempt") + MOST_ATTEMPTS)


def ring() -> bool:
    """Ring for the next list, unless one is under way: between two of them everything else has its turn."""
    heard = Now() - timedelta(seconds=settings.RING_AGAIN_S)
    owed = Backlog.objects.owed()
    if owed.filter(lease_until__gte=Now()).exists():
        return False
    waiting = Backlog.objects.claimable()
    if waiting.filter(rung_at__gt=heard).exists():
        return False
    first = waiting.order_by("-release__branch__position", "-release__number", "pk").first()
    if first is None:
        return False
    if not waiting.filter(Q(rung_at__isnull=True) | Q(rung_at__lte=heard), pk=first.pk).update(rung_at=Now()):
        return False
    bells.ring_for_list(first.pk)
    return True


def make_owed(branch: Branch) -> int:
    """Make every list of the branch that is owed, here and now; how many there were."""
    owed = Backlog.objects.claimable().filter(release__branch=branch).order_by("-release__number")
    return sum(work_on(pk) for pk in list(owed.values_list("pk", flat=True)))


def work_on(pk: int) -> bool:
    """Make one list, whatever comes of it; False where it is another's, or nothing is owed. Safe to call twice."""
    if not Backlog.objects.claim(pk, lease=lease()):
        return False
    row = Backlog.objects.select_related("release__branch__tree").get(pk=pk)
    held = Backlog.objects.held(row.pk, row.attempt)
    mishaps = Mishaps(f"list {pk}", LostLease, PutOff, GaveUp)
    try:
        with Renewal(lambda: bool(held.update(lease_until=Now() + lease()))), mishaps:
            _make(row)
        if mishaps.count:
            raise GaveUp("an unforeseen error; the worker's log says where")
    except LostLease:
        logger.warning("list %s was taken over, or is wanted no more", pk)
    except PutOff as reason:
        logger.info("list %s put off: %s", pk, reason)
        held.update(
            lease_until=None, not_before=Now() + _PAUSE, attempts_allowed=F("attempts_allowed") + 1, trouble=str(reason)
        )
    except SoftTimeLimitExceeded:
        logger.warning("list %s took longer than one task may", pk)
        held.update(lease_until=None, trouble="it took longer than one task may; what is done is kept, and it goes on")
    except GaveUp as reason:
        logger.error("list %s was not made: %s", pk, reason)
        held.update(lease_until=None, not_before=Now() + _PAUSE, trouble=str(reason)[:300])
    ring()
    return True


def _make(row: Backlog) -> None:
    release, branch = row.release, row.release.branch
    mirror = mirror_of(branch.tree)
    with troubles_named(mirror):
        if not bring(branch, mirror, [one for one in (*_commits(branch, release).values(), branch.fork_commit) if one]):
            raise PutOff("the upstream is changing under our hands")
        public = _public(circle.entrants(branch))
        digest = _digest(branch, release, public)
        with mirror.reading(), opened(branch, mirror, _commits(branch, release)) as branch_at_hand:
            made = _made(release, public, branch_at_hand)
    kept = Backlog.objects.held(row.pk, row.attempt).update(
        **made, base_commit=release.commit, digest=digest, lease_until=None, trouble="",
        # Where nobody has asked for another one meanwhile, this is the one that is wanted.
        wanted=Case(When(wanted=row.wanted, then=Value(digest)), default=F("wanted")),
    )  # fmt: skip
    if not kept:
        raise LostLease
    logger.info("list %s: what release %s lacks, in %s steps", row.pk, release.pk, len(made["steps"]))


def _made(release: PointRelease, public: Mapping[int, Entrant], opened: OpenBranch) -> dict[str, Any]:
    told, verdicts = {}, []
    for pk, entrant in public.items():
        stored, _ = trying.verdict_of(entrant, public, opened, release.commit)
        verdict = Verdict.from_json(stored.evidence)
        told[pk] = Told.of(stored.kind, stored.evidence)
        verdicts.append(
            {
                "series": pk, "revision": entrant.revision, "kind": stored.kind, "reason": verdict.reason[:300],
                "failed": stored.evidence["failed"],
            }
        )  # fmt: skip
    combined, left_out = together(in_order(public, told), public, opened, release.commit)
    return {
        "steps": as_values(combined, public), "left_out": left_out, "verified_tree": combined.verified_tree,
        "is_binary": combined.is_binary, "verdicts": verdicts,
    }  # fmt: skip


def _commits(branch: Branch, release: PointRelease) -> dict[Baseline, str]:
    commits = {
        Baseline.RELEASE: release.commit, Baseline.STABLE: branch.stable_commit, Baseline.STAGING: branch.staging_commit
    }  # fmt: skip
    return {baseline: commit for baseline, commit in commits.items() if commit}


def _public(present: Mapping[int, Entrant]) -> dict[int, Entrant]:
    """The series that everyone may know, without those that declare to need one that isn't among them."""
    public = {pk: one for pk, one in present.items() if one.standing.is_public}
    return {
        pk: one
        for pk, one in public.items()
        if all(present[needed].standing.is_public for needed in circle.needed_by(one, present))
    }


def _digest(branch: Branch, release: PointRelease, public: Mapping[int, Entrant]) -> str:
    series = [[one.series, one.number, one.revision, one.needs, one.needs_commits] for one in public.values()]
    facts = [*ground(branch, release), _TELLS, series]
    return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
