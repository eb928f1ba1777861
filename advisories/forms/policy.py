"""Changing the policy: what a coordinator fills in, every field with help in plain words."""

from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.forms import formset_factory

from advisories.forms.lengths import LengthField
from advisories.policy import Announced, StartEvent, Weekday
from advisories.policy.checks import (
    LONGEST_HELP,
    LONGEST_NAME,
    LONGEST_SOURCE,
    LONGEST_TERMS,
    MOST_CRITERIA,
    MOST_ROWS,
)

_WEEKDAYS = [(str(day).lower(), str(day)) for day in Weekday]
_TIME = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
_RHYTHMS = [("any", "Any week"), ("weeks", "Every so many weeks"), ("month", "Some weeks of each month")]
_ANNOUNCED = {
    Announced.NUMBERS: "Numbers: that an advisory of this number is being prepared",
    Announced.DATES: "Planned dates: when the next advisories come out, once the date is settled",
}


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Every zone that is a place, and UTC; not the abbreviations of another time."""
    return ("UTC", *sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/")))


def _day() -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class PolicyForm(forms.Form):
    """Everything that is no list of rows."""

    based_on = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)
    release_time = forms.TimeField(
        widget=_TIME,
        input_formats=["%H:%M"],
        help_text="The time of day at which advisories come out, on the clock of the zone beside it.",
    )
    zone = forms.ChoiceField(
        label="Time zone",
        help_text="Also the zone of working days and of the calendar. UTC never changes its clocks; other zones do.",
    )
    rhythm = forms.ChoiceField(
        choices=_RHYTHMS,
        widget=forms.RadioSelect,
        help_text="Which weeks carry a release. With a rhythm, each such week has one date, its first good day.",
    )
    every_weeks = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=52,
        label="Weeks between releases",
        help_text="For “every so many weeks”.",
    )
    from_on = forms.DateField(
        required=False, widget=_day(), label="Counted from", help_text="Any day of a week that carries a release."
    )
    weeks_of_month = forms.TypedMultipleChoiceField(
        required=False,
        coerce=int,
        choices=[
            (1, "1st to 7th"),
            (2, "8th to 14th"),
            (3, "15th to 21st"),
            (4, "22nd to 28th"),
            (5, "29th and later"),
        ],
        widget=forms.CheckboxSelectMultiple,
        label="Days of the month",
        help_text="For “some weeks of each month”. The last one does not exist in every February.",
    )
    weekdays = forms.MultipleChoiceField(
        choices=_WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        label="Days for releases",
        help_text="On other days the calendar proposes nothing. Only days of the working week can be chosen.",
    )
    working_week = forms.MultipleChoiceField(
        choices=_WEEKDAYS,
        widget=forms.CheckboxSelectMultiple,
        help_text="The days that count when something takes “five working days”.",
    )
    opens = forms.TimeField(
        widget=_TIME,
        input_formats=["%H:%M"],
        label="Working hours from",
        help_text="First answers to reporters are counted in these hours.",
    )
    closes = forms.TimeField(widget=_TIME, input_formats=["%H:%M"], label="Working hours to")
    countries = forms.CharField(
        required=False,
        max_length=1000,
        label="Public holidays of",
        help_text="Countries, or parts of them, by their ISO codes: DE, GB-SCT. A holiday in any of them is no working "
        "day and carries no release.",
    )
    preparation_days = forms.IntegerField(
        min_value=0,
        max_value=250,
        label="Preparation",
        help_text="Working days from a report until members of the pre-disclosure list may hear of it.",
    )
    predisclosure_days = forms.IntegerField(
        min_value=0,
        max_value=250,
        label="Pre-disclosure",
        help_text="Working days that members have from then on until everyone may read it.",
    )
    soft_cap = forms.IntegerField(
        min_value=1,
        max_value=1000,
        label="Advisories in one release",
        help_text="From this number on the calendar warns and proposes another date. Nothing is forbidden.",
    )
    quorum = forms.IntegerField(
        min_value=1,
        max_value=1000,
        label="Approvals of a release",
        help_text="Members of the team who must approve exactly the same content, never its authors alone.",
    )
    early_quorum = forms.IntegerField(
        min_value=1,
        max_value=1000,
        label="Approvals after a leak",
        help_text="Team members who must approve where an embargo ends early because it leaked or is exploited. "
        "Its authors alone are not enough here either.",
    )
    announced = forms.MultipleChoiceField(
        required=False,
        choices=[(each.value, _ANNOUNCED[each]) for each in Announced],
        widget=forms.CheckboxSelectMultiple,
        label="Announced before publication",
        help_text="What everyone may know of an advisory that is still under embargo. Nothing, unless chosen here.",
    )
    least_weight = forms.IntegerField(
        min_value=0,
        max_value=1000,
        label="Least weight of an application",
        help_text="What the answers must weigh together before an application is complete, besides the required ones.",
    )
    terms = forms.CharField(
        max_length=LONGEST_TERMS,
        label="Terms for members",
        widget=forms.Textarea(attrs={"rows": 12}),
        help_text="Everyone reads them. Another text is another version, and every member is asked to accept it.",
    )
    terms_days = forms.IntegerField(
        min_value=1,
        max_value=365,
        label="Days to accept other terms",
        help_text="After that the team is shown who has not; nobody is suspended by a machine.",
    )
    confirmation_days = forms.IntegerField(
        min_value=30,
        max_value=1830,
        label="Days between confirmations",
        help_text="Members say again that their contacts, address and key still hold.",
    )
    lists_members = forms.BooleanField(
        required=False,
        label="Everyone may read who is on the list",
        help_text="Names alone, and only of organisations that agreed to it.",
    )
    members_discuss = forms.BooleanField(
        required=False,
        label="Members may write to each other",
        help_text="On the advisories that they hold. Otherwise each member writes to the team alone.",
    )
    why = forms.CharField(
        max_length=2000,
        label="Why it changes",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="The team reads this in the history.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.initial.get("zone", "UTC")
        names = zones() if chosen in zones() else (chosen, *zones())
        self.fields["zone"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]

    def clean_countries(self) -> list[str]:
        """Codes, however they are set apart."""
        told: str = self.cleaned_data["countries"]
        return told.upper().replace(",", " ").replace(";", " ").split()

    def clean(self) -> dict[str, Any]:
        """A rhythm needs what it is counted by."""
        found = super().clean() or {}
        if found.get("rhythm") == "weeks":
            for name in ("every_weeks", "from_on"):
                if not found.get(name) and name not in self.errors:
                    self.add_error(name, "Every so many weeks needs a number of weeks and a day to count from.")
        if found.get("rhythm") == "month" and not found.get("weeks_of_month"):
            self.add_error("weeks_of_month", "Choose the days of the month.")
        return found


class BlackoutForm(forms.Form):
    """Days on which nothing is published."""

    name = forms.CharField(max_length=LONGEST_NAME)
    first = forms.DateField(widget=_day(), label="First day")
    last = forms.DateField(widget=_day(), label="Last day")


class ClockForm(forms.Form):
    """Somebody else's limit on an embargo."""

    name = forms.CharField(max_length=LONGEST_NAME)
    key = forms.SlugField(max_length=LONGEST_NAME, help_text="Small letters and hyphens; embargoes refer to it.")
    starts_at = forms.ChoiceField(
        label="Starts with",
        choices=[(each.value, each.value.capitalize()) for each in StartEvent],
        initial=StartEvent.FIRST_POST.value,
    )
    limit = LengthField(help_text="Such as 14 days, or 36 hours.")
    exceptional = LengthField(required=False, label="As an exception", help_text="A longer limit its owner may grant.")
    minimum = LengthField(required=False, label="At least", help_text="If its owner asks for a least length, too.")
    source = forms.CharField(
        required=False, max_length=LONGEST_SOURCE, help_text="Where the rule is written, best as an address."
    )


