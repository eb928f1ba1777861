"""What a point release lacks, read for everyone: whoever looks, nothing but what is public takes part."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from advisories.models import Advisory
from advisories.public.in_hand import once
from advisories.spoken_versions import spoken
from advisories.versions import NotAVersion, Version
from releases.engine.verdicts import CommitLine, FailedHunk, failed_hunk
from releases.lacking.values import Fix, Lacking, PatchLine, Standing, Step
from releases.models import Backlog, Baseline, Branch, Cell, Patch, PointRelease, Series
from releases.models.branch import MOST_LISTED
from releases.models.check import Kind

_Found = Mapping[tuple[int, int], tuple[str, int, str, FailedHunk | None]]
"""Series and revision -> the kind of the verdict, the check that made it; reason and hunk where there is no check."""

EVERYONE = AnonymousUser()
_APPLYING = (Kind.APPLIES, Kind.NEEDS_PREREQUISITES)


def release_of(slug: str, name: str, version: str) -> PointRelease | None:
    """The point release `version` (as in 1.8.3) of a branch, or None."""
    series, _, number = version.rpartition(".")
    if series != name or not (number.isascii() and number.isdecimal() and len(number) < 9):
        return None
    found = PointRelease.objects.filter(branch__tree__slug=slug, branch__name=name, number=int(number))
    release = found.select_related("branch__tree").first()
    return release if release is not None and str(release) == version else None


def release_called(tree: str, said: str) -> PointRelease | None:
    """The point release that somebody means who types `1.8.3`, its tag or `v1.8.3`; of a branch its last one."""
    exact = release_of(tree, said.rpartition(".")[0], said)
    tagged = PointRelease.objects.filter(branch__tree__slug=tree, tag=said).select_related("branch__tree").first()
    if exact or tagged:
        return exact or tagged
    try:
        place = spoken(said, (tree, settings.PROJECT_NAME))
    except NotAVersion:
        return None
    name = str(place).removesuffix(".x")
    return release_of(tree, name.rpartition(".")[0], name) if isinstance(place, Version) else _last_of(tree, name)


def _last_of(tree: str, branch: str) -> PointRelease | None:
    found = PointRelease.objects.filter(branch__tree__slug=tree, branch__name=branch).order_by("-number")
    return found.select_related("branch__tree").first()


def last_releases(tree: str) -> list[PointRelease]:
    """The last point release of every followed branch of a tree, the newest branch first: one query."""
    found = PointRelease.objects.filter(branch__in=Branch.objects.followed(), branch__tree__slug=tree)
    last = {one.branch_id: one for one in found.select_related("branch__tree").order_by("number")}
    return sorted(last.values(), key=lambda one: (one.branch.position, one.branch_id), reverse=True)


def lacking(release: PointRelease) -> Lacking:
    """Everything that is known of one point release; read once for its page and its files where answers hold."""
    return once(("lacking", release.pk), lambda: _lacking(release))


def _lacking(release: PointRelease) -> Lacking:
    branch = release.branch
    onwards = list(PointRelease.objects.filter(branch=branch, number__gte=release.number).order_by("number"))
    last, newer = onwards[-1], len(onwards) - 1
    kept = Backlog.objects.filter(release=release, base_commit=release.commit).first()
    standing = standing_of(branch, newer, kept)
    if not standing.is_kept:
        return Lacking(branch, release, last, standing)
    backlog, checks = kept, _checks(release) if release == last else _verdicts(kept) if kept else {}
    fixes, revisions = _fixes(branch, checks)
    steps = _steps(backlog, fixes, revisions) if backlog else ()
    listed = {step.fix.series for step in steps if step.fix}
    apart = {int(key) for key in backlog.left_out} if backlog and (steps or not backlog.steps) else set()
    rest = [fix for fix in fixes.values() if fix.series not in listed]
    return Lacking(
        branch,
        release,
        last,
        standing,
        steps=steps,
        apart=tuple(fix for fix in rest if fix.kind in _APPLYING and fix.series in apart),
        by_hand=tuple(fix for fix in rest if fix.kind and fix.kind not in (*_APPLYING, Kind.MERGED)),
        waiting=tuple(fix for fix in rest if not fix.kind or (fix.kind in _APPLYING and fix.series not in apart)),
        there=tuple(fix for fix in rest if fix.kind == Kind.MERGED),
        verified_tree=backlog.verified_tree if backlog and steps else "",
        is_binary=backlog.is_binary if backlog else False,
    )


def made_of(told: Lacking) -> tuple[object, ...]:
    """Everything that a page or a file of it depends on: another value, another page."""
    names = ("standing", "steps", "apart", "by_hand", "waiting", "there", "verified_tree", "is_binary")
    return (told.release.pk, told.release.commit, told.last.pk, told.why, *(getattr(told, name) for name in names))


def with_steps() -> set[int]:
    """The releases whose list may hold something, by primary key: one query, where `lacking` takes several for each."""
    return set(Backlog.objects.exclude(steps=[]).values_list("release", flat=True))


def standing_of(branch: Branch, newer: int, kept: Backlog | None) -> Standing:
    """How far the list of a release is, after which `newer` came on its branch. `kept` is the list of its commit."""
    if not branch.is_followed:
        return Standing.UNFOLLOWED
    if not newer:
        return Standing.MADE if kept else Standing.COMING
    if not branch.is_security_supported_on(timezone.now().date()):
        return Standing.UNSUPPORTED
    if kept is None or not kept.wanted:
        return Standing.TOO_OLD if newer >= MOST_LISTED else Standing.COMING
    if kept.is_given_up:
        return Standing.FAILED
    return Standing.COMING if kept.is_owed else Standing.MADE


def _checks(release: PointRelease) -> _Found:
    """What the board's cells say of the last release."""
    cells = Cell.objects.known_to(EVERYONE).filter(
        branch=release.branch, baseline=Baseline.RELEASE, check_made__base_commit=release.commit
    )
    rows = cells.values_list("series", "check_made__revision", "check_made__verdict__kind", "check_made")
    return {(series, revision): (kind, check, "", None) for series, revision, kind, check in rows}


