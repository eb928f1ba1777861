"""Choosing several rows at once."""

from typing import Any

from django import forms

_LARGEST = str(2**63 - 1)
"""Keys are drawn up to it; past that neither database takes it for one."""


class Rows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Django's field, which lets a key of any length come to the database and break there."""

    def clean(self, value: Any) -> Any:
        """The rows. A key that cannot be one is a choice that there isn't."""
        for one in value or ():
            told = str(one)
            if (len(told), told) > (len(_LARGEST), _LARGEST):
                params = {"value": told[: len(_LARGEST)]}
                raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=params)
        return super().clean(value)
