"""How the fields of every form are drawn."""

from typing import Any

from django.forms import BoundField, Widget
from django.forms.renderers import DjangoTemplates


class DrawnField(BoundField):
    """A field. The first that was refused takes the focus: on a long page nobody would see else what was wrong."""

    def build_widget_attrs(self, attrs: dict[str, Any], widget: Widget | None = None) -> dict[str, Any]:
        found = super().build_widget_attrs(attrs, widget)
        # Of several boxes or buttons each would ask for it.
        if self.errors and not self.use_fieldset and self.name == self._first_refused():
            found["autofocus"] = True
        return found

    def _first_refused(self) -> str | None:
        return next((one.name for one in self.form.visible_fields() if one.errors), None)


class Renderer(DjangoTemplates):
    """Django's own, with the fields above."""

    bound_field_class = DrawnField
