"""What a finder fills in: a report, what they add to it, how they are credited."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.template.defaultfilters import filesizeformat

from advisories.forms.files import FilesField
from advisories.models import Credit, DraftFile
from advisories.reporting import drafts
from advisories.reporting.intake import Told

_MOST_TEXT = 200_000


class AsTyped(forms.CharField):
    """A text exactly as it was typed, but for the line ends that browsers send."""

    widget = forms.Textarea

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(strip=False, max_length=_MOST_TEXT, **kwargs)

    def clean(self, value: Any) -> str:
        """The text; blanks alone are none."""
        found: str = super().clean(value).replace("\r\n", "\n")
        if self.required and not found.strip():
            raise forms.ValidationError(self.error_messages["required"], code="required")
        return found


class FormWithFiles(forms.Form):
    """Takes files, and remembers those of an earlier attempt by a token that the form itself carries."""

    draft = forms.CharField(required=False, widget=forms.HiddenInput, max_length=64)
    attached = FilesField(required=False, label="Files")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most, size = settings.REPORT_FILES, filesizeformat(settings.REPORT_FILE_BYTES)
        self.fields["attached"].help_text = f"Proofs of concept, logs, patches: up to {most} files of {size} each."
        # Only a token that we made: one that somebody thought up could be anybody's.
        sent = str(self.data.get("draft", ""))
        self.token = sent if drafts.TOKEN.fullmatch(sent) else drafts.new_token()
        self.fields["draft"].initial = self.token
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
            self.data["draft"] = self.token

    @property
    def kept_files(self) -> list[DraftFile]:
        """Files of earlier attempts."""
        return drafts.kept(self.token) if self.is_bound else []

    @property
    def leave_out(self) -> list[str]:
        """Which of the kept files were struck out."""
        return self.data.getlist("leave_out") if isinstance(self.data, QueryDict) else []

    def clean_attached(self) -> list[Any]:
        """Refuse what is too large or too much, by name; the others stay."""
        found: list[Any] = self.cleaned_data["attached"]
        fitting = [file for file in found if (file.size or 0) <= settings.REPORT_FILE_BYTES]
        for file in found:
            if file not in fitting:
                limit = filesizeformat(settings.REPORT_FILE_BYTES)
                self.add_error("attached", f"{file.name} is larger than {limit}; it was not kept.")
        self.fitting = fitting
        kept = [row for row in self.kept_files if str(row.position) not in self.leave_out]
        if len(kept) + len(fitting) > settings.REPORT_FILES:
            self.add_error("attached", f"More than {settings.REPORT_FILES} files; pack some of them together.")
        return fitting

    @property
    def brought(self) -> drafts.Files:
        """Names and bytes of the files of this attempt that are within the limits."""
        fitting = getattr(self, "fitting", [])
        for file in fitting:
            file.seek(0)
        return [(file.name or "file", file.read()) for file in fitting]


class ReportForm(FormWithFiles):
    """A report. Only a title and a text are asked for; everything else may be left out."""

    title = forms.CharField(
        max_length=200,
        label="In one line",
        widget=forms.TextInput(attrs={"autocomplete": "off", "placeholder": "Guests can overflow the event queue"}),
    )
    text = AsTyped(
        label="What you found",
        help_text="What an attacker needs, what they gain, which versions you tried, how to reproduce it. "
        "It is kept exactly as you type it.",
    )
    name = forms.CharField(required=False, max_length=120, label="Your name")
    address = forms.EmailField(
        required=False,
        max_length=254,
        label="Your mail address",
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    credit = forms.ChoiceField(
        choices=Credit.choices, initial=Credit.UNDECIDED, widget=forms.RadioSelect, label="Credit in the advisory"
    )
    website = forms.CharField(
        required=False,
        label="Leave this empty",
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    field_order = ("title", "text", "attached", "name", "address", "credit", "website", "draft")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].widget.attrs["rows"] = 14
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    @property
    def told(self) -> Told:
        """The report as `intake.open_report` takes it."""
        found = self.cleaned_data
        return Told(found["title"], found["text"], found["name"], found["address"], Credit(found["credit"]))

    @property
    def is_suspect(self) -> bool:
        """A field that people don't see was filled in."""
        return bool(self.cleaned_data["website"])


class MessageForm(FormWithFiles):
    """What a finder adds to the thread."""

    text = AsTyped(label="Your message", widget=forms.Textarea(attrs={"rows": 6}))

    field_order = ("text", "attached", "draft")


class CreditForm(forms.Form):
    """How a finder wants to be named."""

    credit = forms.ChoiceField(choices=Credit.choices, widget=forms.RadioSelect, label="Credit")
    credit_as = forms.CharField(
        required=False, max_length=200, label="In these words", help_text="As in: Ada Sluice of Example Research."
    )
