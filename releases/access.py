"""Who may change trees, branches and flags."""

from accounts.access import Viewer, holds, is_on_the_team, is_operator
from accounts.models import Role


def may_keep_trees(viewer: Viewer) -> bool:
    """Add a tree, change its settings, fetch it now."""
    return is_on_the_team(viewer) or is_operator(viewer)


def may_run_branches(viewer: Viewer) -> bool:
    """Follow a branch or let it go, enter its dates, have it checked again."""
    return holds(viewer, Role.RELEASE_MANAGER, Role.SECURITY, Role.COORDINATOR)


def may_release(viewer: Viewer) -> bool:
    """Plan, freeze, pre-disclose, approve; a release manager only knows the dates."""
    return holds(viewer, Role.SECURITY, Role.COORDINATOR)


def may_know_dates(viewer: Viewer) -> bool:
    """See the desk at all."""
    return holds(viewer, Role.SECURITY, Role.COORDINATOR, Role.RELEASE_MANAGER)


def may_take_flags(viewer: Viewer) -> bool:
    """Take a flag, or hand it to somebody else."""
    return holds(viewer, Role.RELEASE_MANAGER, Role.SECURITY, Role.COORDINATOR)
