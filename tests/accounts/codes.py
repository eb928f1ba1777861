"""Authenticator apps of test people."""

import time

from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.test import Client

from accounts.models import User


def set_up_app(user: User) -> str:
    """Give this person an authenticator app; its secret."""
    secret: str = generate_totp_secret()
    TOTP.activate(user, secret)
    return secret


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def enter(user: User, password: str, secret: str = "") -> Client:
    """A browser in which this person has typed address and password, and a code where there is a secret."""
    client = Client()
    client.post("/sign-in", {"login": user.email, "password": password})
    if secret:
        client.post("/sign-in/second-factor", {"code": code_of(secret)})
    return client
