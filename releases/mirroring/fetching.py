"""Fetching trees: when one is due, who does it, and what is remembered of how it went."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from releases.checking import bells
from releases.checking import requesting as checking
from releases.checking.leases import Renewal, lease
from releases.engine.addresses import AddressRefused, shown_address
from releases.engine.git import GitTrouble
from releases.engine.mirror import MirrorBusy, MirrorTrouble
from releases.mirroring import following
from releases.mirroring.mirrors import mirror_of
from releases.models import Tree

logger = logging.getLogger(__name__)

_WAIT_FOR_OTHERS_S = 5.0


def request(tree: Tree) -> None:
    """Have the tree fetched now, whatever its interval says."""
    Tree.objects.filter(pk=tree.pk).update(fetch_due_at=Now())
    bells.ring_for_fetch(tree.pk)


def ring_for_due_trees() -> int:
    """Ring for every tree that is due and that nobody is fetching; how many there were.

    Whoever moves the due time on rings: of two beats one, and again only after a while, should the bell be lost.
    """
    now = timezone.now()
    again = now + timedelta(seconds=max(settings.RING_AGAIN_S, 5.0))
    is_due = Q(fetch_due_at__isnull=True) | Q(fetch_due_at__lte=now)
    rung = 0
    for pk in Tree.objects.filter(is_due, _is_free()).values_list("pk", flat=True):
        if Tree.objects.filter(is_due, _is_free(), pk=pk).update(fetch_due_at=again):
            bells.ring_for_fetch(pk)
            rung += 1
    return rung


def fetch(pk: int) -> bool:
    """Fetch one tree and take up what moved; False where somebody else is at it, or it failed.

    A failure is kept on the tree, in words fit to show; mirror, branches and verdicts stay as they were.
    """
    until = Now() + lease()
    if not Tree.objects.filter(_is_free(), pk=pk).update(fetch_lease_until=until):
        return False
    tree = Tree.objects.get(pk=pk)
    try:
        with Renewal(lambda: bool(Tree.objects.filter(pk=pk).update(fetch_lease_until=Now() + lease()))):
            trouble = _fetched(tree)
    finally:
        Tree.objects.filter(pk=pk).update(
            fetch_lease_until=None, fetch_due_at=Now() + timedelta(seconds=tree.fetch_every_s)
        )
    logger.info("tree %s fetched: %s", pk, "failed" if trouble else "done")
    return not trouble


def bring_mirror(tree: Tree) -> None:
    """Make this machine's mirror as new as the upstream. Raises what `Mirror.fetch` raises."""
    mirror_of(tree).fetch(tree.url, limit_s=settings.FETCH_LIMIT_S, wait_s=_WAIT_FOR_OTHERS_S)


def follow_branches(tree: Tree) -> None:
    """Take up what this machine's mirror holds: branches, point releases, support dates; request what is due."""
    following.record(tree, mirror_of(tree))
    checking.request_where_inputs_moved(tree=tree)


def _fetched(tree: Tree) -> str:
    """Fetch and record; the trouble in words, empty where there was none."""
    try:
        bring_mirror(tree)
        following.record(tree, mirror_of(tree))
    except MirrorBusy:
        # Another process of this machine is at it, and records what it finds.
        return "busy"
    except (AddressRefused, MirrorTrouble, GitTrouble, following.BranchesNotFound) as error:
        trouble = str(error)[:500].replace(tree.url, shown_address(tree.url))
        Tree.objects.filter(pk=tree.pk).update(fetch_error=trouble, fetch_failed_at=Now())
        if isinstance(error, following.BranchesNotFound):
            Tree.objects.filter(pk=tree.pk).update(fetched_at=Now())
        checking.request_where_inputs_moved(tree=tree)
        return trouble
    Tree.objects.filter(pk=tree.pk).update(fetched_at=Now(), fetch_error="")
    checking.request_where_inputs_moved(tree=tree)
    return ""


def _is_free() -> Q:
    return Q(fetch_lease_until__isnull=True) | Q(fetch_lease_until__lt=Now())
