"""Who signs in to the demonstration: one person for each role, named for what they do.

Passwords are made at run time.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with an account."""

    name: str
    email: str
    role: str
    """A seat on the team (security, coordinator, release-manager), or one of: member, guest, reporter, operator."""
    seats: tuple[int, ...] = ()
    """Advisories that this person may see although the role alone wouldn't open them."""


PEOPLE: tuple[Person, ...] = (
    Person("Security team member", "security@sluice.example", "security"),
    Person("Second security team member", "security-second@sluice.example", "security"),
    Person("Coordinator", "coordinator@sluice.example", "coordinator"),
    Person("Release manager", "release-manager@sluice.example", "release-manager"),
    Person("Member contact", "security@cloud.example", "member"),
    Person("Fix author", "scheduler@sluice.example", "guest", seats=(50,)),
    Person("Reporter", "reporter@research.example", "reporter"),
    Person("Operator", "operator@sluice.example", "operator"),
)
"""Two members of the security team, so that a quorum exists."""
