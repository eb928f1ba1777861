"""Support dates of a branch, and who looks at a flag."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet

from accounts.access import Viewer
from accounts.models import TeamSeat, User
from releases.models import Branch, Flag


class BranchDatesForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Until when a branch is supported; entered dates are never overwritten by the branch's own file."""

    class Meta:
        model = Branch
        fields = ["supported_until", "security_supported_until"]
        labels = {"supported_until": "Supported until", "security_supported_until": "Security support until"}
        widgets = {
            "supported_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            "security_supported_until": forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        }

    def clean(self) -> dict[str, Any]:
        """Security support never ends first."""
        found = super().clean() or {}
        supported, security = found.get("supported_until"), found.get("security_supported_until")
        if supported and security and security < supported:
            self.add_error("security_supported_until", "Security support doesn't end before support does.")
        return found

    def save(self, commit: bool = True) -> Branch:
        """Keep the dates, and that a person entered them: emptied fields go back to what the file says."""
        self.instance.dates_were_entered = any(self.cleaned_data.values())
        branch: Branch = super().save(commit)
        return branch


class FlagFilter(forms.Form):
    """Whose flags to list."""

    owner = forms.ChoiceField(
        required=False, choices=[("", "Everybody's"), ("mine", "Mine"), ("nobody", "Nobody's yet")], label="Owner"
    )

    def narrow(self, flags: QuerySet[Flag], viewer: Viewer) -> QuerySet[Flag]:
        """`flags` of the owner asked for."""
        asked = self.cleaned_data.get("owner") if self.is_valid() else ""
        if asked == "mine":
            return flags.filter(owner_id=viewer.pk)
        return flags.filter(owner__isnull=True) if asked == "nobody" else flags


class FlagOwnerForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Hand a flag to somebody on the team."""

    class Meta:
        model = Flag
        fields = ["owner"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        seats = TeamSeat.objects.current().filter(user=OuterRef("pk"))
        people = User.objects.filter(Exists(seats), is_active=True).order_by("name", "email")
        # By their addresses, which the team reads: keys of accounts count the guests and contacts between colleagues.
        self.fields["owner"] = forms.ModelChoiceField(
            people, to_field_name="email", required=False, empty_label="Nobody", label="Owner"
        )
        self.initial["owner"] = self.instance.owner
