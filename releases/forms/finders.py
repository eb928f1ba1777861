"""What a finder says of the fix that they were shown."""

from typing import Any

from django import forms

from releases.models import Found
from releases.models.shared_fix import MOST_COMMENT


class FixAnswerForm(forms.Form):
    """Whether it fixes what they reported, and how they found out."""

    found = forms.ChoiceField(
        choices=Found.choices,
        widget=forms.RadioSelect,
        label="Does it fix what you reported?",
        error_messages={"required": "Say whether it fixes it."},
    )
    comment = forms.CharField(
        required=False,
        max_length=MOST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3}),
        label="How you found out",
        help_text="What you ran, and on which release. Needed where it does not fix it.",
    )
    digest = forms.CharField(widget=forms.HiddenInput, max_length=64)

    def clean(self) -> dict[str, Any]:
        """Whoever says that it doesn't says how that shows."""
        told: dict[str, Any] = super().clean() or {}
        if told.get("found") == Found.FAILS and not told.get("comment"):
            self.add_error("comment", "Say what still happens.")
        return told
