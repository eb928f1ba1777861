"""Adding a tree and changing how it is read."""

from django import forms
from django.conf import settings

from releases.engine.addresses import AddressRefused, protocol_of
from releases.models import Tree


class TreeForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """Everything about a tree that people decide; what the workers find out isn't here."""

    class Meta:
        model = Tree
        fields = [
            *("slug", "url", "release_tag_pattern", "stable_ref_pattern", "staging_ref_pattern", "main_ref"),
            *("support_file", "supported_until_pattern", "security_until_pattern", "never_needed_pattern"),
            *("allow_symlinks", "allow_submodules", "allow_git_files", "allow_odd_names", "fetch_every_s"),
        ]
        labels = {
            "slug": "Name",
            "url": "Address",
            "release_tag_pattern": "Point-release tags",
            "stable_ref_pattern": "Stable branches",
            "staging_ref_pattern": "Staging branches",
            "main_ref": "Main branch",
            "support_file": "Support file",
            "supported_until_pattern": "Line with the end of support",
            "security_until_pattern": "Line with the end of security support",
        }
        help_texts = {
            "slug": "Short, in lower case; it stands in addresses.",
            "release_tag_pattern": "A regular expression for whole tags with two groups: the series and the number.",
            "stable_ref_pattern": "{series} stands for the branch's number.",
            "staging_ref_pattern": "Where fixes land first; empty if the project has no staging branches.",
        }

    WHERE = ("slug", "url", "main_ref", "fetch_every_s")
    HOW = ("release_tag_pattern", "stable_ref_pattern", "staging_ref_pattern", "never_needed_pattern")
    SUPPORT = ("support_file", "supported_until_pattern", "security_until_pattern")
    ALLOWED = ("allow_symlinks", "allow_submodules", "allow_git_files", "allow_odd_names")

    def clean_url(self) -> str:
        """Refuse what git may not fetch from here, and say why."""
        url = str(self.cleaned_data["url"])
        try:
            protocol_of(url, tuple(settings.GIT_PROTOCOLS))
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return url

    @property
    def groups(self) -> list[tuple[str, str, list[forms.BoundField]]]:
        """Heading, explanation and fields, in the order in which people think of them."""
        return [
            ("Where it is", "", [self[name] for name in self.WHERE]),
            ("How its branches are found", "", [self[name] for name in self.HOW]),
            ("Support dates", "Read from a file of each branch, unless somebody enters them.", self._of(self.SUPPORT)),
            ("What a patch may bring", "Strict unless the project needs otherwise.", self._of(self.ALLOWED)),
        ]

    def _of(self, names: tuple[str, ...]) -> list[forms.BoundField]:
        return [self[name] for name in names]
