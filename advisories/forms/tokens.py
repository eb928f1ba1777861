"""What somebody says of a token that they make."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from advisories.models import Scope
from advisories.tokens import Place

LONGEST_DAYS = 365
_USUAL_DAYS = 90
_TEAM = "team"


class TokenForm(forms.Form):
    """Name, what it is for, until when, and as whose contact."""

    name = forms.CharField(
        label="What will hold it", max_length=80, help_text="Such as “build machine”. You tell your tokens apart by it."
    )
    scope = forms.ChoiceField(
        label="What it may do", choices=Scope.choices, widget=forms.RadioSelect, initial=Scope.READ,
        help_text="A feed token stands in the address that a feed reader or calendar keeps: it shows numbers, dates "
        "and links, and opens nothing else.",
    )  # fmt: skip
    ends_on = forms.DateField(
        label="Until",
        widget=forms.DateInput({"type": "date"}, "%Y-%m-%d"),
        help_text="A year from now at the latest.",
    )
    place = forms.ChoiceField(label="For")

    def __init__(self, *args: Any, places: list[Place], is_on_the_team: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {str(contact.pk): (contact, membership) for contact, membership in places}
        choices = [(key, str(contact.organisation)) for key, (contact, _) in self._places.items()]
        choices += [(_TEAM, "Yourself, as one of the team")] if is_on_the_team else []
        self.fields["place"].choices = choices  # type: ignore[attr-defined]  # the declared type is forms.Field
        if len(choices) == 1:
            self.fields["place"].widget = forms.HiddenInput()
            self.fields["place"].initial = choices[0][0]
        today = _today()
        attributes = {"min": str(today + timedelta(days=1)), "max": str(today + timedelta(days=LONGEST_DAYS))}
        self.fields["ends_on"].widget.attrs.update(attributes)
        self.fields["ends_on"].initial = today + timedelta(days=_USUAL_DAYS)

    def clean_ends_on(self) -> date:
        wanted: date = self.cleaned_data["ends_on"]
        if not _today() < wanted <= _today() + timedelta(days=LONGEST_DAYS):
            raise forms.ValidationError("Choose a day from tomorrow on, and within a year.")
        return wanted

    @property
    def ends_at(self) -> datetime:
        """The first instant at which it is worth nothing any more."""
        return datetime.combine(self.cleaned_data["ends_on"], time(), UTC)

    @property
    def place_of(self) -> Place | None:
        """As whose contact; none for the team."""
        return self._places.get(self.cleaned_data["place"])

    @property
    def scope_of(self) -> Scope:
        """What it may do."""
        return Scope(self.cleaned_data["scope"])


def _today() -> date:
    return timezone.now().date()
