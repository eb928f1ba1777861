"""A length of time as people type it."""

import re
from typing import Any

from django import forms

_LENGTH = re.compile(r"([0-9]{1,6})\s*(d|day|days|h|hour|hours)?", re.IGNORECASE)


class LengthField(forms.CharField):
    """Days or hours, such as `14 days`, `36 hours` or `7` (days); gives whole hours, or None where left empty."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """Show hours as what people would type."""
        if not isinstance(value, int):
            return value
        days, rest = divmod(value, 24)
        number, unit = (value, "hour") if rest else (days, "day")
        return f"{number} {unit}{'' if number == 1 else 's'}"

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        match = _LENGTH.fullmatch(text)
        if match is None:
            raise forms.ValidationError("Give days or hours, such as 14 days or 36 hours.")
        number, unit = int(match[1]), (match[2] or "d").lower()
        return number * (24 if unit.startswith("d") else 1)
