"""What the security team fills in on a report."""

from typing import Any

from django import forms

from accounts.access import Viewer
from accounts.models import Role, TeamSeat, User
from advisories.models import Advisory, Report
from advisories.policy import Urgency
from advisories.reporting.reports import STEPS, ReportState

_VERBS = {
    ReportState.TRIAGING: "Look at it again",
    ReportState.ACCEPTED: "Accept",
    ReportState.DUPLICATE: "Duplicate of another report",
    ReportState.INVALID: "Invalid",
    ReportState.NOT_A_VULNERABILITY: "Not a vulnerability",
    ReportState.OUT_OF_SCOPE: "Out of scope",
    ReportState.DEFERRED: "Deferred",
}


class AnswerForm(forms.Form):
    """A message to the finder, or a note among the team."""

    text = forms.CharField(label="Message", strip=False, max_length=200_000, widget=forms.Textarea(attrs={"rows": 5}))
    is_internal = forms.BooleanField(required=False, label="A note for the team only")


class OwnerForm(forms.Form):
    """Who answers for a report."""

    owner = forms.ModelChoiceField(User.objects.none(), required=False, empty_label="Nobody", label="Owner")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = TeamSeat.objects.current().filter(role__in=(Role.SECURITY, Role.COORDINATOR))
        team = User.objects.filter(is_active=True, team_seats__in=seats).distinct().order_by("name")
        self.fields["owner"].queryset = team  # type: ignore[attr-defined]  # the declared type is forms.Field


class UrgencyForm(forms.Form):
    """How soon somebody must look at it."""

    urgency = forms.ChoiceField(choices=[(urgency.value, urgency.value.capitalize()) for urgency in Urgency])


class TermsForm(forms.Form):
    """What a finder was promised."""

    terms = forms.CharField(
        required=False,
        max_length=2_000,
        label="Promised terms",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Such as a date before which nothing is published.",
    )


class WithholdForm(forms.Form):
    """Why a finder is not credited."""

    because = forms.CharField(
        required=False,
        max_length=300,
        label="Withhold the credit because",
        help_text="Readers are told this sentence, and no name. Left empty, the finder's choice holds.",
    )


class LinkForm(forms.Form):
    """Which advisory a report feeds."""

    advisory = forms.ModelChoiceField(Advisory.objects.none(), to_field_name="number", label="Existing advisory")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        found = Advisory.objects.visible_to(viewer)
        self.fields["advisory"].queryset = found  # type: ignore[attr-defined]  # the declared type is forms.Field
        self.fields["advisory"].label_from_instance = _named  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """The steps that lead on from where a report stands, with the grounds that its finder reads."""

    target = forms.ChoiceField(label="Decision")
    duplicate_of = forms.ModelChoiceField(
        Report.objects.none(), required=False, to_field_name="reference", empty_label="None", label="Duplicate of"
    )
    grounds = forms.CharField(
        required=False,
        label="Why",
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="The finder reads this. Only accepting needs no reason.",
    )

    def __init__(self, *args: Any, viewer: Viewer, report: Report, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        steps = [state for state in ReportState if state in STEPS[ReportState(report.state)]]
        verbs = _VERBS | ({ReportState.TRIAGING: "Look at it"} if report.state == ReportState.RECEIVED else {})
        choices = [(state.value, verbs[state]) for state in steps]
        self.fields["target"].choices = choices  # type: ignore[attr-defined]  # the declared type is forms.Field
        others = Report.objects.visible_to(viewer).exclude(pk=report.pk)
        self.fields["duplicate_of"].queryset = others  # type: ignore[attr-defined]
        self.fields["duplicate_of"].label_from_instance = _told  # type: ignore[attr-defined]
        if ReportState.DUPLICATE not in steps:
            del self.fields["duplicate_of"]

    def clean(self) -> dict[str, Any]:
        """A duplicate names the other report; nothing else does."""
        found = super().clean() or {}
        if found.get("target") == ReportState.DUPLICATE and not found.get("duplicate_of"):
            self.add_error("duplicate_of", "Say which report came first.")
        return found


def _named(advisory: Any) -> str:
    return f"{advisory.label}: {advisory.title}"


def _told(report: Any) -> str:
    return f"{report.reference}: {report.title}"
