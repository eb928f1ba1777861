"""Writing an advisory."""

from typing import Any

from django import forms

from accounts.forms import EndField, PersonForm
from advisories.markdown import TooMuchMarkdown, check_size
from advisories.models import Advisory
from advisories.models.seat import Right

SECTIONS = ("description", "impact", "vulnerable_systems", "mitigation", "resolution", "credits")


class AdvisoryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Title and sections; the state changes by its own buttons."""

    class Meta:
        model = Advisory
        fields = ["title", *SECTIONS]
        widgets = {name: forms.Textarea(attrs={"rows": 5}) for name in SECTIONS}
        help_texts = {"description": "Sections are Markdown. Empty ones are left out."}

    def clean(self) -> dict[str, Any]:
        """Refuse text that would keep the renderer busy."""
        found = super().clean() or {}
        for name in SECTIONS:
            try:
                check_size(found.get(name, ""))
            except TooMuchMarkdown as refusal:
                self.add_error(name, str(refusal))
        return found


class NewAdvisoryForm(AdvisoryForm):
    """As above, and the number: the next free one is proposed, and none is used twice."""

    class Meta(AdvisoryForm.Meta):
        fields = ["number", "title", *SECTIONS]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].initial = Advisory.next_number()


class SeatForm(PersonForm):
    """A seat on one advisory."""

    right = forms.ChoiceField(choices=Right.choices, help_text="Each includes those above it.")
    until_at = EndField()
