"""Uploading a series, and its next revision."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import OuterRef, QuerySet, Subquery

from accounts.access import Viewer
from advisories.forms.files import FilesField
from advisories.forms.rows import Rows
from advisories.models import Advisory
from releases.engine.limits import Limits, OverLimit
from releases.models import Branch, Series, Tree

PASTED = "pasted.patch"
"""What a pasted text is called, since it came without a name."""


class PatchFilesField(FilesField):
    """The files of one upload."""

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Refuse what is too large together before anything is read into memory."""
        found = super().clean(data, initial)
        try:
            Limits().check("upload_bytes", sum(one.size or 0 for one in found))
        except OverLimit as over:
            raise forms.ValidationError(str(over)) from over
        return found


class BranchChoice(Rows):
    """Branches by tree and name."""

    def label_from_instance(self, obj: Any) -> str:
        """As in `sluice 1.8`."""
        return str(obj)


class RangeEnd(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """The oldest or the newest branch of a range."""

    def __init__(self, label: str) -> None:
        super().__init__(Branch.objects.none(), required=False, label=label, empty_label="No range")


class SeriesChoice(Rows):
    """Series of other advisories, told by number and title."""

    def label_from_instance(self, obj: Any) -> str:
        """As in `SSA-12, sluice 1.7, 1.8: Title`."""
        branches = ", ".join(branch.name for branch in obj.branches.all())
        return f"{obj.advisory.label}, {obj.tree.slug} {branches}: {obj.told_title}"


def others_for(viewer: Viewer, advisory: Advisory) -> QuerySet[Series]:
    """The series of other advisories that `viewer` may name as what must come before a series of `advisory`."""
    carrying = Advisory.objects.visible_to(viewer).carrying_fixes().exclude(pk=advisory.pk)
    others = Series.objects.visible_to(viewer).filter(advisory__in=carrying, current__isnull=False)
    return labelled(others, viewer)


def labelled(series: QuerySet[Series], viewer: Viewer) -> QuerySet[Series]:
    """With what `SeriesChoice` needs to tell them apart to `viewer`, newest advisory first."""
    titled: Any = Advisory.objects.visible_to(viewer).titled_for(viewer).filter(pk=OuterRef("advisory"))
    series = series.annotate(told_title=Subquery(titled.values("told_title")))
    return series.select_related("advisory", "tree").prefetch_related("branches").order_by("-advisory__number", "pk")


class RevisionForm(forms.Form):
    """The patches themselves: files, or pasted text."""

    patch_files = PatchFilesField(
        required=False,
        label="Patch files",
        help_text="Patches, an mbox as git format-patch --stdout writes it, or a quilt series as tar. "
        "Several files are applied in the order of their names.",
    )
    pasted = forms.CharField(
        required=False,
        strip=False,
        label="Or paste the patch",
        widget=forms.Textarea(attrs={"class": "code", "rows": 10, "spellcheck": "false", "autocomplete": "off"}),
    )
    note = forms.CharField(
        required=False, max_length=300, label="Note", help_text="What changed since the revision before."
    )

    def clean(self) -> dict[str, Any]:
        """Exactly one of both ways to bring patches."""
        found = super().clean() or {}
        if "patch_files" in self.errors or "pasted" in self.errors:
            return found
        if bool(found.get("patch_files")) == bool(found.get("pasted", "").strip()):
            self.add_error("patch_files", "Choose files or paste a patch: one of the two.")
        return found

    @property
    def brought(self) -> list[tuple[str, bytes]]:
        """Name and content of everything brought, as it came; files in the order of their names."""
        if self.cleaned_data["patch_files"]:
            files = [(file.name or PASTED, file.read()) for file in self.cleaned_data["patch_files"]]
            return sorted(files)
        # A browser sends CRLF for every line end of a textarea, whatever was pasted.
        return [(PASTED, self.cleaned_data["pasted"].replace("\r\n", "\n").encode())]

    def add_refusal(self, refusal: Exception) -> None:
        """Say at the field that brought it why an upload was refused: the file and the line."""
        self.add_error("patch_files" if self.cleaned_data.get("patch_files") else "pasted", str(refusal))


class SeriesForm(RevisionForm):
    """A new series: which tree, which branches, what must come first."""

    tree = forms.ModelChoiceField(Tree.objects.all(), label="Tree", empty_label=None)
    branches = BranchChoice(
        Branch.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Branches it is meant for",
        help_text="Tick them, or choose the oldest and the newest of a range. Both together are taken together.",
    )
    from_branch = RangeEnd("From")
    to_branch = RangeEnd("To")
    depends_on = SeriesChoice(
        Series.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Must come first",
        help_text="Series of other advisories without which this one makes no sense.",
    )

    field_order = ("tree", "branches", "from_branch", "to_branch", "patch_files", "pasted", "depends_on", "note")

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        followed = Branch.objects.followed().select_related("tree")
        for name in ("branches", "from_branch", "to_branch"):
            self.fields[name].queryset = followed  # type: ignore[attr-defined]  # the declared type is forms.Field
        others = others_for(viewer, advisory)
        self.fields["depends_on"].queryset = others  # type: ignore[attr-defined]  # as above
        if not others.exists():
            del self.fields["depends_on"]

    @property
    def where(self) -> dict[str, Any]:
        """Everything but the patches, as `uploading.upload_series` takes it."""
        found = self.cleaned_data
        named = {name: found[name] for name in ("tree", "branches", "note")}
        return named | {"depends_on": found.get("depends_on", ())}

    def clean(self) -> dict[str, Any]:
        """The boxes and the range together are the branches, and every one belongs to the tree."""
        found = super().clean()
        tree = found.get("tree")
        ticked = list(found.get("branches", ()))
        between = self._range_of(found.get("from_branch"), found.get("to_branch"), tree)
        found["branches"] = ticked + [branch for branch in between if branch not in ticked]
        strangers = [branch.name for branch in ticked if tree and branch.tree_id != tree.pk]
        if strangers:
            self.add_error("branches", f"{', '.join(strangers)} doesn't belong to {tree}.")
        elif not found["branches"] and not {"branches", "from_branch", "to_branch"} & set(self.errors):
            self.add_error("branches", "Tick at least one branch, or choose both ends of a range.")
        if any(one.tree_id != tree.pk for one in found.get("depends_on", ()) if tree):
            self.add_error("depends_on", f"What must come first has to be on {tree} too.")
        return found

    def _range_of(self, first: Branch | None, last: Branch | None, tree: Tree | None) -> list[Branch]:
        """The followed branches from `first` to `last`, both included; none, with an error, where that is no range."""
        if tree is None or {"from_branch", "to_branch"} & set(self.errors):
            return []
        if first is None or last is None:
            if first or last:
                self.add_error("to_branch" if first else "from_branch", "A range has two ends: choose this one too.")
            return []
        for name, end in (("from_branch", first), ("to_branch", last)):
            if end.tree_id != tree.pk:
                self.add_error(name, f"{end.name} doesn't belong to {tree}.")
        if {first.tree_id, last.tree_id} != {tree.pk}:
            return []
        if first.position > last.position:
            self.add_error(
                "from_branch", f"{first.name} is newer than {last.name}: a range goes from the older to the newer."
            )
            return []
        between = Branch.objects.followed().filter(tree=tree, position__range=(first.position, last.position))
        return list(between.order_by("-position"))
