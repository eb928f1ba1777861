"""A session, as its owner sees it in a list."""

import re
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession, BaseSessionManager
from django.db import models
from django.db.models import Q

_BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrom", "Chromium"), ("Safari/", "Safari"))
_SYSTEMS = (
    *(("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows")),
    *(("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("BSD", "BSD"), ("Linux", "Linux")),
)


def device_name(agent: str) -> str:
    """Browser and system, as in "Firefox on Linux"; the first word of a description that fits no browser."""
    browser = next((name for mark, name in _BROWSERS if mark in agent), "")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    if browser and system:
        return f"{browser} on {system}"
    first = re.match(r"[\w.-]+", agent)
    return browser or system or (first.group() if first else "an unknown device")


class Session(AbstractBaseSession):
    """Django's session, and whose it is. Deleting the row ends the session with its next request."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="sessions")
    # Not unique: while a session gets a new key, Django keeps both rows for a moment.
    public_id = models.UUIDField(null=True, db_index=True, help_text="Names it on pages; the key itself is a secret.")
    began_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    device = models.CharField(max_length=200, default="", blank=True)

    objects: ClassVar[BaseSessionManager[Any]] = BaseSessionManager()

    class Meta(AbstractBaseSession.Meta):
        constraints = [
            models.CheckConstraint(
                condition=Q(user__isnull=True)
                | Q(public_id__isnull=False, began_at__isnull=False, seen_at__isnull=False),
                name="accounts_session_of_a_person_can_be_listed",
            ),
        ]

    @classmethod
    def get_session_store_class(cls) -> Any:
        """The engine that reads and writes these rows."""
        from accounts.sessions import SessionStore

        return SessionStore

    @property
    def device_name(self) -> str:
        """Browser and system."""
        return device_name(self.device)
