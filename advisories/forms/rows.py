"""Choosing several rows at once."""

from typing import Any

from django import forms

from accounts.models.drawn import may_be_a_key


class Rows(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """Django's field, which lets a key of any length come to the database and break there."""

    def clean(self, value: Any) -> Any:
        """The rows. A key that cannot be one is a choice that there isn't."""
        for one in value or ():
            if not may_be_a_key(str(one)):
                params = {"value": str(one)[:20]}
                raise forms.ValidationError(self.error_messages["invalid_choice"], code="invalid_choice", params=params)
        return super().clean(value)
