"""Where allauth asks this site: nobody signs up, an address says nothing, secrets of factors are kept encrypted."""

import base64
import hashlib
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import sessions
from accounts.models import User
from accounts.second_factor import WANTED, factors_of, has_shown_second_factor


class AccountAdapter(DefaultAccountAdapter):
    """Sign-in by mail address and password."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never: people are invited."""
        return False

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """As allauth does, except that a closed account answers like a wrong password."""
        user: User | None = super().authenticate(request, **credentials)
        return user if user is not None and user.is_active else None

    def reauthenticate(self, user: User, password: str) -> bool:
        """Whether this is the password of `user`; by the user's own address, since there is no table of others."""
        found = self.authenticate(context.request, email=user.email, password=password)
        return found is not None and found.pk == user.pk

    def is_reauthentication_required(self, **kwargs: Any) -> bool:
        """Not within minutes of signing in."""
        records = get_authentication_records(context.request, context.request.user)
        return not any(time.time() - record["at"] < app_settings.REAUTHENTICATION_TIMEOUT for record in records)

    def login(self, request: HttpRequest, user: User) -> None:
        """Begin the session, and write down from where."""
        super().login(request, user)
        sessions.note_seen(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Go on to the page that was asked for, by way of setting up a second factor where none was shown."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        if has_shown_second_factor(request, user):
            return answer
        request.session[WANTED] = answer["Location"]
        return redirect("mfa_index")


class FactorAdapter(DefaultMFAAdapter):
    """Second factors."""

    def encrypt(self, text: str) -> str:
        """For the database, by a key that is not in it: a copy of the database alone makes no codes."""
        return _box().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What `encrypt` was given."""
        return _box().decrypt(encrypted_text.encode()).decode()

    def build_totp_svg(self, url: str) -> str:
        """The picture as an element for the page itself, since the page loads no data: addresses."""
        svg: str = super().build_totp_svg(url)
        return svg[svg.index("<svg") :]

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last one stays: another has to be set up first."""
        return factors_of(authenticator.user) > 1


def _box() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    digests = (hashlib.sha256(b"accounts.second-factors:" + str(key).encode()).digest() for key in keys)
    return MultiFernet([Fernet(base64.urlsafe_b64encode(digest)) for digest in digests])
