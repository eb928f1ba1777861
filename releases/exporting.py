"""What of trees and releases is exported, in parts that change together: two a branch, one that follows the mirrors.

A project with a hundred releases has some hundred files of what they lack. Whoever exports after each advisory asks
for those that may be others, and not for the rest: a release of which a list is kept changes with its list, the pages
of the others with every advisory, since each is asked about them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from advisories.exporting.others import OtherPart
from advisories.public import archive
from advisories.public.asking import Asked
from releases.board import outlook
from releases.board import reading as boards
from releases.board.rows import Facts, read_facts
from releases.lacking.reading import lacking, standing_of, with_steps
from releases.models import Backlog, Branch, PointRelease, Tree

Places = Iterable[tuple[str, dict[str, Any]]]
"""Name and places of each address that may have a file."""


def parts() -> Iterator[OtherPart]:
    """Everything, in about a dozen queries, and one a tree."""
    yield OtherPart("trees", _of_mirrors)
    facts, present = read_facts(AnonymousUser()), timezone.now()
    awaited = frozenset(one.pk for one in facts.series if present - one.uploaded_at < boards.PATIENCE)
    releases, lists = _releases(), _lists()
    said = {slug: archive.standing_of(Asked(place=slug)) for slug in Tree.objects.values_list("slug", flat=True)}
    for branch in Branch.objects.select_related("tree").order_by("tree__slug", "position"):
        own, name = releases[branch.pk], f"{branch.tree.slug}-{branch.name}"
        unlisted = _unlisted(branch, own, lists)
        released = [
            _row(branch),
            outlook.support_of(branch),
            branch.is_security_supported_on(present.date()),
            [_row(one) for one in own],
            sorted(one.pk for one in unlisted),
        ]
        listed = [released, [_told_of(lists.get(one.pk)) for one in own], _on_board(facts, branch, awaited)]
        yield OtherPart(f"branch-{name}", partial(_of_branch, branch, unlisted), listed)
        if unlisted:
            yield OtherPart(
                f"unlisted-{name}", partial(_of_unlisted, branch, unlisted), [released, said[branch.tree.slug]]
            )


def standing() -> object:
    """Which lists of what releases lack there are; one value while some are still being made, so that a site isn't
    exported for each of them.
    """
    if Backlog.objects.owed().exists():
        return None
    return tuple(Backlog.objects.order_by("pk").values_list("pk", "digest"))


def _of_mirrors() -> Places:
    yield "releases:statistics", {}
    yield "releases:board", {}
    yield "releases:trees", {}
    for tree in Tree.objects.order_by("slug"):
        yield "releases:tree", {"slug": tree.slug}


def _of_unlisted(branch: Branch, unlisted: Iterable[PointRelease]) -> Places:
    for release in unlisted:
        yield "releases:release", _places(branch, release)


def _places(branch: Branch, release: PointRelease) -> dict[str, Any]:
    return {"slug": branch.tree.slug, "name": branch.name, "version": f"{branch.name}.{release.number}"}


def _of_branch(branch: Branch, unlisted: Collection[PointRelease]) -> Places:
    yield "releases:branch", {"slug": branch.tree.slug, "name": branch.name}
    may_have_steps = with_steps()
    for release in PointRelease.objects.filter(branch=branch).select_related("branch__tree").order_by("number"):
        places = _places(branch, release)
        if release not in unlisted:
            yield "releases:release", places
        yield "releases:release_json", places
        if release.pk in may_have_steps and (told := lacking(release)).steps:
            yield "releases:release_mbox", places
            if told.has_quilt:
                yield "releases:release_quilt", places


def _row(one: Branch | PointRelease) -> list[object]:
    return [getattr(one, field.attname) for field in one._meta.concrete_fields]


def _releases() -> Mapping[int, list[PointRelease]]:
    found: dict[int, list[PointRelease]] = defaultdict(list)
    for one in PointRelease.objects.order_by("branch", "number"):
        found[one.branch_id].append(one)
    return found


def _lists() -> Mapping[int, Backlog]:
    """The list of each release, by the release's primary key, without what is in it."""
    return {one.release_id: one for one in Backlog.objects.defer("steps", "verdicts")}


def _told_of(kept: Backlog | None) -> object:
    """All that readers are told of a list; its digest stands for what is in it."""
    if kept is None:
        return None
    names = ("digest", "base_commit", "left_out", "verified_tree", "is_binary", "is_owed", "is_given_up")
    return (bool(kept.wanted), *(getattr(kept, name) for name in names))


def _unlisted(branch: Branch, own: Sequence[PointRelease], lists: Mapping[int, Backlog]) -> list[PointRelease]:
    """The releases of a branch, which are given in their order, that no list is kept of."""
    found = []
    for newer, release in enumerate(reversed(own)):
        kept = lists.get(release.pk)
        is_of_it = kept is not None and kept.base_commit == release.commit
        if not standing_of(branch, newer, kept if is_of_it else None).is_kept:
            found.append(release)
    return found


def _on_board(facts: Facts, branch: Branch, awaited: frozenset[int]) -> object:
    """All that readers are told of one branch by the board, and of the fixes that are meant for it."""
    series = [one for one in facts.series if branch.pk in one.branches]
    pks = {one.pk for one in series}
    cells = {key: cell for key, cell in facts.cells.items() if key[0] in pks and key[1] == branch.pk}
    return (
        [one for one in facts.branches if one.pk == branch.pk],
        [(one.pk, one.current, one.uploaded_at, facts.advisories[one.advisory], one.pk in awaited) for one in series],
        sorted((key, cell.kind, cell.check, facts.checks.get(cell.check)) for key, cell in cells.items()),
        sorted((pk, flag.branch, flag.opened_at, flag.owner) for pk in pks for flag in facts.flags.get(pk, ())),
    )
