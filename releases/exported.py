"""Which addresses of trees and releases are exported as files, and which only the portal has."""

from collections.abc import Iterable
from typing import Any

from releases.lacking.reading import lacking, with_steps
from releases.models import Backlog, Branch, PointRelease, Tree

EXPORTED = (
    *("releases:statistics", "releases:board"),
    *("releases:trees", "releases:tree", "releases:branch"),
    *("releases:release", "releases:release_mbox", "releases:release_quilt", "releases:release_json"),
)
"""What stands in files: of each release a page and its JSON; mbox and quilt series where something is in the list."""

LIVE_ONLY: dict[str, str] = {
    "releases:find_release": "answers a question",
    "releases:old_board": "leads elsewhere",
    "releases:board_rows": "is a part of the board, for a page that asks for it again",
    **dict.fromkeys(("releases:check", "releases:check_mbox"), "is evidence, of which there is more than of all else"),
    **dict.fromkeys(("releases:series", "releases:revision", "releases:patch_file"), "is where that evidence begins"),
    **dict.fromkeys((f"releases:finders_{name}" for name in ("fix", "patch", "mbox", "answer")), "is a finder's own"),
}


def addresses() -> Iterable[tuple[str, dict[str, Any]]]:
    """Name and places of each address that may have a file."""
    yield "releases:statistics", {}
    yield "releases:board", {}
    yield "releases:trees", {}
    for tree in Tree.objects.order_by("slug"):
        yield "releases:tree", {"slug": tree.slug}
    for branch in Branch.objects.select_related("tree").order_by("tree__slug", "position"):
        yield "releases:branch", {"slug": branch.tree.slug, "name": branch.name}
    may_have_steps = with_steps()
    for release in PointRelease.objects.select_related("branch__tree").order_by("branch", "number"):
        branch = release.branch
        places = {"slug": branch.tree.slug, "name": branch.name, "version": str(release)}
        yield "releases:release", places
        yield "releases:release_json", places
        if release.pk in may_have_steps and (told := lacking(release)).steps:
            yield "releases:release_mbox", places
            if told.has_quilt:
                yield "releases:release_quilt", places


def standing() -> object:
    """Which lists of what releases lack there are; one value while some are still being made, so that a site isn't
    exported for each of them.
    """
    if Backlog.objects.owed().exists():
        return None
    return tuple(Backlog.objects.order_by("pk").values_list("pk", "digest"))
