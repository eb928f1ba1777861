"""A request that has passed the API's door."""

from django.http import HttpRequest

from accounts.models import User
from advisories.models import Token


class TokenRequest(HttpRequest):
    """Somebody's token was shown: `user` is its owner."""

    user: User
    auth: Token
