"""Where a fix stops that doesn't apply to a release before the last: its hunk, beside what the release has there.

Of the last release a check has a page that shows it, and more.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser

from releases.evidence.showing import HunkShown, failing_hunk
from releases.lacking.values import Fix
from releases.models import Patch

EVERYONE = AnonymousUser()


@dataclass(frozen=True, slots=True)
class Stopped:
    """A fix, and the hunk at which it stops."""

    fix: Fix
    path: str = ""
    hunk: HunkShown | None = None
    """None where it is no hunk that is in the way."""


def stopped(fixes: Iterable[Fix]) -> list[Stopped]:
    """Each of them, in their order: one query however many there are."""
    told = list(fixes)
    rows = Patch.objects.visible_to(EVERYONE).filter(revision__in={fix.revision for fix in told if fix.failed})
    patches: dict[int, list[Patch]] = defaultdict(list)
    for row in rows.order_by("revision", "position"):
        patches[row.revision_id].append(row)
    return [_stopped(fix, patches[fix.revision]) for fix in told]


def _stopped(fix: Fix, patches: Sequence[Patch]) -> Stopped:
    if fix.failed is None or fix.failed.patch >= len(patches):
        return Stopped(fix)
    hunk = failing_hunk(patches[fix.failed.patch], fix.failed)
    return Stopped(fix, hunk.path, hunk) if hunk else Stopped(fix)
