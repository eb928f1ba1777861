"""How the fields of every form are drawn."""

from django import forms
from django.conf import settings
from django.utils.module_loading import import_string


class Asked(forms.Form):
    """A choice of boxes, and two fields of text."""

    boxes = forms.MultipleChoiceField(
        choices=[("a", "A"), ("b", "B")], widget=forms.CheckboxSelectMultiple, required=False
    )
    first = forms.CharField()
    second = forms.CharField()


def _drawn(data: dict[str, str] | None = None) -> list[str]:
    """The names of those that ask for the focus."""
    form = Asked(data, renderer=import_string(settings.FORM_RENDERER)())
    return [field.name for field in form if "autofocus" in str(field)]


def test_the_first_field_that_was_refused_takes_the_focus() -> None:
    assert _drawn({}) == ["first"]
    assert _drawn({"first": "There"}) == ["second"]


def test_a_form_that_nobody_has_sent_takes_no_focus() -> None:
    assert _drawn() == []


def test_several_boxes_do_not_ask_for_the_focus_each() -> None:
    assert _drawn({"boxes": "c"}) == []
