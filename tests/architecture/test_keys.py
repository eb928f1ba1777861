"""Keys that the database gives out one by one stand in no address that others than the team may read."""

from types import SimpleNamespace
from typing import Any

from django.db.models import AutoField, Model
from django.urls import URLPattern, get_resolver

from advisories.models import Contact, MemberKey, Product
from tests.leaks.addresses import patterns, row_behind
from tests.rights.audience import Audience
from tests.rights.people import kinds
from tests.rights.table import AUDIENCES

OF_ROWS: dict[str, type[Model]] = {"product": Product, "contact": Contact, "key": MemberKey}
"""Whose key stands at a place that isn't called `pk`."""

NOT_OURS = ("mfa_edit_webauthn", "mfa_remove_webauthn")
"""One's own security keys, which a library counts."""

EVERYTHING_THERE: Any = SimpleNamespace(name="public", is_public=True, is_delivered=True, is_date_settled=True)
"""The state in which most are let in."""


def is_the_teams(audience: Audience) -> bool:
    """Whether nobody besides those who see everything is let in."""
    others = [kind for kind in kinds() if not (kind.is_security or kind.is_coordinator or kind.is_half_in)]
    return not any(audience.enters(kind, EVERYTHING_THERE) for kind in others)


def models_in(name: str, pattern: URLPattern) -> list[type[Model]]:
    """Whose keys stand in an address."""
    found = [row_behind(name) if place == "pk" else OF_ROWS.get(place) for place in pattern.pattern.converters]
    return [model for model in found if model is not None]


def test_no_key_that_counts_stands_where_others_than_the_team_go() -> None:
    found = [
        f"{name}: {model.__name__}"
        for name, pattern in patterns(get_resolver())
        if not is_the_teams(AUDIENCES[name]) and name not in NOT_OURS
        for model in models_in(name, pattern)
        if isinstance(model._meta.pk, AutoField)
    ]
    assert not found, "draw them: accounts/models/drawn.py"


def test_it_is_known_whose_key_each_address_holds() -> None:
    unknown = [
        name
        for name, pattern in patterns(get_resolver())
        if "pk" in pattern.pattern.converters and not is_the_teams(AUDIENCES[name]) and row_behind(name) is None
    ]
    assert unknown == list(NOT_OURS)
