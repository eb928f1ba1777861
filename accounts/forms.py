"""Forms for signing in, for passwords, and for giving seats."""

from typing import Any

from allauth.account.forms import LoginForm
from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils import timezone

from accounts.models import Role


class SignInForm(LoginForm):
    """Address and password; the answer to a wrong one never says which of the two it was."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = "Mail address"
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
            field.help_text = ""


class AskResetForm(forms.Form):
    """The address that a link for a new password goes to."""

    address = forms.EmailField(
        label="Mail address", max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


class AcceptForm(SetPasswordForm):  # type: ignore[type-arg]  # not subscriptable at run time
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
