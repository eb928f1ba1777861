"""What is asked at the desk: an instant as people say one, reasons, and which advisories."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.db.models import Case, Exists, OuterRef, QuerySet, When
from django.http import QueryDict

from accounts.access import Viewer
from accounts.models.drawn import may_be_a_key
from advisories.calendar import Fold, NoSuchTime, TimeExistsTwice, exact_instant
from advisories.embargo.outside_clocks import NOTHING_CONFIRMED, BrokenClock, Confirmed
from advisories.embargo.rules import EndReason
from advisories.forms.embargo import zones_with
from advisories.forms.rows import Rows
from advisories.lifecycle import State
from advisories.models import Advisory, BatchEntry, Reissue
from advisories.models.batch import EARLY
from advisories.release.scheduling import PLANNABLE

_EARLY_WORDS = {
    EndReason.LEAKED: "It leaked: people outside the circle know it",
    EndReason.EXPLOITED: "It is being exploited",
    EndReason.AGREED_EARLIER: "Everyone agreed on an earlier end",
    EndReason.OUTSIDE_CLOCK: "Somebody else's clock ran out",
}


class AdvisoryChoice(Rows):
    """Advisories by number and title."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label}: {obj.title}"


class OneAdvisory(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """One of them."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.label}: {obj.title}"


class AskedAgain(forms.Form):
    """What is asked once more where somebody else was faster: whoever looked too long only looks once more."""

    def ask_again(self, why: str, **carried: object) -> None:
        """Carry what is shown now, by the names of hidden fields, and all that was typed."""
        typed: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, not just a Mapping
        for name, value in carried.items():
            typed[self.add_prefix(name)] = "" if value is None else value
        self.data = typed
        self.add_error(None, f"{why} What you wrote is still here." if self.visible_fields() else why)


class TurnForm(AskedAgain):
    """Carries which turn of the batch the page showed, so that nobody changes what they haven't seen."""

    turn = forms.IntegerField(min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)


class WhenForm(forms.Form):
    """A date and a time of day in a zone; a time that exists twice asks which is meant.

    A date that breaks outside clocks asks for a reason. `seen` carries the clocks that were shown: what has started
    since is asked about again.
    """

    day = forms.DateField(
        label="Day", widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), input_formats=["%Y-%m-%d"]
    )
    time = forms.TimeField(
        label="Time of day",
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
    )
    zone = forms.ChoiceField(label="Time zone")
    which = forms.ChoiceField(
        required=False,
        label="Which of the two",
        choices=[(Fold.FIRST.value, "The first, before the clocks go back"), (Fold.SECOND.value, "The second, after")],
        widget=forms.RadioSelect,
    )
    despite = forms.BooleanField(required=False, label="I know, and it is to be that date")
    why = forms.CharField(
        required=False,
        max_length=2_000,
        label="Why it is that date all the same",
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Kept with the date, for those who work on the advisory. It is not sent to anybody.",
    )
    seen = forms.CharField(required=False, max_length=500, widget=forms.HiddenInput)

    def __init__(self, *args: Any, at: datetime | None = None, zone: str, **kwargs: Any) -> None:
        if at is not None:
            local = at.astimezone(ZoneInfo(zone))
            told = {"day": local.date(), "time": local.time().replace(second=0, microsecond=0)}
            kwargs["initial"] = told | kwargs.get("initial", {})
        kwargs["initial"] = {"zone": zone} | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones_with(zone)  # type: ignore[attr-defined]
        self.asks_which = bool(self.data.get("which"))
        self.asks_despite = bool(self.data.get("despite"))
        self.asks_why = bool(self.data.get("why") or self.data.get("seen") or self.initial.get("why"))

    def clean(self) -> dict[str, Any]:
        """Put the three together as `at`, an aware instant."""
        found = super().clean() or {}
        day, time, zone = found.get("day"), found.get("time"), found.get("zone")
        if day is None or time is None or not zone:
            return found
        fold = Fold(found["which"]) if found.get("which") else None
        try:
            found["at"] = exact_instant(datetime.combine(day, time), zone, fold)
        except NoSuchTime as refusal:
            self.add_error("time", str(refusal))
        except TimeExistsTwice as question:
            self.asks_which = True
            self.add_error("which", f"{question} Say which is meant.")
        except OverflowError:
            self.add_error("day", "That is too far away.")
        return found

    def visible_fields(self) -> list[Any]:
        """Without the question that hardly any date needs."""
        unasked = {"which": not self.asks_which, "despite": not self.asks_despite, "why": not self.asks_why}
        return [one for one in super().visible_fields() if not unasked.get(one.name, False)]

    def is_kept_from(self, broken: Sequence[BrokenClock], differing: Sequence[str] = ()) -> bool:
        """Whether the date breaks clocks of others, or differs from what was agreed, and nobody has said that it is
        meant; then the form asks, and where clocks are broken for the reason, too.
        """
        is_seen = bool(self.cleaned_data.get("despite")) and {one.clock_id for one in broken} <= self._seen
        is_explained = not broken or bool(self.cleaned_data.get("why", "").strip())
        if not (broken or differing) or (is_seen and is_explained):
            return False
        self.asks_despite, self.asks_why = True, bool(broken)
        if not is_seen:
            for sentence in (*(one.sentence for one in broken), *differing):
                self.add_error("despite", sentence)
        elif not is_explained:
            self.add_error("why", "Say why: whoever asks later reads it here.")
        typed: Any = self.data.copy()  # type: ignore[attr-defined]  # a QueryDict, not just a Mapping
        typed[self.add_prefix("seen")] = ",".join(str(one.clock_id) for one in broken)
        self.data = typed
        return True

    @property
    def confirmed(self) -> Confirmed:
        """The clocks that were shown and taken upon oneself; nothing unless it was said that the date is meant."""
        if not self.cleaned_data.get("despite"):
            return NOTHING_CONFIRMED
        return Confirmed(frozenset(self._seen), self.cleaned_data.get("why", ""))

    @property
    def _seen(self) -> set[int]:
        return {int(one) for one in self.cleaned_data.get("seen", "").split(",") if one.isascii() and one.isdecimal()}


