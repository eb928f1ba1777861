"""Trees and their releases as documents name them."""

from datetime import datetime

from django.conf import settings
from django.db.models import Q

from advisories.formats.edition import TreeFacts
from advisories.formats.strict import is_address
from advisories.versions import NotAVersion, Version, parse_version
from releases.models import PointRelease, Tree


def trees_at(at: datetime) -> tuple[TreeFacts, ...]:
    """Every tree, with the releases tagged until `at` (aware); two queries.

    Only an address that everyone can clone from is told.
    """
    releases: dict[int, list[Version]] = {}
    tagged = PointRelease.objects.filter(Q(tagged_at__lte=at) | Q(tagged_at__isnull=True))
    for tree, branch, number in tagged.order_by("branch", "number").values_list(
        "branch__tree", "branch__name", "number"
    ):
        try:
            releases.setdefault(tree, []).append(parse_version(f"{branch}.{number}"))
        except NotAVersion:
            continue
    return tuple(
        TreeFacts(
            name=tree.slug,
            title=settings.PROJECT_NAME if tree.slug == settings.MAIN_TREE else tree.slug,
            repository=tree.url if tree.url.startswith("https://") and is_address(tree.url) else "",
            releases=tuple(sorted(releases.get(tree.pk, ()))),
        )
        for tree in Tree.objects.order_by("slug")
    )
