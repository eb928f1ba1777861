"""Choosing several files at once."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile


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