class CriterionForm(forms.Form):
    """One item that applications for the pre-disclosure list answer."""

    name = forms.CharField(max_length=LONGEST_NAME, label="Asks for")
    key = forms.SlugField(max_length=LONGEST_NAME, help_text="Small letters and hyphens; answers are kept under it.")
    help = forms.CharField(
        required=False, max_length=LONGEST_HELP, label="Help text", widget=forms.Textarea(attrs={"rows": 2})
    )
    example = forms.CharField(required=False, max_length=LONGEST_HELP)
    weight = forms.IntegerField(min_value=0, max_value=100, initial=1)
    is_required = forms.BooleanField(required=False, label="Required")
    wants_link = forms.BooleanField(required=False, label="Wants a link")


class ReplyTermsForm(forms.Form):
    """What a reporter of one urgency is promised."""

    first_answer_hours = forms.IntegerField(min_value=1, max_value=1000, label="First answer (hours)")
    update_days = forms.IntegerField(min_value=1, max_value=1000, label="Updates every (days)")
    around_the_clock = forms.BooleanField(required=False, label="By the clock")


BlackoutForms = formset_factory(BlackoutForm, extra=3, can_delete=True, can_delete_extra=False, max_num=MOST_ROWS)
ClockForms = formset_factory(ClockForm, extra=1, can_delete=True, can_delete_extra=False, max_num=MOST_ROWS)
CriterionForms = formset_factory(CriterionForm, extra=1, can_delete=True, can_delete_extra=False, max_num=MOST_CRITERIA)
