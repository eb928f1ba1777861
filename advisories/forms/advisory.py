"""Writing an advisory."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.http import QueryDict

from accounts.forms import EndField, PersonForm
from advisories import sections
from advisories.markdown import TooMuchMarkdown, check_size
from advisories.models import Advisory
from advisories.models.seat import Right

SECTIONS = sections.NAMES

_ROWS = {"description": 10, "impact": 4, "credits": 3, "deployment": 4, "notes": 4}
_HELP = {
    "description": "Sections are Markdown. Empty ones are left out.",
    "credits": "Finders who chose to be named are added by themselves, and so are those who did not.",
    "deployment": "Members read it at once, everyone after publication.",
    "notes": "Members read it. It is never published.",
}


class AdvisoryForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Title and sections; the state changes by its own buttons."""

    class Meta:
        model = Advisory
        fields = ["title", *SECTIONS]
        labels = sections.HEADINGS
        widgets = {name: forms.Textarea(attrs={"rows": _ROWS.get(name, 6)}) for name in SECTIONS}
        help_texts = {name: _HELP.get(name, "") for name in SECTIONS}

    def clean(self) -> dict[str, Any]:
        """Line ends as everywhere else, and no text that would keep the renderer busy."""
        found = super().clean() or {}
        found["title"] = " ".join(found.get("title", "").split())
        for name in SECTIONS:
            found[name] = found.get(name, "").replace("\r\n", "\n").strip("\n")
            try:
                check_size(found[name])
            except TooMuchMarkdown as refusal:
                self.add_error(name, str(refusal))
        return found


class TextForm(AdvisoryForm):
    """As above, with the version that was read: whoever comes second does not overwrite the first."""

    read_version = forms.IntegerField(min_value=1, max_value=2**31 - 1, widget=forms.HiddenInput)

    @property
    def typed(self) -> dict[str, str]:
        """The text by the names of its sections."""
        return {name: self.cleaned_data[name] for name in ("title", *SECTIONS)}


def decided(sent: QueryDict, theirs: Mapping[str, str]) -> QueryDict:
    """What was sent, with each section for which somebody chose between two texts as they chose."""
    answer = sent.copy()
    for name in ("title", *SECTIONS):
        choice = sent.get(f"take-{name}")
        if choice == "theirs":
            answer[name] = theirs.get(name, "")
        elif choice == "mine":
            answer[name] = sent.get(f"mine-{name}", "")
    return answer


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
