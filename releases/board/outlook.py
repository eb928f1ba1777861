"""What pages of trees and branches tell: releases, tips, support, and what each last release still lacks."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from accounts.access import Viewer
from releases.access import may_keep_trees
from releases.engine.addresses import shown_address
from releases.models import Branch, BranchRun, Check, PointRelease, Series, Tree

SOON_DAYS = 90
"""Support that ends within as many days is pointed out."""


class TreeStays(Exception):
    """Something hangs on the tree."""


@dataclass(frozen=True, slots=True)
class Support:
    """One of a branch's two dates, and how near it is."""

    title: str
    until: date | None
    says: str
    """Empty, `ends soon` or `ended`."""


def support_of(branch: Branch) -> tuple[Support, Support]:
    """Support and security support."""
    today, security = timezone.now().date(), branch.security_supported_until
    return (
        Support("Supported until", branch.supported_until, _says(branch.supported_until, today)),
        Support("Security support until", security, _says(security, today)),
    )


def _says(until: date | None, today: date) -> str:
    if until is None or (until - today).days > SOON_DAYS:
        return ""
    return "ended" if until < today else "ends soon"


def stands(tree: Tree) -> str:
    """Where the mirror stands, as `Tree.stands`, or `late`: nobody has looked for five intervals and ten minutes."""
    limit = timedelta(seconds=5 * tree.fetch_every_s, minutes=10)
    if tree.stands == "fetched" and tree.fetched_at and timezone.now() - tree.fetched_at > limit:
        return "late"
    return tree.stands


def told_address(tree: Tree, viewer: Viewer) -> str:
    """Where the tree comes from: without credentials, and a path of the server only to those who keep trees."""
    if tree.url.startswith(("/", "file:")) and not may_keep_trees(viewer):
        return "a repository on this server"
    return shown_address(tree.url)


def branches_of(tree: Tree) -> Any:
    """The tree's branches, newest first, each with its last point release (`last_number`, `last_tagged_at`)."""
    last = PointRelease.objects.filter(branch=OuterRef("pk")).order_by("-number")
    return tree.branches.annotate(
        last_number=Subquery(last.values("number")[:1]),
        last_tagged_at=Subquery(last.values("tagged_at")[:1]),
    ).order_by("-position", "-pk")


def last_runs(branch: Branch, count: int = 10) -> list[BranchRun]:
    """The latest runs on a branch."""
    return list(branch.runs.order_by("-requested_at", "-pk")[:count])


def released(branch: Branch) -> list[PointRelease]:
    """Its point releases, the last first."""
    return list(branch.point_releases.order_by("-number"))


def why_tree_stays(tree: Tree) -> str:
    """What hangs on a tree, in a sentence; empty where nothing does."""
    if Series.objects.filter(tree=tree).exists():
        return "Series were uploaded for it. Their verdicts are part of the record, so the tree stays."
    if Check.objects.filter(branch__tree=tree).exists():
        return "Checks were made on its branches. They are part of the record, so the tree stays."
    return ""


@transaction.atomic
def take_away(tree: Tree) -> None:
    """Remove a tree with its branches and releases; raise `TreeStays` where something hangs on it."""
    if why := why_tree_stays(tree):
        raise TreeStays(why)
    PointRelease.objects.filter(branch__tree=tree).delete()
    tree.branches.all().delete()
    tree.delete()
