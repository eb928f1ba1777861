"""What stands beside the text, line by line: identifiers, severity, affected versions."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.forms.formsets import BaseFormSet

from accounts.access import Viewer
from advisories.affected import Needs, Status
from advisories.formats.edition import TREE
from advisories.lifecycle import SHOWN_TO_READERS, State
from advisories.models import Advisory, BatchEntry, Identifier, Standing
from advisories.permissions import REACHES, STARTS, SUBJECTS, Reach, Start, Subject
from advisories.severity import NotAVector, rate
from advisories.versions import NotAVersion, parse_ranges

_SHAPES = {
    "CVE": (re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}"), "A CVE looks like CVE-2026-1234."),
    "GHSA": (re.compile(r"GHSA(-[23456789cfghjmpqrvwx]{4}){3}"), "A GHSA looks like GHSA-xxxx-xxxx-xxxx."),
}


class LineForm(forms.Form):
    """One line for an advisory, told by whoever may see the others that it names."""

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.viewer, self.advisory = viewer, advisory

    def named(self, told: str) -> Advisory:
        """Another advisory by its number, with or without the prefix; refused where `viewer` may not read it."""
        number = told.rsplit("-", 1)[-1]
        readable = Advisory.objects.visible_to(self.viewer)
        found = readable.filter(number=number).first() if number.isdecimal() and len(number) < 10 else None
        if found is None:
            raise forms.ValidationError("There is no such advisory that you may read.")
        if found.pk == self.advisory.pk:
            raise forms.ValidationError("Name another advisory than this one.")
        return found

    @property
    def values(self) -> dict[str, Any]:
        """Values of the row's fields."""
        return {name: self.cleaned_data[name] for name in self.fields if name not in ("DELETE", "ORDER")}


def _main_tree() -> str:
    return str(settings.MAIN_TREE)


class AffectedForm(LineForm):
    """Versions of one tree and what is said of them."""

    tree = forms.CharField(
        max_length=60, initial=_main_tree, widget=forms.TextInput(attrs={"list": "trees", "size": 12})
    )
    ranges = forms.CharField(
        max_length=500,
        label="Versions",
        widget=forms.TextInput(attrs={"size": 26, "placeholder": "1.7.x - 1.9.x, main"}),
    )
    status = forms.ChoiceField(
        choices=[(status.value, status.value.capitalize()) for status in Status], initial=Status.AFFECTED.value
    )
    condition_needs = forms.ChoiceField(
        required=False,
        label="Only if the fix is",
        choices=[("", "No condition"), *((needs.value, f"{needs.value.capitalize()}: fix of") for needs in Needs)],
    )
    condition_on = forms.CharField(
        required=False, label="Fix of advisory", max_length=30, widget=forms.TextInput(attrs={"size": 7})
    )

    def has_changed(self) -> bool:
        """Whether it is a line: whoever clears the tree that a new one begins with has written none."""
        return super().has_changed() and any(str(self[name].data or "").strip() for name in ("tree", "ranges"))

    def clean_tree(self) -> str:
        """A name that documents can carry: with another one no program would ever hear of the advisory."""
        told = str(self.cleaned_data["tree"])
        if not TREE.fullmatch(told):
            raise forms.ValidationError("A tree is called by letters, digits, full stops, hyphens and underscores.")
        return told

    def clean_ranges(self) -> str:
        """Ranges as they were written, if they are understood."""
        told = " ".join(str(self.cleaned_data["ranges"]).split())
        try:
            parse_ranges(told)
        except NotAVersion as refusal:
            raise forms.ValidationError(str(refusal)) from None
        return told

    def clean_condition_on(self) -> Advisory | None:
        """The other advisory by its number, with or without the prefix."""
        told = str(self.cleaned_data["condition_on"]).strip()
        return self.named(told) if told else None

    def clean(self) -> dict[str, Any]:
        """A condition is whole or not there."""
        found = super().clean() or {}
        if bool(found.get("condition_on")) != bool(found.get("condition_needs")) and not self.errors:
            self.add_error("condition_on", "A condition takes both: absent or present, and of which advisory.")
        return found


