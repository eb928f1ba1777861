"""Changing where a series is meant to go, and what must come first."""

import re
from typing import Any

from django import forms
from django.db.models import Q

from accounts.access import Viewer
from releases import targeting
from releases.forms.series import BranchChoice, SeriesChoice, labelled, others_for
from releases.models import Branch, Series
from releases.models.branch import COMMIT


class TargetsForm(forms.Form):
    """Branches of the series' tree, series and upstream commits before it; offers only what `viewer` may see."""

    depends_on_commits = forms.CharField(
        required=False,
        label="Upstream commits that must come first",
        help_text="Full ids, one a line, in the order in which they apply.",
        widget=forms.Textarea(attrs={"class": "code", "rows": 4, "spellcheck": "false", "autocomplete": "off"}),
    )
    seen = forms.CharField(required=False, widget=forms.HiddenInput)

    field_order = ("branches", "depends_on", "depends_on_commits")

    def __init__(self, *args: Any, viewer: Viewer, series: Series, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = series.branches.all()
        # A branch that is no longer followed stays meant until somebody says otherwise.
        branches = Branch.objects.filter(Q(is_followed=True) | Q(pk__in=now.values("pk")), tree=series.tree)
        others = others_for(viewer, series.advisory).filter(tree=series.tree).values("pk")
        before = Series.objects.visible_to(viewer).filter(needed_by=series)
        offered = Series.objects.visible_to(viewer).filter(Q(pk__in=others) | Q(pk__in=before.values("pk")))
        self.fields["branches"] = BranchChoice(
            branches.select_related("tree"),
            widget=forms.CheckboxSelectMultiple,
            label="Branches it is meant for",
            initial=list(now),
            error_messages={"required": "Tick at least one branch."},
        )
        self.fields["depends_on"] = SeriesChoice(
            labelled(offered, viewer),
            required=False,
            widget=forms.CheckboxSelectMultiple,
            label="Must come first",
            help_text="Series of other advisories without which this one makes no sense.",
            initial=list(before),
        )
        if not offered.exists():
            del self.fields["depends_on"]
        self.fields["depends_on_commits"].initial = "\n".join(series.depends_on_commits)
        self.fields["seen"].initial = targeting.as_seen_by(series, viewer)
        self.order_fields(self.field_order)

    @property
    def wanted(self) -> dict[str, Any]:
        """What `targeting.change` takes."""
        return {"depends_on": ()} | self.cleaned_data

    def clean_depends_on_commits(self) -> list[str]:
        """The ids in lower case; the first line that is none is named."""
        text: str = self.cleaned_data["depends_on_commits"]
        lines = [line.strip().lower() for line in text.splitlines()]
        for number, line in enumerate(lines, start=1):
            if line and not re.fullmatch(COMMIT, line):
                raise forms.ValidationError(
                    f"Line {number} is not the full id of a commit, which has 40 or 64 hexadecimal digits."
                )
        return [line for line in lines if line]

    def add_refusal(self, refusal: Exception) -> None:
        """Say why a change was refused, at the field it is about."""
        said = str(refusal)
        field = "depends_on" if isinstance(refusal, targeting.NeedsItself) else None
        self.add_error(field, f"{said[:1].upper()}{said[1:].removesuffix('.')}.")
