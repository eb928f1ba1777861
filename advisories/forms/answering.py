"""What members answer and ask."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from advisories.forms.thread import WrittenForm
from advisories.models import AskKind, NoteAudience, Organisation, ReadinessStatus
from advisories.predisclosure.answering import Told


class ReadinessForm(forms.Form):
    """How far a member is with one product."""

    # Nothing is chosen beforehand: an answer by mistake would be worse than silence.
    status = forms.ChoiceField(choices=[("", "Choose…"), *ReadinessStatus.choices], label="How far are you?")
    reason = forms.CharField(
        required=False,
        max_length=500,
        label="Why it isn't affected",
        help_text="Needed where you say that it isn't, such as “that driver is not built”.",
    )
    tracking_id = forms.CharField(
        required=False, max_length=80, label="Your own tracking id", help_text="What you call it, for your own lists."
    )
    note = forms.CharField(required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    told_to = forms.ChoiceField(
        choices=NoteAudience.choices, initial=NoteAudience.TEAM, widget=forms.RadioSelect, label="Who reads this answer"
    )
    read = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Whoever says “not affected” says why."""
        found = super().clean() or {}
        if found.get("status") == ReadinessStatus.NOT_AFFECTED and not str(found.get("reason", "")).strip():
            self.add_error("reason", "Say why it isn't affected: others build on the same code.")
        return found

    @property
    def told(self) -> Told:
        """What was said."""
        told = self.cleaned_data
        return Told(
            ReadinessStatus(told["status"]),
            told["reason"],
            told["tracking_id"],
            told["note"],
            NoteAudience(told["told_to"]),
        )


class AskForm(forms.Form):
    """A member will not be ready, or asks for a later date."""

    kind = forms.ChoiceField(choices=AskKind.choices, initial=AskKind.NOT_READY, widget=forms.RadioSelect, label="What")
    wanted_at = forms.DateTimeField(
        label="Ready by (UTC)",
        widget=forms.DateTimeInput(attrs={"placeholder": "2027-01-31 12:00"}),
        help_text="Year, month, day and time of day, such as 2027-01-31 12:00.",
    )
    reason = forms.CharField(
        max_length=500, widget=forms.Textarea(attrs={"rows": 3}), help_text="The security team reads it, nobody else."
    )


class ReplyForm(forms.Form):
    """What the team answers."""

    answer = forms.CharField(
        max_length=500, label="Answer", widget=forms.Textarea(attrs={"rows": 2}), help_text="The member reads it."
    )


class ProductForm(forms.Form):
    """Something that a member answers for separately."""

    name = forms.CharField(max_length=80, label="Product", help_text="What you make or run, such as “Stable 12”.")
    builds_on = forms.CharField(
        required=False, max_length=80, label="Built on", help_text="Which versions of ours, such as 4.17."
    )


class PostForm(WrittenForm):
    """What a member writes on an advisory that it holds."""

    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label="For", empty_label=None, help_text="In whose name you write."
    )
    is_for_all = forms.BooleanField(
        required=False, label="Other members read it too", help_text="Otherwise the security team alone does."
    )

    field_order = ("text", "organisation", "is_for_all", "attached", "draft")

    def __init__(self, *args: Any, may_speak_for: QuerySet[Organisation], with_members: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = "Your message"
        only = list(may_speak_for[:2])
        field = self.fields["organisation"]
        field.queryset = may_speak_for  # type: ignore[attr-defined]
        if len(only) == 1:
            field.initial, field.widget = only[0].pk, forms.HiddenInput()
        if not with_members:
            del self.fields["is_for_all"]
