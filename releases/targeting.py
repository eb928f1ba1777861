"""Targeting a series: which branches it is meant for, and what must come before it there, changed as a whole."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence

from django.db import transaction

from accounts.access import Viewer
from accounts.models import User
from advisories.models import Batch, Event
from advisories.release import disarming
from releases.checking import requesting as checking
from releases.models import Series, Tree
from releases.models.branch import Branch
from releases.uploading import NotMeantHere, check_belongs


class NeedsItself(Exception):
    """A series would have to come before itself; says by way of which advisory."""


class ChangedMeanwhile(Exception):
    """The series is no longer what the person saw who changes it."""


REFUSALS = (NotMeantHere, NeedsItself, ChangedMeanwhile)
"""What may be wrong with a change, each with a sentence for the person who asked for it. Nothing was changed then."""


@transaction.atomic
def change(
    series: Series,
    *,
    branches: Iterable[Branch],
    depends_on: Iterable[Series],
    depends_on_commits: Sequence[str],
    seen: str,
    by: User,
) -> None:
    """Mean `series` for `branches`, after `depends_on` and these upstream commits (full ids), and request the checks.

    `seen` is what `as_seen_by` said when the person was asked. Dependencies on series that `by` may not see stay as
    they are. Checks that were made stay too. Raises one of `REFUSALS`.
    """
    Batch.objects.around(series.advisory)
    # Two changes at once could close a circle that neither of them sees: changes of one tree go one by one. The weaker
    # lock, since rows that refer to the tree may come into being meanwhile, in transactions that this one waits for.
    tree = Tree.objects.select_for_update(no_key=True).get(pk=series.tree_id)
    disarming.disarm_for(series.advisory, "A series is meant for other branches", by=by)
    series = Series.objects.get(pk=series.pk)
    if seen != as_seen_by(series, by):
        raise ChangedMeanwhile("this series has changed since the form was opened; open it again and look first")
    meant, needed = list(branches), list(depends_on)
    check_belongs(tree, meant, needed)
    check_comes_after(series, needed)
    hidden = series.depends_on.exclude(pk__in=Series.objects.visible_to(by))
    series.branches.set(meant)
    series.depends_on.set([*hidden, *needed])
    series.depends_on_commits = list(dict.fromkeys(commit.lower() for commit in depends_on_commits))
    series.save(update_fields=["depends_on_commits"])
    checking.request_where_inputs_moved(series=series)
    # Numbers of branches and nothing else: what must come first may be more secret than this advisory.
    detail = {"series": str(series.pk), "branches": sorted(branch.pk for branch in meant)}
    Event.objects.record(series.advisory, kind="series-targeted", by=by, detail=detail)


def as_seen_by(series: Series, viewer: Viewer) -> str:
    """A digest of what `viewer` sees of a series' targets, SHA-256 in hex: it moves when they do, or when more is seen.

    Whatever a form didn't show, it doesn't send back. Without this, a dependency that came out of embargo while the
    form was open would be taken for one that was unticked.
    """
    needed = Series.objects.visible_to(viewer).filter(needed_by=series)
    told = [
        sorted(series.branches.values_list("pk", flat=True)),
        sorted(needed.values_list("pk", flat=True)),
        series.depends_on_commits,
    ]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def check_comes_after(series: Series, needed: Sequence[Series]) -> None:
    """Raise `NeedsItself` where one of `needed` is the series, or comes after it by way of whatever."""
    if any(one.pk == series.pk for one in needed):
        raise NeedsItself("a series cannot come before itself")
    through = Series.depends_on.through.objects.filter(from_series__tree=series.tree_id)
    needs: dict[int, list[int]] = defaultdict(list)
    for before, after in through.values_list("to_series", "from_series"):
        needs[after].append(before)
    # Only what was chosen is named: the way back may lead through series that the person may not see.
    circling = [one.advisory.label for one in needed if series.pk in _all_needed(one.pk, needs)]
    if circling:
        raise NeedsItself(
            f"{', '.join(circling)} cannot come first, since this series has to come before "
            f"{'it' if len(circling) == 1 else 'them'}, directly or by way of others"
        )


def _all_needed(pk: int, needs: Mapping[int, Collection[int]]) -> set[int]:
    found: set[int] = set()
    pending = [pk]
    while pending:
        before = set(needs.get(pending.pop(), ())) - found
        found |= before
        pending.extend(before)
    return found
