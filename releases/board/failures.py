"""The failures behind the open flags, with their evidence, as far as one viewer may read it."""

from accounts.access import Viewer
from releases.evidence.dossier import ROWS, Dossier, open_dossier
from releases.models import Cell, Check, Flag
from releases.models.check import FAILURES, Baseline

_ORDER = {Baseline.RELEASE.value: 0, Baseline.STABLE.value: 1, Baseline.STAGING.value: 2}


def failures_behind_flags(viewer: Viewer, *, tree: str = "") -> list[Dossier]:
    """For each open flag the first baseline that fails; oldest flag first. Only what `viewer` may read."""
    flags = Flag.objects.known_to(viewer).open().order_by("opened_at", "pk")
    if tree:
        flags = flags.filter(branch__tree__slug=tree)
    latest = Cell.objects.known_to(viewer).filter(check_made__isnull=False).values("check_made")
    shown = Check.objects.visible_to(viewer).filter(verdict__kind__in=FAILURES, pk__in=latest).select_related(*ROWS)
    worst: dict[tuple[int, int], Check] = {}
    for check in shown:
        at = (check.revision.series_id, check.branch_id)
        if at not in worst or _ORDER[check.baseline] < _ORDER[worst[at].baseline]:
            worst[at] = check
    wanted = [worst[at] for flag in flags if (at := (flag.series_id, flag.branch_id)) in worst]
    return [open_dossier(check, viewer) for check in wanted]
