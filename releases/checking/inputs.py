"""Everything a branch's verdicts depend on, as one digest: where it differs from the last request, a run is due.

Comparing covers every way in which something may move (a tip, a tag, an upload, an advisory's state, an embargo that
ends by the clock, support that does, a setting, a new engine) and needs nobody to remember to tell.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from advisories.models import Advisory, Publication
from releases.checking.circle import standing_of
from releases.engine.verdicts import ENGINE_VERSION
from releases.models import Branch, PointRelease, Series, Tree

_OF_THE_TREE = (
    "never_needed_pattern", "allow_symlinks", "allow_submodules", "allow_git_files", "allow_odd_names",
)  # fmt: skip
_OF_THE_BRANCH = ("stable_ref", "staging_ref", "stable_commit", "staging_commit", "fork_commit", "trouble")


def digests(branches: Iterable[Branch]) -> dict[int, str]:
    """The digest of each branch, by primary key; a branch that isn't followed depends on nothing. Four queries."""
    wanted = {branch.pk: branch for branch in branches}
    releases = dict(PointRelease.objects.filter(branch__in=wanted).order_by("number").values_list("branch", "commit"))
    meant: dict[int, list[int]] = defaultdict(list)
    for branch_pk, series in Series.branches.through.objects.filter(branch__in=wanted).values_list("branch", "series"):
        meant[branch_pk].append(series)
    told = _series({series for several in meant.values() for series in several})
    trees = Tree.objects.in_bulk({branch.tree_id for branch in wanted.values()})
    today = timezone.now().date()
    found = {}
    for pk, branch in wanted.items():
        tree = trees[branch.tree_id]
        facts = [
            ENGINE_VERSION,
            settings.ENGINE_LIMITS,
            branch.is_followed,
            branch.is_security_supported_on(today),
            [getattr(tree, name) for name in _OF_THE_TREE],
            [getattr(branch, name) for name in _OF_THE_BRANCH],
            releases.get(pk, ""),
            [told[series] for series in sorted(meant[pk]) if series in told],
        ]
        found[pk] = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
    return found


def _series(wanted: Iterable[int]) -> dict[int, Any]:
    public = Advisory.objects.public().filter(pk=OuterRef("advisory"))
    coming = Publication.objects.coming().filter(advisory=OuterRef("advisory"))
    rows = (
        Series.objects.filter(pk__in=wanted, advisory__in=Advisory.objects.carrying_fixes(), current__isnull=False)
        .annotate(is_public=Exists(public), is_armed=Exists(coming))
        .values_list(
            "pk", "current", "advisory__number", "advisory__state", "is_public", "is_armed", "depends_on_commits"
        )
    )
    needs: dict[int, list[int]] = defaultdict(list)
    through = Series.depends_on.through.objects.filter(from_series__in=wanted)
    for series, needed in through.order_by("to_series").values_list("from_series", "to_series"):
        needs[series].append(needed)
    told = {}
    for pk, current, number, state, is_public, is_armed, commits in rows:
        standing = standing_of(state, is_public=is_public, is_armed=is_armed)
        told[pk] = [pk, current, number, standing.content, standing.readers, commits, needs[pk]]
    return told
