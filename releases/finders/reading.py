"""The fix as the finder of a report is shown it: all of it fetched through what is shared with that report.

Revisions are named by keys that are drawn from ours and count nothing; files by what they are for, since their authors'
names for them tell what nobody meant to tell.
"""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Prefetch
from django.urls import reverse
from django.utils.crypto import salted_hmac

from advisories.highlighting import visible
from advisories.models import Report
from advisories.writing import differences
from advisories.writing.differences import HeldPatch, PatchDifference
from releases.engine.mailbox import as_mbox
from releases.engine.verdicts import Kind, Prerequisite, Verdict
from releases.evidence.showing import Called, shaped_patches
from releases.finders.values import Before, Glance, Said, ToldBranch, ToldFix, ToldSeries, ToldVerdict
from releases.models import Baseline, Branch, Cell, FixAnswer, Patch, Series, SeriesRevision, SharedFix

_EVERYONE = AnonymousUser()


@dataclass(frozen=True, slots=True)
class _Rows:
    """Everything that was read, once for all series."""

    report: Report
    token: str
    cells: Mapping[tuple[int, int, str], Cell]
    seen: Mapping[int, list[SeriesRevision]]
    """By series, the newest first."""
    patches: Mapping[int, list[Patch]]
    """By revision, in order."""
    said: Mapping[int, Said]
    """By revision."""
    names: Mapping[str, str]
    """What a series that comes first is called, by the key that a verdict has for it."""


def key_of(report: Report, revision: SeriesRevision) -> str:
    """What this finder's addresses call a revision."""
    return salted_hmac("a finder's revision", f"{report.pk} {revision.pk}", algorithm="sha256").hexdigest()[:20]


def revision_called(report: Report, key: str) -> SeriesRevision | None:
    """The revision of that key, as far as it is shown to the finder."""
    told = SeriesRevision.objects.told_to_finder(report).select_related("series__tree")
    return next((one for one in told if key_of(report, one) == key), None)


def patches_of(report: Report, revision: SeriesRevision) -> list[Patch]:
    """Its patches, in order."""
    return list(Patch.objects.told_to_finder(report).filter(revision=revision).order_by("position"))


def mbox_of(patches: Sequence[Patch]) -> bytes:
    """All of them as one mbox that `git am` takes."""
    return as_mbox([bytes(patch.content) for patch in patches])


def file_name(series: Series, revision: SeriesRevision, ending: str) -> str:
    """As in sluice-1.9-s2-1.patch: the newest branch that it is for."""
    newest = sorted(series.branches.all(), key=lambda branch: branch.position)[-1:]
    words = [series.tree.slug, *(branch.name for branch in newest), f"{revision}{ending}"]
    return re.sub(r"[^A-Za-z0-9._+-]+", "-", "-".join(words))


def fix_for(report: Report, token: str) -> ToldFix | None:
    """What the finder of `report` is shown through the link with `token`; None where nothing is shared with them."""
    shared = SharedFix.objects.told_to_finder(report).first()
    if shared is None:
        return None
    branches = Prefetch("branches", Branch.objects.order_by("-position"))
    found = Series.objects.told_to_finder(report).select_related("tree", "current").prefetch_related(branches)
    rows = _read(report, token)
    told = (_series(one, one.current, rows) for one in found.order_by("tree__slug", "pk") if one.current is not None)
    return ToldFix(shared.shared_at, tuple(told))


def glance_of(report: Report) -> Glance | None:
    """How much there is to check; None where nothing is shared."""
    if not SharedFix.objects.told_to_finder(report).exists():
        return None
    counting = SeriesRevision.objects.told_to_finder(report).filter(current_of__isnull=False)
    answered = FixAnswer.objects.told_to_finder(report).standing().filter(revision__in=counting)
    return Glance(series := counting.count(), series - answered.count())


def said(row: FixAnswer) -> Said:
    """An answer, fetched with its revision, as pages show it."""
    words = str(row.get_found_display())
    return Said(row.found, words, row.comment, str(row.revision), row.revision.digest, row.said_at)


