"""Where this machine keeps the mirror of a tree."""

from django.conf import settings

from releases.engine.mirror import Mirror
from releases.models import Tree


def mirror_of(tree: Tree) -> Mirror:
    """The tree's mirror; named by number, since a slug may change."""
    return Mirror(settings.MIRRORS_DIR / f"{tree.pk}.git", tuple(settings.GIT_PROTOCOLS))
