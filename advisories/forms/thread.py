"""Writing on an advisory's thread."""

from typing import Any, cast

from django import forms

from advisories.forms.reporting import AsTyped, FormWithFiles
from advisories.markdown import TooMuchMarkdown, check_size
from advisories.models import CommentAudience, Organisation

_ALWAYS = [(one.value, str(one.label)) for one in (CommentAudience.SEATS, CommentAudience.TEAM)]


class WrittenForm(FormWithFiles):
    """A text in Markdown with files."""

    text = AsTyped(label="Your comment", widget=forms.Textarea(attrs={"rows": 4}), help_text="Markdown.")

    def clean_text(self) -> str:
        """Refuse a text that would keep the renderer busy."""
        text: str = self.cleaned_data["text"]
        try:
            check_size(text)
        except TooMuchMarkdown as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return text


class CommentForm(WrittenForm):
    """A comment; guests write to everyone on the advisory, since they could not read what is for the team."""

    audience = forms.ChoiceField(
        choices=_ALWAYS,
        initial=CommentAudience.SEATS,
        widget=forms.RadioSelect,
        label="Who reads it",
    )

    field_order = ("text", "audience", "attached", "draft")

    def __init__(
        self, *args: Any, writes: bool, members_hold_it: bool = False, to: Organisation | None = None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.to = to
        if not writes:
            del self.fields["audience"]
            return
        chosen = cast("forms.ChoiceField", self.fields["audience"])
        offered = list(_ALWAYS)
        if members_hold_it:
            offered.append((CommentAudience.MEMBERS.value, "Every member that holds it, and everyone on this advisory"))
        if to is not None:
            offered.append((CommentAudience.MEMBER.value, f"Only {to} and the security team"))
            chosen.initial = CommentAudience.MEMBER
        chosen.choices = offered

    @property
    def chosen_audience(self) -> CommentAudience:
        """Who reads it."""
        return CommentAudience(self.cleaned_data.get("audience", CommentAudience.SEATS))