class IdentifierForm(LineForm):
    """A name that somebody else gave the flaw."""

    scheme = forms.CharField(max_length=20, initial="CVE", widget=forms.TextInput(attrs={"list": "schemes", "size": 6}))
    value = forms.CharField(required=False, max_length=60, widget=forms.TextInput(attrs={"size": 18}))
    state = forms.ChoiceField(choices=Standing.choices, initial=Standing.RESERVED)
    replaced_by = forms.CharField(required=False, max_length=60, widget=forms.TextInput(attrs={"size": 18}))
    shared_because = forms.CharField(required=False, max_length=200, label="Why two advisories share it")

    def clean_scheme(self) -> str:
        """Capital letters, digits and hyphens."""
        told = str(self.cleaned_data["scheme"]).strip().upper()
        if not re.fullmatch(r"[A-Z][A-Z0-9-]{0,19}", told):
            raise forms.ValidationError("A scheme is a short word such as CVE or GHSA.")
        return told

    def clean(self) -> dict[str, Any]:
        """Say what the database would refuse, before it does."""
        found = super().clean() or {}
        if self.errors:
            return found
        value, state, other = found["value"], found["state"], found["replaced_by"]
        shape, sentence = _SHAPES.get(found["scheme"], (None, ""))
        if not value and state != Standing.REQUESTED:
            self.add_error("value", "Only one that was just requested has no value yet.")
        if value and shape and not shape.fullmatch(value):
            self.add_error("value", sentence)
        if (state == Standing.REPLACED) != bool(other):
            self.add_error("replaced_by", "One that was replaced names what took its place, and no other does.")
        elif other and other == value:
            self.add_error("replaced_by", "It cannot take its own place.")
        if value and not found["shared_because"]:
            self._refuse_taken(found["scheme"], value)
        return found

    def _refuse_taken(self, scheme: str, value: str) -> None:
        others = Identifier.objects.visible_to(self.viewer).exclude(advisory=self.advisory)
        taken = others.filter(scheme=scheme, value=value).select_related("advisory").first()
        if taken is not None:
            self.add_error("value", f"{taken.advisory} has it. Where both are right, say why they share it.")


_VECTOR = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"
"""What one looks like."""


class VectorForm(LineForm):
    """A CVSS vector and whose it is."""

    vector = forms.CharField(
        max_length=400, label="CVSS vector", widget=forms.TextInput(attrs={"size": 48, "placeholder": _VECTOR})
    )
    source = forms.CharField(
        required=False, max_length=120, label="Whose score, for which case", widget=forms.TextInput(attrs={"size": 24})
    )

    def clean_vector(self) -> str:
        """The vector in the specification's order."""
        try:
            return rate(self.cleaned_data["vector"]).vector
        except NotAVector as refusal:
            raise forms.ValidationError(str(refusal)) from None


