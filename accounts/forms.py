"""The sign-in form."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.http import HttpRequest


class SignInForm(AuthenticationForm):
    """Address and password; the answer to a wrong one never says which of the two it was."""

    def __init__(self, request: HttpRequest | None = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, *args, **kwargs)
        self.fields["username"].label = "Mail address"
        self.fields["username"].widget.attrs.update({"autocomplete": "username", "inputmode": "email"})
