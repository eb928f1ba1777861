"""Every address has a declared audience: a new one without an entry here fails."""

from collections.abc import Iterator

from django.urls import URLPattern, URLResolver, get_resolver

PUBLIC = {
    "home",
    "alive",
    "ready",
    "favicon",
    "accounts:sign_in",
    "advisories:list",
    "advisories:detail",
    "releases:board",
    "releases:board_rows",
    "releases:check",
    "releases:check_mbox",
    "releases:trees",
    "releases:tree",
    "releases:branch",
    "releases:series",
    "releases:revision",
    "releases:patch_file",
}
"""Open to everyone; what they show to whom is the query's business."""

SIGNED_IN = {
    "accounts:sign_out",
    "advisories:add",
    "advisories:edit",
    "advisories:move",
    "releases:flags",
    "releases:take_flag",
    "releases:hand_over_flag",
    "releases:add_tree",
    "releases:edit_tree",
    "releases:fetch_tree",
    "releases:remove_tree",
    "releases:check_again",
    "releases:follow",
    "releases:enter_dates",
    "releases:upload",
    "releases:upload_revision",
    "releases:uploaded_file",
}
"""For people who have signed in; each asks for a seat besides."""


def patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join((*spaces, entry.name or str(entry.pattern))), entry


ALL = dict(patterns(get_resolver()))


def test_every_address_has_a_declared_audience() -> None:
    assert set(ALL) == PUBLIC | SIGNED_IN


def test_no_address_has_two_audiences() -> None:
    assert not PUBLIC & SIGNED_IN


def test_only_the_public_ones_are_open() -> None:
    opened = {name for name, entry in ALL.items() if not getattr(entry.callback, "login_required", True)}
    assert opened == PUBLIC
