"""Asking the API as somebody's program does."""

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from accounts.models import User
from advisories import tokens
from advisories.models import Contact, Membership, Scope, Token

API = "/api/v1"


def make_token(user: User, membership: Membership | None = None, scope: Scope = Scope.READ) -> tuple[Token, str]:
    """A token and its secret: as a contact of `membership`, or as one of the team."""
    place = (Contact.objects.get(user=user, organisation=membership.organisation), membership) if membership else None
    return tokens.make(user, "A program", scope, timezone.now() + timedelta(days=30), place=place)


@dataclass
class Program:
    """Asks with a token."""

    secret: str

    def get(self, path: str, **headers: str) -> Any:
        """`path` below the API's root."""
        return Client().get(f"{API}{path}", headers={"Authorization": f"Bearer {self.secret}"} | headers)

    def put(self, path: str, told: dict[str, Any]) -> Any:
        """Send `told` as JSON."""
        headers = {"Authorization": f"Bearer {self.secret}"}
        return Client().put(f"{API}{path}", json.dumps(told), content_type="application/json", headers=headers)

    def json(self, path: str) -> Any:
        """The answer, which has to be a good one."""
        answer = self.get(path)
        assert answer.status_code == 200, answer.content
        return answer.json()
