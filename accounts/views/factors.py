"""Setting up and removing second factors: allauth's pages, which also note that this session has shown the new one."""

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.views import ActivateTOTPView
from allauth.mfa.webauthn.views import AddWebAuthnView, RemoveWebAuthnView
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect

from accounts.second_factor import factors_of, note_second_factor


class AddApp(ActivateTOTPView):
    """An authenticator app, by a first code from it."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, Authenticator.Type.TOTP)
        return answer


class AddKey(AddWebAuthnView):
    """A security key or a passkey."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        note_second_factor(self.request, Authenticator.Type.WEBAUTHN)
        return answer


class RemoveKey(RemoveWebAuthnView):
    """Take a key away, unless it is the last second factor."""

    def form_valid(self, form: Any) -> HttpResponse:
        if factors_of(self.request.user) < 2:
            messages.error(self.request, "This is your only second factor. Set up another one first.")
            return redirect("mfa_list_webauthn")
        answer: HttpResponse = super().form_valid(form)
        return answer