class PermissionForm(LineForm):
    """One thing that members may do before publication, or expressly not."""

    subject = forms.ChoiceField(label="What", choices=[(s.value, SUBJECTS[s].capitalize()) for s in Subject])
    which = forms.CharField(
        required=False, max_length=120, label="Which, if not all", widget=forms.TextInput(attrs={"size": 16})
    )
    reach = forms.ChoiceField(label="Where", choices=[(r.value, REACHES[r].capitalize()) for r in Reach])
    start = forms.ChoiceField(
        label="From when", choices=[(s.value, STARTS[s].capitalize()) for s in Start], initial=Start.AT_ONCE.value
    )
    at = forms.DateTimeField(
        required=False,
        label="Instant (UTC)",
        widget=forms.DateTimeInput(attrs={"size": 16, "placeholder": "2027-01-31 12:00"}),
    )
    after = forms.CharField(
        required=False, label="After advisory", max_length=30, widget=forms.TextInput(attrs={"size": 7})
    )
    restrictions = forms.CharField(
        required=False, max_length=500, label="Restrictions", widget=forms.TextInput(attrs={"size": 26})
    )

    def clean_after(self) -> Advisory | None:
        """The other advisory by its number; one that members have heard of, since they will read its name here."""
        told = str(self.cleaned_data["after"]).strip()
        found = self.named(told) if told else None
        together = BatchEntry.objects.visible_to(self.viewer).current()
        if found is not None and found.state not in (State.PREDISCLOSED, *SHOWN_TO_READERS):
            batches = together.filter(advisory=self.advisory).values("batch")
            if not together.filter(advisory=found, batch__in=batches).exists():
                raise forms.ValidationError("Members have not been told of that one, and would read its number here.")
        return found

    def clean(self) -> dict[str, Any]:
        """An instant or another advisory exactly where the permission begins with it."""
        found = super().clean() or {}
        wanted = {Start.AT: "at", Start.AFTER: "after"}.get(Start(found.get("start", Start.NEVER)))
        for name, sentence in (("at", "Say from which instant."), ("after", "Say after which advisory.")):
            if name in self.errors:
                continue
            if name == wanted and not found.get(name):
                self.add_error(name, sentence)
            elif name != wanted and found.get(name):
                self.add_error(name, f"Leave this empty, or choose “{STARTS[_STARTS_WITH[name]]}”.")
        return found


_STARTS_WITH = {"at": Start.AT, "after": Start.AFTER}


class TagForm(LineForm):
    """A word under which it is found."""

    word = forms.CharField(max_length=40, label="Tag", widget=forms.TextInput(attrs={"size": 24}))

    def clean_word(self) -> str:
        """Small letters and hyphens, whatever was typed."""
        told = re.sub(r"[^a-z0-9]+", "-", str(self.cleaned_data["word"]).lower()).strip("-")
        if not told:
            raise forms.ValidationError("A tag is a word or a few, in letters a to z and digits.")
        return told


class Lines(BaseFormSet):  # type: ignore[type-arg]  # not subscriptable at run time
    """A whole list at once, with the version that was read."""

    keys: tuple[str, ...] = ()
    """Fields that no two lines may share."""

    def clean(self) -> None:
        """Refuse a line that stands there twice."""
        seen: set[tuple[str, ...]] = set()
        for form in self.kept:
            key = tuple(str(form.cleaned_data.get(name, "")) for name in self.keys)
            if key in seen and any(key):
                form.add_error(self.keys[-1], "This line stands here twice.")
            seen.add(key)

    @property
    def kept(self) -> list[LineForm]:
        """The lines that were filled in and not struck out, in the order asked for."""
        filled = [form for form in self.forms if form.has_changed() or not form.empty_permitted]
        whole = [form for form in filled if form.is_valid() and not form.cleaned_data.get("DELETE")]
        return sorted(whole, key=lambda form: form.cleaned_data.get("ORDER") or 10_000) if self.can_order else whole

    @property
    def told(self) -> list[dict[str, Any]]:
        """Values of the rows, in order."""
        return [form.values for form in self.kept]


def _lines(form: type[LineForm], keys: tuple[str, ...], *, can_order: bool = False, most: int = 100) -> type[Lines]:
    made: type[Lines] = forms.formset_factory(  # type: ignore[assignment]
        form, formset=Lines, extra=2, can_delete=True, can_order=can_order, max_num=most, absolute_max=most + 50,
        validate_max=True,
    )  # fmt: skip
    made.keys = keys
    return made


AffectedLines = _lines(AffectedForm, ("tree", "ranges", "condition_on", "condition_needs", "status"), can_order=True)
IdentifierLines = _lines(IdentifierForm, ("scheme", "value"), most=40)
PermissionLines = _lines(PermissionForm, ("subject", "which", "reach", "start"), can_order=True, most=20)
TagLines = _lines(TagForm, ("word",), most=20)
VectorLines = _lines(VectorForm, ("vector", "source"), most=20)
