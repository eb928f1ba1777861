"""What a point release lacks, read for everyone: whoever looks, nothing but what is public takes part."""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AnonymousUser

from advisories.models import Advisory
from releases.engine.verdicts import CommitLine
from releases.lacking.values import Fix, Lacking, PatchLine, Step
from releases.models import Backlog, Baseline, Branch, Cell, Patch, PointRelease, Series
from releases.models.check import Kind

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


def last_releases(tree: str) -> list[PointRelease]:
    """The last point release of every followed branch of a tree, the newest branch first: one query."""
    found = PointRelease.objects.filter(branch__in=Branch.objects.followed(), branch__tree__slug=tree)
    last = {one.branch_id: one for one in found.select_related("branch__tree").order_by("number")}
    return sorted(last.values(), key=lambda one: (one.branch.position, one.branch_id), reverse=True)


def lacking(release: PointRelease) -> Lacking:
    """What is known of one point release; of those before the last nothing but that they are."""
    branch = release.branch
    last = PointRelease.objects.filter(branch=branch).order_by("-number")[0]
    if release != last:
        return Lacking(branch, release, last)
    fixes, revisions = _fixes(branch, last)
    backlog = Backlog.objects.filter(release=last, base_commit=last.commit).first()
    steps = _steps(backlog, fixes, revisions) if backlog else ()
    listed = {step.fix.series for step in steps if step.fix}
    apart = {int(key) for key in backlog.left_out} if backlog and (steps or not backlog.steps) else set()
    rest = [fix for fix in fixes.values() if fix.series not in listed]
    return Lacking(
        branch,
        release,
        last,
        steps=steps,
        apart=tuple(fix for fix in rest if fix.kind in _APPLYING and fix.series in apart),
        by_hand=tuple(fix for fix in rest if fix.kind and fix.kind not in (*_APPLYING, Kind.MERGED)),
        waiting=tuple(fix for fix in rest if not fix.kind or (fix.kind in _APPLYING and fix.series not in apart)),
        there=tuple(fix for fix in rest if fix.kind == Kind.MERGED),
        verified_tree=backlog.verified_tree if backlog and steps else "",
    )


def made_of(told: Lacking) -> tuple[object, ...]:
    """Everything that a page or a file of it depends on: another value, another page."""
    names = ("steps", "apart", "by_hand", "waiting", "there", "verified_tree")
    return (told.release.pk, told.release.commit, told.last.pk, *(getattr(told, name) for name in names))


def _fixes(branch: Branch, release: PointRelease) -> tuple[dict[int, Fix], dict[int, int]]:
    """The public series meant for the branch by key, in the order of their advisories, and their revisions."""
    public = Advisory.objects.public().carrying_fixes()
    series = Series.objects.visible_to(EVERYONE).filter(branches=branch, advisory__in=public, current__isnull=False)
    rows = list(series.order_by("advisory__number", "pk").values_list("pk", "advisory", "advisory__number", "current"))
    titled: Any = Advisory.objects.visible_to(EVERYONE).filter(pk__in={advisory for _, advisory, _, _ in rows})
    titles = dict(titled.titled_for(EVERYONE).values_list("pk", "told_title"))
    cells = Cell.objects.known_to(EVERYONE).filter(
        branch=branch, baseline=Baseline.RELEASE, series__in=[pk for pk, *_ in rows],
        check_made__base_commit=release.commit,
    )  # fmt: skip
    checks = {
        (pk, revision): (kind, check)
        for pk, revision, kind, check in cells.values_list(
            "series", "check_made__revision", "check_made__verdict__kind", "check_made"
        )
    }
    revisions = {pk: current for pk, _, _, current in rows}
    fixes = {
        pk: Fix(number, titles[advisory], pk, *checks.get((pk, current), ())) for pk, advisory, number, current in rows
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
