"""What the team says when a number is merged, split, given up, withdrawn or superseded."""

from typing import Any

from django import forms

from accounts.access import Viewer
from advisories import sections
from advisories.forms.rows import Rows
from advisories.models import Advisory, Identifier, Report
from advisories.numbering import TAKES_OTHERS_IN


class ReasonForm(forms.Form):
    """Why."""

    because = forms.CharField(
        label="Why",
        max_length=2_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The page at this number says it to whoever may see that page.",
    )


class MergeForm(ReasonForm):
    """Into which other, and why."""

    into = forms.ModelChoiceField(Advisory.objects.none(), to_field_name="number", label="Merge into")

    field_order = ("into", "because")

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Advisory.objects.visible_to(viewer).filter(state__in=sorted(TAKES_OTHERS_IN)).exclude(pk=advisory.pk)
        self.fields["into"].queryset = found  # type: ignore[attr-defined]  # the declared type is forms.Field
        self.fields["into"].label_from_instance = _named  # type: ignore[attr-defined]


class SupersedeForm(forms.Form):
    """Which other took its place."""

    by_other = forms.ModelChoiceField(
        Advisory.objects.none(), to_field_name="number", required=False, empty_label="None", label="Superseded by"
    )

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Advisory.objects.visible_to(viewer).exclude(pk=advisory.pk)
        self.fields["by_other"].queryset = found  # type: ignore[attr-defined]
        self.fields["by_other"].label_from_instance = _named  # type: ignore[attr-defined]


class SplitForm(forms.Form):
    """What the new advisory begins with."""

    title = forms.CharField(max_length=200, label="Title of the new advisory")
    sections = forms.MultipleChoiceField(
        choices=[(section.name, section.heading) for section in sections.ALL],
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Sections to begin with",
        help_text="They are copied; both are edited from there.",
    )
    reports = Rows(
        Report.objects.none(), to_field_name="reference", required=False, widget=forms.CheckboxSelectMultiple,
        label="Reports that move", help_text="Each keeps its finder, credit and terms.",
    )  # fmt: skip
    identifiers = Rows(
        Identifier.objects.none(), required=False, widget=forms.CheckboxSelectMultiple, label="Identifiers that move"
    )
    with_affected = forms.BooleanField(required=False, label="Copy what is said about affected versions")

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        written = [(one.name, one.heading) for one in sections.ALL if getattr(advisory, one.name).strip()]
        self.fields["sections"].choices = written  # type: ignore[attr-defined]  # the declared type is forms.Field
        rows: dict[str, Any] = {
            "reports": Report.objects.visible_to(viewer).filter(advisory=advisory),
            "identifiers": Identifier.objects.visible_to(viewer).filter(advisory=advisory),
        }
        for name, found in rows.items():
            self.fields[name].queryset = found  # type: ignore[attr-defined]
            self.fields[name].label_from_instance = _told  # type: ignore[attr-defined]
            if not found:
                del self.fields[name]
        if not written:
            del self.fields["sections"]


def _named(advisory: Any) -> str:
    return f"{advisory.label}: {advisory.title}"


def _told(row: Any) -> str:
    return f"{row.reference}: {row.title}" if isinstance(row, Report) else str(row)