def beside_the_date(typed: QueryDict) -> dict[str, str]:
    """What was typed on a form of another date beside the date, to begin with once more. A tick was about that date."""
    return {name: typed.get(name, "") for name in ("turn", "why", "reason")}


class PlanForm(WhenForm):
    """A new batch; with one advisory it is that one alone."""

    name = forms.CharField(
        required=False, max_length=80, help_text="For the team's eyes. Batches without a name go by their number."
    )
    field_order = ("advisories", "day", "time", "zone", "which", "despite", "why", "name")

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["advisories"] = AdvisoryChoice(
            free_for(viewer).order_by(*self._those_meant_first()),
            widget=forms.CheckboxSelectMultiple,
            label="Advisories",
            error_messages={"required": "Tick at least one."},
        )
        self.order_fields(self.field_order)

    def _those_meant_first(self) -> tuple[Case | str, ...]:
        """Many may be there: what is ticked stands on top, and last what is public and would be issued again."""
        ticked = self.data.getlist("advisories") if isinstance(self.data, QueryDict) else ()
        meant = [one for one in ticked if may_be_a_key(one)] or [one.pk for one in self.initial.get("advisories", ())]
        return Case(When(pk__in=meant, then=0), When(state=State.PUBLIC, then=2), default=1), "number"


class JoinForm(TurnForm):
    """One more advisory for an open batch."""

    def __init__(self, *args: Any, viewer: Viewer, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        free = free_for(viewer)
        self.fields["advisory"] = OneAdvisory(free, label="Another advisory", empty_label=None)
        self.has_choice = free.exists()


class ReasonForm(TurnForm):
    """Why, in words that those who knew the date are told."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever was told the date reads this. Say nothing of the flaw itself.",
    )


class MoveForm(WhenForm, ReasonForm):
    """Another date."""

    field_order = ("day", "time", "zone", "which", "despite", "why", "reason")


class SplitForm(MoveForm):
    """Some of the batch's advisories to another date."""

    def __init__(self, *args: Any, members: QuerySet[Advisory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["leaving"] = AdvisoryChoice(
            members, widget=forms.CheckboxSelectMultiple, label="What goes to the other date",
            error_messages={"required": "Tick what goes."},
        )  # fmt: skip
        self.order_fields(("leaving", *self.field_order))


class FreezeForm(TurnForm):
    """Why there is another revision; the first of an advisory needs no reason."""

    reason = forms.ChoiceField(
        label="Why there is another revision",
        choices=[choice for choice in Reissue.choices if choice[0] != Reissue.FIRST],
        initial=Reissue.TEXT,
    )
    changes = forms.CharField(
        max_length=2000,
        label="What changed",
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Whoever holds the earlier revision reads this beside the difference.",
    )

    def __init__(self, *args: Any, is_first: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if is_first:
            del self.fields["reason"], self.fields["changes"]


class OverrideForm(TurnForm):
    """Going out in spite of a verdict."""

    reason = forms.CharField(
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Kept on the record, and part of what is approved. It counts for exactly these patches.",
    )


class ApproveForm(forms.Form):
    """Exactly what was shown."""

    digest = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)


class EndEarlyForm(AskedAgain):
    """An order to let it out now."""

    reason = forms.ChoiceField(
        label="What happened",
        choices=[(one.value, _EARLY_WORDS[one]) for one in EARLY],
        widget=forms.RadioSelect,
    )
    words = forms.CharField(
        max_length=500,
        label="What to tell those who knew the date",
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shown = forms.RegexField(r"^[0-9a-f]{64}$", widget=forms.HiddenInput)
    turn = forms.IntegerField(required=False, min_value=0, max_value=2**31 - 1, widget=forms.HiddenInput)

    def __init__(self, *args: Any, members: QuerySet[Advisory] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if members is not None and members.count() > 1:
            self.fields["leaked"] = AdvisoryChoice(
                members, required=False, widget=forms.CheckboxSelectMultiple, label="Only these are out",
                help_text="They leave the batch, and the rest keeps its date. Nothing ticked means all of it.",
            )  # fmt: skip
            self.order_fields(("reason", "leaked", "words"))


def free_for(viewer: Viewer) -> QuerySet[Advisory]:
    """Advisories that `viewer` reads and that are in no batch; last those that would be issued again."""
    inside = BatchEntry.objects.visible_to(viewer).current().filter(advisory=OuterRef("pk"))
    plannable = sorted(state.value for state in PLANNABLE - {State.PUBLIC})
    found = Advisory.objects.visible_to(viewer).filter(~Exists(inside))
    found = found.filter(state__in=plannable) | found.filter(state=State.PUBLIC)
    return found.order_by(Case(When(state=State.PUBLIC, then=1), default=0), "number")
