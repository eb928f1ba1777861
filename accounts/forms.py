"""Forms for signing in, for passwords and second factors, and for giving seats."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ReauthenticateForm
from allauth.mfa.base import forms as factor
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm, ReauthenticateWebAuthnForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils import timezone

from accounts.models import Role


class _LabelsOnly(forms.Form):
    """allauth repeats each label inside its field, where it looks like something already typed."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class SignInForm(_LabelsOnly, LoginForm):
    """Address and password; the answer to a wrong one never says which of the two it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Mail address"
        for field in self.fields.values():
            field.help_text = ""


class NewPasswordForm(_LabelsOnly, ChangePasswordForm):
    """A new password in place of the one that is known."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        labels = {"oldpassword": "Current password", "password1": "New password", "password2": "New password, again"}
        for name, label in labels.items():
            self.fields[name].label = label


class StillYouForm(_LabelsOnly, ReauthenticateForm):
    """The password once more."""


class CodeForm(_LabelsOnly, factor.AuthenticateForm):
    """A code at sign-in."""


class StillYouByCodeForm(_LabelsOnly, factor.ReauthenticateForm):
    """A code once more."""


class AddAppForm(_LabelsOnly, ActivateTOTPForm):
    """The first code of an app."""


class CredentialField(forms.JSONField):
    """What a browser says for a security key. Whatever else is sent is refused here: the library breaks on it."""

    def to_python(self, value: Any) -> Any:
        """The answer as an object with the parts that every answer has."""
        try:
            told = super().to_python(value)
        except (ValueError, RecursionError):
            told = None
        names = ("id", "rawId", "type")
        is_answer = isinstance(told, dict) and all(isinstance(told.get(name), str) for name in names)
        if not is_answer or not isinstance(told.get("response"), dict):
            raise forms.ValidationError("That is no answer of a security key.", code="invalid")
        return told


class PasskeyForm(LoginWebAuthnForm):
    """Signing in by a key alone."""

    credential = CredentialField(widget=forms.HiddenInput)


class StillYouByKeyForm(ReauthenticateWebAuthnForm):
    """A key once more."""

    credential = CredentialField(widget=forms.HiddenInput)


class AddKeyForm(_LabelsOnly, AddWebAuthnForm):
    """A key's name, and whether it signs in alone."""

    credential = CredentialField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["passwordless"].help_text = "It signs you in alone, and asks for its PIN or your fingerprint."


class AskResetForm(forms.Form):
    """The address that a link for a new password goes to."""

    address = forms.EmailField(
        label="Mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class ResetForm(SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A new password in place of one that is forgotten."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        again = self.fields["new_password2"]
        again.label, again.help_text = "New password, again", ""


class AcceptForm(ResetForm):
    """Name and password of somebody who was invited."""

    name = forms.CharField(max_length=120, help_text="As others on an advisory see it.")
    field_order = ["name", "new_password1", "new_password2"]


class EndField(forms.DateTimeField):
    """An optional instant in UTC that is still to come."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, label="Until (UTC)", help_text="Left empty, until somebody ends it.", **kwargs)

    def validate(self, value: Any) -> None:
        super().validate(value)
        if value is not None and value <= timezone.now():
            raise forms.ValidationError("That instant has passed.")


class PersonForm(forms.Form):
    """Who gets a seat; somebody without an account is sent an invitation."""

    address = forms.EmailField(
        label="Mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(max_length=120, required=False, help_text="For somebody new here.")


class TeamSeatForm(PersonForm):
    """A seat on the team."""

    role = forms.ChoiceField(choices=Role.choices)
    until_at = EndField()
