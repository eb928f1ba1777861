"""Dates of an embargo as people type them: a day, a time, and the zone that both are meant in."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils import timezone

from advisories.calendar import words
from advisories.calendar.instants import Fold, NoSuchTime, TimeExistsTwice, exact_instant
from advisories.embargo import consents
from advisories.embargo.negotiating import End
from advisories.embargo.shown import FinderProposal, ShownProposal
from advisories.models import Matter, Out, Verdict
from advisories.policy import Policy

_AREAS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
_FARTHEST = timedelta(days=3653)
_TOO_FAR = "That is more than ten years from now; is it a slip of the keyboard?"


@lru_cache(maxsize=1)
def zone_choices() -> list[tuple[str, str | list[tuple[str, str]]]]:
    """UTC, then every zone that is named after a place, by area."""
    places = sorted(name for name in available_timezones() if name.partition("/")[0] in _AREAS)
    grouped = groupby(places, key=lambda name: name.partition("/")[0])
    return [("UTC", "UTC"), *((area, [(name, _said(name)) for name in names]) for area, names in grouped)]


def zones_with(zone: str) -> list[tuple[str, str | list[tuple[str, str]]]]:
    """The same, and first of all the policy's where it is named after no place."""
    choices = zone_choices()
    known = {name for _area, names in choices if not isinstance(names, str) for name, _said in names} | {"UTC"}
    return choices if zone in known else [(zone, zone), *choices]


def _said(name: str) -> str:
    return name.partition("/")[2].replace("_", " ").replace("/", ", ")


class InstantForm(forms.Form):
    """An instant as a date, a time of day and a zone. `instant` is what they come to."""

    date = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    time = forms.TimeField(widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"), input_formats=["%H:%M"])
    zone = forms.ChoiceField(choices=zone_choices)
    fold = forms.ChoiceField(
        required=False,
        label="Which of the two",
        choices=[(fold.value, fold.value) for fold in Fold],
        widget=forms.HiddenInput,
    )

    instant: datetime

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].initial = policy.zone
        self.fields["time"].initial = policy.release_time

    def clean(self) -> dict[str, Any]:
        """Find the one instant that is meant; ask where there are two, refuse where there is none."""
        found = super().clean() or {}
        if self.errors:
            return found
        local = datetime.combine(found["date"], found["time"])
        try:
            meant = exact_instant(local, found["zone"], Fold(found["fold"]) if found.get("fold") else None)
            self.instant = meant.astimezone(UTC)
        except NoSuchTime as refusal:
            self.add_error("time", str(refusal))
        except TimeExistsTwice as question:
            self._ask_which(question)
        except OverflowError:
            self.add_error("date", _TOO_FAR)
        else:
            if abs(self.instant - timezone.now()) > _FARTHEST:
                self.add_error("date", _TOO_FAR)
        return found

    def _ask_which(self, question: TimeExistsTwice) -> None:
        first, second = question.first_at.astimezone(UTC), question.second_at.astimezone(UTC)
        choices = [
            (Fold.FIRST.value, f"The first, {first:%H:%M} UTC"),
            (Fold.SECOND.value, f"The second, {second:%H:%M} UTC"),
        ]
        # In place: the form has bound this field already.
        self.fields["fold"].widget = forms.RadioSelect(choices=choices)
        self.add_error("fold", f"{question} Say which of the two you mean.")


class EndForm(InstantForm):
    """A proposed end."""

    answer_days = forms.IntegerField(
        required=False, min_value=1, max_value=60, label="Days to answer",
        help_text="Left empty: a week, or half the time that is left.",
    )  # fmt: skip
    reason = forms.CharField(
        required=False, max_length=2_000, label="Why this date", widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Read by the team and by guests of this advisory, not by finders.",
    )  # fmt: skip
    instead_of = forms.TypedChoiceField(
        required=False,
        coerce=int,
        empty_value=None,
        label="Instead of",
        help_text="Your date is then your answer to that one.",
    )

    despite = forms.CharField(required=False, widget=forms.HiddenInput)
    """What was typed on the warning of outside clocks before another date was chosen, which may break them, too."""

    field_order = ["date", "time", "zone", "fold", "answer_days", "instead_of", "reason"]

    def __init__(self, *args: Any, proposals: Iterable[ShownProposal | FinderProposal], **kwargs: Any) -> None:
        """`proposals` are the open ones that whoever fills this in may see."""
        super().__init__(*args, **kwargs)
        choices = [(one.pk, words.instant(one.end.at)) for one in proposals]
        if choices:
            known = [("", "No other proposal"), *choices]
            self.fields["instead_of"].choices = known  # type: ignore[attr-defined]  # the declared type is forms.Field
        else:
            del self.fields["instead_of"]

    @property
    def instead_of_pk(self) -> int | None:
        """The proposal that this one answers."""
        return self.cleaned_data.get("instead_of")

    @property
    def end(self) -> End:
        """What is proposed."""
        return End(self.instant, self.cleaned_data["zone"], self.cleaned_data["reason"], self.answer_by)

    @property
    def answer_by(self) -> datetime | None:
        """Until when answers are waited for; none for the usual length."""
        days = self.cleaned_data.get("answer_days")
        return timezone.now() + timedelta(days=days) if days else None


