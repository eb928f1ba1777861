"""Who may change an advisory. What a person may read is the query's business: `Advisory.objects.visible_to`."""

from accounts.access import Viewer, holds
from accounts.models import Role, User
from advisories.models import Advisory, Contact, ContactRight, Organisation, Party, Seat
from advisories.models.seat import Right


def may_write_advisories(viewer: Viewer) -> bool:
    """Start one, change its text, move it along its lifecycle."""
    return holds(viewer, Role.SECURITY, Role.COORDINATOR)


def may_upload_to(viewer: Viewer, advisory: Advisory) -> bool:
    """Bring patches: the team, and guests whose seat on this advisory says so."""
    if may_write_advisories(viewer):
        return True
    if not viewer.is_authenticated:
        return False
    return Seat.objects.current().filter(user=viewer, advisory=advisory, right=Right.UPLOAD).exists()


def may_change_policy(viewer: Viewer) -> bool:
    """Decide what the project promises and how it publishes."""
    return holds(viewer, Role.COORDINATOR)


def may_comment_on(viewer: Viewer, advisory: Advisory) -> bool:
    """Write on the thread: the team, and guests whose seat on this advisory lets them do more than read."""
    if may_write_advisories(viewer):
        return True
    if not viewer.is_authenticated:
        return False
    return Seat.objects.current().filter(user=viewer, advisory=advisory).exclude(right=Right.READ).exists()


def may_triage(viewer: Viewer) -> bool:
    """See the queue of reports, answer finders, decide."""
    return holds(viewer, Role.SECURITY, Role.COORDINATOR)


def party_of(viewer: Viewer, advisory: Advisory) -> Party | None:
    """For whom `viewer` speaks where dates are negotiated: the team, or themselves with a seat that lets them comment.

    None for whoever may only read.
    """
    if not isinstance(viewer, User):
        return None
    if may_write_advisories(viewer):
        return Party.team(viewer)
    seats = Seat.objects.current().filter(user=viewer, advisory=advisory).exclude(right=Right.READ)
    return Party.guest(viewer) if seats.exists() else None


def may_decide_members(viewer: Viewer) -> bool:
    """Decide on applications, and who stays on the pre-disclosure list."""
    return holds(viewer, Role.COORDINATOR)


def may_keep(viewer: Viewer, organisation: Organisation) -> bool:
    """Change contacts, address and keys of an organisation: its own people with that right, and coordinators."""
    if may_decide_members(viewer):
        return True
    return Contact.objects.of(viewer, ContactRight.MANAGE).filter(organisation=organisation).exists()
