"""What the team fills in about applications and members: reasons, and what a member is told."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from advisories.forms.rows import Rows
from advisories.models import Organisation

_MOST_TEXT = 10_000
_TELLS = [
    ("no", "Not yet: it begins with what is pre-disclosed next"),
    ("yes", "Tell it at once what the other members know"),
]


class WordsForm(forms.Form):
    """A question, a decision or a note."""

    turn = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    text = forms.CharField(max_length=_MOST_TEXT, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, label: str = "Text", help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label
        self.fields["text"].help_text = help_text


class ReasonForm(forms.Form):
    """Why a step is taken, and what a member that comes in is told."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}), label="Why")
    tells = forms.ChoiceField(
        choices=_TELLS, widget=forms.RadioSelect, label="What other members know already, under embargo"
    )

    def __init__(self, *args: Any, asks_what_to_tell: bool = False, help_text: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text
        if not asks_what_to_tell:
            del self.fields["tells"]

    @property
    def tell_held(self) -> bool:
        """Whether somebody chose to tell it; where nobody was asked there is nothing to tell."""
        return self.cleaned_data.get("tells") == "yes"


class AcceptForm(ReasonForm):
    """The same, on exactly the application that was looked at."""

    turn = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class MergeForm(forms.Form):
    """Into which member another one is put."""

    into = forms.ModelChoiceField(Organisation.objects.none(), label="Into", empty_label="Choose a member")
    bring_people = forms.BooleanField(
        required=False, label="Its contacts speak for that one from now on", help_text="With the rights they have now."
    )
    reason = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 3}), label="Why")

    def __init__(self, *args: Any, choices: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["into"].queryset = choices  # type: ignore[attr-defined]  # the declared type is forms.Field


class KeepFromForm(forms.Form):
    """Members that are told nothing of an advisory."""

    organisations = Rows(
        Organisation.objects.none(), widget=forms.CheckboxSelectMultiple, label="Members that are not told"
    )
    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        label="Why",
        help_text="Such as: the hardware vendor who owns it wants a narrower circle. Those who work on it read this.",
    )

    def __init__(self, *args: Any, choices: QuerySet[Organisation], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["organisations"].queryset = choices  # type: ignore[attr-defined]  # as above