def _read(report: Report, token: str) -> _Rows:
    """As many questions however many series there are."""
    cells = list(Cell.objects.told_to_finder(report).select_related("check_made__verdict"))
    seen: dict[int, list[SeriesRevision]] = defaultdict(list)
    for revision in SeriesRevision.objects.told_to_finder(report).order_by("-number"):
        seen[revision.series_id].append(revision)
    patches: dict[int, list[Patch]] = defaultdict(list)
    for patch in Patch.objects.told_to_finder(report).order_by("position"):
        patches[patch.revision_id].append(patch)
    answers = FixAnswer.objects.told_to_finder(report).standing().select_related("revision")
    return _Rows(
        report=report,
        token=token,
        cells={(row.series_id, row.branch_id, row.baseline): row for row in cells},
        seen=seen,
        patches=patches,
        said={row.revision_id: said(row) for row in answers},
        names=_names(report, cells),
    )


def _names(report: Report, cells: Iterable[Cell]) -> dict[str, str]:
    """Of the series that come first: those of this very fix, and those of fixes that are public."""
    first = (one for cell in cells for one in _verdict_of(cell).prerequisites)
    keys = {int(one.series) for one in first if one.series.isdecimal()}
    if not keys:
        return {}
    public = Series.objects.visible_to(_EVERYONE).filter(pk__in=keys).values_list("pk", "advisory__number")
    own = Series.objects.told_to_finder(report).filter(pk__in=keys).values_list("pk", "tree__slug")
    names = {str(pk): f"the fix of {settings.ADVISORY_PREFIX}-{number}" for pk, number in public}
    return names | {str(pk): f"another series for {tree} on this page" for pk, tree in own}


def _series(series: Series, current: SeriesRevision, rows: _Rows) -> ToldSeries:
    patches = rows.patches[current.pk]
    key = key_of(rows.report, current)
    earlier = [one for one in rows.seen[series.pk] if one.number < current.number]
    last = next(iter(earlier), None)
    called = [
        Called(
            file_name(series, current, f"-{patch.position}.patch"),
            reverse("releases:finders_patch", args=[rows.token, key, patch.position]),
        )
        for patch in patches
    ]
    return ToldSeries(
        key=key,
        tree=series.tree.slug,
        branches=tuple(_branch(branch, series, rows) for branch in series.branches.all()),
        revision=str(current),
        digest=current.digest,
        uploaded_at=current.uploaded_at,
        patches=shaped_patches(patches, called=called),
        mbox_name=file_name(series, current, ".mbox"),
        mbox_sha256=hashlib.sha256(mbox_of(patches)).hexdigest(),
        since=str(last) if last else "",
        changes=_changes(series, last, current, rows) if last else (),
        said=rows.said.get(current.pk),
        said_before=tuple(rows.said[one.pk] for one in earlier if one.pk in rows.said),
    )


def _changes(series: Series, last: SeriesRevision, current: SeriesRevision, rows: _Rows) -> tuple[PatchDifference, ...]:
    old, new = (
        [
            HeldPatch(
                file_name(series, revision, f"-{one.position}.patch"),
                one.sha256,
                bytes(one.content).decode("utf-8", "replace"),
            )
            for one in rows.patches[revision.pk]
        ]
        for revision in (last, current)
    )
    return differences.of_patches(old, new)


def _branch(branch: Branch, series: Series, rows: _Rows) -> ToldBranch:
    release, tip = (
        rows.cells.get((series.pk, branch.pk, baseline)) for baseline in (Baseline.RELEASE, Baseline.STABLE)
    )
    return ToldBranch(branch.name, _verdict(release, rows), _verdict(tip, rows))


def _verdict(cell: Cell | None, rows: _Rows) -> ToldVerdict | None:
    if cell is None or cell.check_made is None:
        return None
    first = tuple(_before(one, rows) for one in _verdict_of(cell).prerequisites)
    return ToldVerdict(cell.check_made.verdict.kind, cell.check_made.base_name, first)


def _before(element: Prerequisite, rows: _Rows) -> Before:
    if element.commit:
        return Before(visible(element.commit.subject), element.commit.commit)
    return Before(rows.names.get(element.series, "a series that is no longer there"))


def _verdict_of(cell: Cell) -> Verdict:
    return Verdict.from_json(cell.check_made.verdict.evidence) if cell.check_made else Verdict(Kind.ERROR)
