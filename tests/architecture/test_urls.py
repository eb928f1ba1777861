"""Every address has a declared audience, and its door is as open as that says."""

from django.urls import URLPattern, get_resolver

from tests.leaks.addresses import patterns
from tests.rights.table import AUDIENCES

ALL: list[tuple[str, URLPattern]] = list(patterns(get_resolver()))


def test_every_address_has_a_declared_audience() -> None:
    """A line in `tests/rights/table.py`; what it says is then asked of everyone, in every state."""
    assert {name for name, _ in ALL} == set(AUDIENCES)


def test_only_the_public_ones_are_open() -> None:
    opened = {name for name, entry in ALL if not getattr(entry.callback, "login_required", True)}
    assert opened == {name for name, audience in AUDIENCES.items() if audience.is_open}


def test_only_what_sets_one_up_is_open_without_a_second_factor() -> None:
    opened = {name for name, entry in ALL if getattr(entry.callback, "before_second_factor", False)}
    assert opened == {name for name, audience in AUDIENCES.items() if audience.is_before_second_factor}
