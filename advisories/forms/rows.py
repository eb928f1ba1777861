"""Choosing several rows at once."""

from typing import Any

from django import forms

_LONGEST_KEY = 18
"""Digits; past that it is no key of any row, and neither database takes it for one."""


class Rows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Django's field, which lets a key of any length come to the database and break there."""

    def clean(self, value: Any) -> Any:
        """The rows. A key that cannot be one is a choice that there isn't."""
        for one in value or ():
            if len(str(one)) > _LONGEST_KEY:
                told = {"value": str(one)[:_LONGEST_KEY]}
                raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=told)
        return super().clean(value)
