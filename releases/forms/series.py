"""Uploading a series, and its next revision."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from accounts.access import Viewer
from advisories.models import Advisory
from releases.models import Branch, Series, Tree

PASTED = "pasted.patch"
"""What a pasted text is called, since it came without a name."""


class SeveralFiles(forms.ClearableFileInput):
    """Lets people choose several files at once."""

    allow_multiple_selected = True
    template_name = "django/forms/widgets/input.html"


class FilesField(forms.FileField):
    """One or more files, in the order in which the browser sent them."""

    widget = SeveralFiles

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        """Every file through the checks of one."""
        several = data if isinstance(data, list | tuple) else [data]
        cleaned = [super(FilesField, self).clean(one, initial) for one in several]
        return [one for one in cleaned if one]


class BranchChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Branches by tree and name."""

    def label_from_instance(self, obj: Any) -> str:
        """As in `sluice 1.8`."""
        return str(obj)


class SeriesChoice(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Series of other advisories, told by number and title."""

    def label_from_instance(self, obj: Any) -> str:
        """As in `SSA-12, sluice 1.7, 1.8: Title`."""
        branches = ", ".join(branch.name for branch in obj.branches.all())
        return f"{obj.advisory.label}, {obj.tree.slug} {branches}: {obj.advisory.title}"


class RevisionForm(forms.Form):
    """The patches themselves: files, or pasted text."""

    patch_files = FilesField(
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
        Branch.objects.none(), widget=forms.CheckboxSelectMultiple, label="Branches it is meant for"
    )
    depends_on = SeriesChoice(
        Series.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        label="Must come first",
        help_text="Series of other advisories without which this one makes no sense.",
    )

    field_order = ("tree", "branches", "patch_files", "pasted", "depends_on", "note")

    def __init__(self, *args: Any, viewer: Viewer, advisory: Advisory, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        followed = Branch.objects.followed().select_related("tree")
        carrying = Advisory.objects.visible_to(viewer).carrying_fixes().exclude(pk=advisory.pk)
        others = Series.objects.visible_to(viewer).filter(advisory__in=carrying, current__isnull=False)
        others = others.select_related("advisory", "tree").prefetch_related("branches")
        branches, depends_on = self.fields["branches"], self.fields["depends_on"]
        branches.queryset = followed  # type: ignore[attr-defined]  # the declared type is forms.Field
        depends_on.queryset = others.order_by("-advisory__number")  # type: ignore[attr-defined]
        if not others.exists():
            del self.fields["depends_on"]

    @property
    def where(self) -> dict[str, Any]:
        """Everything but the patches, as `uploading.upload_series` takes it."""
        found = self.cleaned_data
        named = {name: found[name] for name in ("tree", "branches", "note")}
        return named | {"depends_on": found.get("depends_on", ())}

    def clean(self) -> dict[str, Any]:
        """Every branch belongs to the tree."""
        found = super().clean()
        tree = found.get("tree")
        strangers = [branch.name for branch in found.get("branches", ()) if tree and branch.tree_id != tree.pk]
        if strangers:
            self.add_error("branches", f"{', '.join(strangers)} doesn't belong to {tree}.")
        if any(one.tree_id != tree.pk for one in found.get("depends_on", ()) if tree):
            self.add_error("depends_on", f"What must come first has to be on {tree} too.")
        return found