class FinderEndForm(EndForm):
    """An end that a finder proposes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["answer_days"], self.fields["despite"]
        self.fields["reason"].help_text = "Read by the security team and those who work on the fix."
        self.fields["zone"].help_text = "The zone that your date and time are meant in."


class ConfirmForm(forms.Form):
    """Taking upon oneself that a date breaks outside clocks."""

    clocks = forms.TypedMultipleChoiceField(
        label="I have seen that it breaks", coerce=int, widget=forms.CheckboxSelectMultiple
    )
    despite = forms.CharField(
        label="Why this date all the same", max_length=2_000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept with the date, and on the record that it was given.",
    )  # fmt: skip

    def __init__(self, *args: Any, broken: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(one.clock_id, one.name) for one in broken]
        self.fields["clocks"].choices = choices  # type: ignore[attr-defined]  # the declared type is forms.Field
        self.all = {one.clock_id for one in broken}

    def clean_clocks(self) -> set[int]:
        """Every one of them, or it isn't confirmed."""
        ticked = set(self.cleaned_data["clocks"])
        if ticked != self.all:
            raise forms.ValidationError("Tick each clock that the date breaks.")
        return ticked


class AnswerForm(forms.Form):
    """Yes or no to a proposal; another date has its own form."""

    verdict = forms.ChoiceField(choices=[(one.value, one.label) for one in (Verdict.ACCEPT, Verdict.DECLINE)])


class WordingForm(forms.Form):
    """Consent to exactly what the page showed."""

    says = forms.ChoiceField(choices=[("sign", "I agree"), ("decline", "I don't agree")])
    wording = forms.ChoiceField(required=False, label="What I promise", widget=forms.RadioSelect)
    end_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, policy: Policy, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = consents.offered(is_announced=bool(policy.announced))
        choices = [(one.version, one.name) for one in offered]
        self.fields["wording"].choices = choices  # type: ignore[attr-defined]  # the declared type is forms.Field

    def clean(self) -> dict[str, Any]:
        """To agree names the wording and the end."""
        found = super().clean() or {}
        if found.get("says") == "sign" and not (found.get("wording") and found.get("end_at")):
            raise forms.ValidationError("Say what you agree to.")
        return found


class StartClockForm(InstantForm):
    """A clock of the policy that has started."""

    rule = forms.ChoiceField(label="Clock")
    note = forms.CharField(
        required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}), help_text="Such as which post."
    )

    field_order = ["rule", "date", "time", "zone", "fold", "note"]

    def __init__(self, *args: Any, policy: Policy, running: set[str], **kwargs: Any) -> None:
        super().__init__(*args, policy=policy, **kwargs)
        choices = [
            (rule.key, f"{rule.name}: from “{rule.starts_at}”") for rule in policy.clocks if rule.key not in running
        ]
        self.fields["rule"].choices = choices  # type: ignore[attr-defined]  # the declared type is forms.Field
        self.fields["date"].label, self.fields["time"].label = "Started on", "At"
        self.fields["time"].initial = None

    def clean(self) -> dict[str, Any]:
        """What has started did so before now."""
        found = super().clean()
        if not self.errors and self.instant > timezone.now():
            self.add_error("date", "That instant is still to come; a clock has started or it has not.")
        return found


class FixedEndForm(InstantForm):
    """An end that somebody else has named and owns."""

    owner = forms.CharField(max_length=120, help_text="Such as a hardware vendor.")
    reference = forms.CharField(
        required=False, max_length=200, help_text="Where it is written: an address, or the subject of their mail."
    )
    note = forms.CharField(required=False, max_length=2_000, widget=forms.Textarea(attrs={"rows": 2}))

    field_order = ["owner", "date", "time", "zone", "fold", "reference", "note"]


class DecisionForm(forms.Form):
    """A decision that readers are told of afterwards."""

    about = forms.ChoiceField(label="About", choices=Matter.choices)
    words = forms.CharField(
        max_length=1000, label="What readers are told", widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Published with the advisory, and part of what is approved. Name nobody who isn't to be named.",
    )  # fmt: skip


class OutForm(forms.Form):
    """How the issue is out already."""

    out = forms.ChoiceField(
        label="It is already", choices=[(one.value, one.label) for one in Out if one], widget=forms.RadioSelect
    )
