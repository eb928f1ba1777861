"""What to see of the board."""

from typing import Any

from django import forms

from releases.board.values import RUNNING, WAITING, Asked
from releases.models.check import Kind

VERDICTS = [("", "Any verdict"), *Kind.choices, (WAITING, "Waiting"), (RUNNING, "Running")]


class BoardFilter(forms.Form):
    """Read from the address, so that a filtered board can be bookmarked. What makes no sense counts as unset."""

    tree = forms.CharField(required=False)
    branch = forms.CharField(required=False)
    verdict = forms.ChoiceField(required=False, choices=VERDICTS)
    flagged = forms.BooleanField(required=False, label="Only flagged")

    def asked(self) -> Asked:
        """The filter as a value."""
        self.is_valid()
        found: dict[str, Any] = self.cleaned_data
        return Asked(
            tree=found.get("tree", ""),
            branch=found.get("branch", ""),
            verdict=found.get("verdict", ""),
            only_flagged=found.get("flagged", False),
        )

    def offer(self, trees: list[str], branches: list[tuple[str, str]]) -> None:
        """Show these trees and branches as choices."""
        self.fields["tree"].widget = forms.Select(choices=[("", "All trees"), *((slug, slug) for slug in trees)])
        self.fields["branch"].widget = forms.Select(choices=[("", "All branches"), *branches])
