"""Who holds which place on the team: the questions that pages ask before they offer anything."""

from django.contrib.auth.models import AnonymousUser

from accounts.models import Role, User

Viewer = User | AnonymousUser


def holds(viewer: Viewer, *roles: Role) -> bool:
    """Whether `viewer` has a current seat with one of `roles`. Being a superuser is no seat."""
    return isinstance(viewer, User) and not viewer.current_roles.isdisjoint(roles)


def is_on_the_team(viewer: Viewer) -> bool:
    """Whether `viewer` holds any seat on the team, and so may know what the portal is busy with."""
    return holds(viewer, *Role)


def is_operator(viewer: Viewer) -> bool:
    """Whether `viewer` keeps the installation running; opens nothing that is under embargo."""
    return isinstance(viewer, User) and viewer.is_active and viewer.is_superuser
