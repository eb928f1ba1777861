"""People, the seats they hold, their sessions, and what brings them in."""

from accounts.models.invitation import Invitation
from accounts.models.letter import Letter
from accounts.models.outgoing import Sending
from accounts.models.seat import Role, TeamSeat
from accounts.models.session import Session
from accounts.models.user import User

__all__ = ["Invitation", "Letter", "Role", "Sending", "Session", "TeamSeat", "User"]
