"""Every address open to everyone is exported as a file, or says why only the portal has it."""

from django.urls import get_resolver

from advisories import exported
from advisories.exporting import others, planning
from tests.leaks.addresses import patterns


def test_every_public_address_is_exported_or_declared_live_only() -> None:
    """Whoever adds a page that everyone may read adds it to `advisories/exported.py` or `releases/exported.py`."""
    every = dict(patterns(get_resolver()))
    opened = {name for name, entry in every.items() if not getattr(entry.callback, "login_required", True)}
    live_only = {*exported.LIVE_ONLY, *others.plugged().live_only}
    assert planning.names() & live_only == set()
    assert planning.names() | live_only == opened