def _verdicts(backlog: Backlog) -> _Found:
    """What the list of an earlier release says besides."""
    return {
        (one["series"], one["revision"]): (one["kind"], 0, one["reason"], failed_hunk(one.get("failed")))
        for one in backlog.verdicts
    }


def _fixes(branch: Branch, found: _Found) -> tuple[dict[int, Fix], dict[int, int]]:
    """The public series meant for the branch by key, in the order of their advisories, and their revisions."""
    public = Advisory.objects.public().carrying_fixes()
    series = Series.objects.visible_to(EVERYONE).filter(branches=branch, advisory__in=public, current__isnull=False)
    rows = list(series.order_by("advisory__number", "pk").values_list("pk", "advisory", "advisory__number", "current"))
    titled: Any = Advisory.objects.visible_to(EVERYONE).filter(pk__in={advisory for _, advisory, _, _ in rows})
    titles = dict(titled.titled_for(EVERYONE).values_list("pk", "told_title"))
    revisions = {pk: current for pk, _, _, current in rows}
    fixes = {
        pk: Fix(number, titles[advisory], pk, current, *found.get((pk, current), ()))
        for pk, advisory, number, current in rows
    }
    return fixes, revisions


def _steps(backlog: Backlog, fixes: Mapping[int, Fix], revisions: Mapping[int, int]) -> tuple[Step, ...]:
    """The list, unless something in it isn't what everyone sees now: then a worker is putting it together anew."""
    wanted = {int(told["series"]): told["revision"] for told in backlog.steps if told["series"]}
    if any(revisions.get(series) != revision for series, revision in wanted.items()):
        return ()
    patches: dict[int, list[PatchLine]] = {}
    rows = Patch.objects.visible_to(EVERYONE).filter(revision__in=wanted.values()).order_by("revision", "position")
    for pk, revision, subject, sha256 in rows.values_list("pk", "revision", "subject", "sha256"):
        patches.setdefault(revision, []).append(PatchLine(pk, subject, sha256))
    return tuple(_step(told, fixes, patches) for told in backlog.steps)


def _step(told: Mapping[str, Any], fixes: Mapping[int, Fix], patches: Mapping[int, list[PatchLine]]) -> Step:
    commit = CommitLine(**told["commit"]) if told["commit"] else None
    if not told["series"]:
        return Step(commit, None)
    own = patches[told["revision"]]
    return Step(commit, fixes[int(told["series"])], tuple(own[number] for number in told["patches"]))
