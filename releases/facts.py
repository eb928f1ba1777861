"""Trees and their releases as documents name them."""

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from operator import itemgetter

from django.conf import settings

from advisories.formats.edition import TreeFacts
from advisories.formats.strict import is_address
from advisories.versions import NotAVersion, Version, parse_version
from releases.models import PointRelease, Tree


def known() -> Callable[[datetime], tuple[TreeFacts, ...]]:
    """Every tree with its releases: two queries, however many instants are asked for."""
    trees = list(Tree.objects.order_by("slug"))
    releases = _releases()

    def at(instant: datetime) -> tuple[TreeFacts, ...]:
        return tuple(_facts(tree, releases[tree.pk], instant) for tree in trees)

    return at


def _releases() -> dict[int, list[tuple[datetime | None, Version]]]:
    """When each was tagged, by tree, in the order of their versions; those whose name is no version are left out."""
    found: dict[int, list[tuple[datetime | None, Version]]] = defaultdict(list)
    rows = PointRelease.objects.order_by("branch", "number")
    for tree, branch, number, tagged_at in rows.values_list("branch__tree", "branch__name", "number", "tagged_at"):
        try:
            found[tree].append((tagged_at, parse_version(f"{branch}.{number}")))
        except NotAVersion:
            continue
    for releases in found.values():
        releases.sort(key=itemgetter(1))
    return found


def _facts(tree: Tree, releases: list[tuple[datetime | None, Version]], instant: datetime) -> TreeFacts:
    """One tree at an instant. Only an address that everyone can clone from is told."""
    return TreeFacts(
        name=tree.slug,
        title=settings.PROJECT_NAME if tree.slug == settings.MAIN_TREE else tree.slug,
        repository=tree.url if tree.url.startswith("https://") and is_address(tree.url) else "",
        releases=tuple(version for at, version in releases if at is None or at <= instant),
    )
