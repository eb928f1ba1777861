"""Sessions in the database, each knowing whose it is and when it was last used; deleting the row ends it."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.http import HttpRequest
from django.utils import timezone

from accounts.models.session import Session

OPENED = "opened"
"""Session key: what the list shows of this session."""

SEEN_EVERY = timedelta(minutes=5)
"""A visit is written down no more often than this, so that reading pages writes nothing."""


class SessionStore(DatabaseStore):
    """Django's, keeping beside the data what a person needs to recognise the session."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """The row for this data. Somebody who has not finished signing in is nobody yet."""
        row: Session = super().create_model_instance(data)  # type: ignore[assignment]  # of get_model_class
        told = data.get(OPENED)
        if told and data.get(SESSION_KEY):
            row.user_id = int(data[SESSION_KEY])
            row.public_id = uuid.UUID(told["id"])
            row.began_at = datetime.fromisoformat(told["began_at"])
            row.seen_at = datetime.fromisoformat(told["seen_at"])
            row.address = told["address"]
            row.device = told["device"]
        return row


def note_seen(request: HttpRequest) -> None:
    """Write down, now and then, that this session is in use, and from where."""
    now = timezone.now()
    told = request.session.get(OPENED)
    if told and now - datetime.fromisoformat(told["seen_at"]) < SEEN_EVERY:
        return
    request.session[OPENED] = {
        "id": told["id"] if told else str(uuid.uuid4()),
        "began_at": told["began_at"] if told else now.isoformat(),
        "seen_at": now.isoformat(),
        "address": get_adapter().get_client_ip(request),
        "device": request.headers.get("User-Agent", "")[:200],
    }
