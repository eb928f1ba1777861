"""People and the seats they hold."""

from accounts.models.seat import Role, TeamSeat
from accounts.models.user import User

__all__ = ["Role", "TeamSeat", "User"]
