"""An OpenPGP key, uploaded or pasted; a secret one is refused and shown to nobody again."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils import timezone

from advisories.openpgp import certificates
from advisories.openpgp.certificates import Certificate, CertificateRefused

_MOST_PASTED = 400_000


class KeyFields(forms.Form):
    """The key that letters are encrypted to."""

    key = forms.CharField(
        required=False,
        max_length=_MOST_PASTED,
        label="OpenPGP key",
        help_text="The public key, as “gpg --armor --export” writes it. It must be usable for encryption and not have "
        "expired; RSA with 2,048 bits at least, or a current curve.",
        widget=forms.Textarea(attrs={"rows": 6, "class": "code", "spellcheck": "false"}),
    )
    key_file = forms.FileField(required=False, label="Or as a file")

    certificate: Certificate | None = None
    """What was given, once the form is valid."""

    def clean(self) -> dict[str, Any]:
        """Read what was given; a file counts before a text."""
        found = super().clean() or {}
        data = self._given(found)
        if not data.strip():
            return found
        try:
            self.certificate = certificates.read_for_encryption(data, timezone.now())
        except CertificateRefused as refusal:
            self._show("" if refusal.kind == "secret-key" else found.get("key", ""))
            self.add_error("key", str(refusal))
        else:
            # A browser sends a file once: what was read of it stays in the form.
            self._show(self.certificate.armoured)
        return found

    def _given(self, found: dict[str, Any]) -> bytes:
        file: UploadedFile[Any] | None = found.get("key_file")
        if file is None:
            return str(found.get("key", "")).encode()
        if (file.size or 0) > certificates.MOST_BYTES:
            self.add_error("key_file", "The file is too large to be one key.")
            return b""
        content: bytes = file.read()
        return content

    def _show(self, text: str) -> None:
        """What the field holds if the form has to be shown again."""
        if isinstance(self.data, QueryDict):
            self.data = self.data.copy()
        self.data["key"] = text  # type: ignore[index]


class KeyForm(KeyFields):
    """One more key of a member."""

    def clean(self) -> dict[str, Any]:
        """Something must be given."""
        found = super().clean()
        if self.certificate is None and not self.errors:
            self.add_error("key", "Paste a key, or choose a file.")
        return found
