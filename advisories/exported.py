"""Which addresses below the public ones are exported as files, and which only the portal has. Beside `public_urls.py`.

A test fails for an address open to everyone that stands in neither list: whoever adds a page decides here.
"""

from collections.abc import Callable, Iterable
from typing import Any

from advisories.public import archive, reading, records
from advisories.public.archive import PAGE
from advisories.public.values import text_stem
from advisories.public.whole import Whole
from advisories.severity import Rating

Places = Iterable[dict[str, Any]]
"""What stands at the places of an address, for each address of a name."""


def _versions(one: Whole) -> Places:
    return ({"number": one.number, "version": version} for version in one.versions)


def _texts(one: Whole) -> Places:
    return ({"number": one.number, "version": version, "name": text_stem(one.number, version)} for version in one.texts)


def _patches(one: Whole) -> Places:
    return (
        {"number": one.number, "version": version, "name": name}
        for version, names in one.patches.items()
        for name in names
    )


def _records(one: Whole) -> Places:
    issues = reading.issued(one.number)
    return ({"number": one.number, "name": name} for name in records.names_of(issues, reading.contents_of(issues)))


def _provided(one: Whole) -> Places:
    return ({"path": path} for path in records.provided_paths(reading.issued(one.number)))


def _once(every: tuple[Whole, ...]) -> Places:
    return ({},)


def _further_pages(every: tuple[Whole, ...]) -> Places:
    return ({"page": page} for page in range(2, -(-len(every) // PAGE) + 1))


def _branches(every: tuple[Whole, ...]) -> Places:
    places = archive.choices(archive.standing()).places
    return (dict(zip(("tree", "branch"), place.split("/", 1), strict=True)) for place in places if "/" in place)


OF_EACH: dict[str, Callable[[Whole], Places]] = {
    "advisories:detail": lambda one: ({"number": one.number},),
    "advisories:public_revision": _versions,
    **dict.fromkeys(("advisories:text", "advisories:mail"), _texts),
    "advisories:public_patch": _patches,
    "advisories:public_patch_lines": _patches,
    "advisories:record": _records,
    "provider_file": _provided,
}
"""Addresses of one advisory, exported again only where what they are made of is another."""

OF_ALL: dict[str, dict[str, Callable[[tuple[Whole, ...]], Places]]] = {
    "pages": {
        "home": _once,
        "advisories:list": _once,
        "advisories:list_page": _further_pages,
        "advisories:tag_index": _once,
        "advisories:tag": lambda every: ({"word": word} for word, _ in archive.tags()),
        "policy:policy": _once,
        "joining:members": _once,
        "brand_style": _once,
        "brand_logo": _once,
    },
    "records": {
        "advisories:index": _once,
        "provider_file": lambda every: ({"path": path} for path in records.PROVIDED_LISTS),
        "provider_metadata": _once,
        "security_txt": _once,
        "team_key": _once,
        "calendar:for_readers": _once,
    },
    "feeds": {
        "advisories:feed": _once,
        "advisories:rating_feed": lambda every: ({"rating": rating} for rating in Rating),
        "advisories:branch_feed": _branches,
    },
}
"""Addresses that are asked for each time, in parts that lean on the same things: what has a tag and says that nothing
changed is not rendered again."""

MAY_BE_MISSING = {"advisories:mail", "provider_file", "provider_metadata", "security_txt", "team_key", "brand_logo"}
"""What an installation lacks whose settings name no key and no publisher, and a title that makes no subject."""

LIVE_ONLY: dict[str, str] = {
    "advisories:public": "what `detail` shows to everyone, for people who see more there",
    "advisories:public_list": "what `list` shows to everyone, for people who see more there",
    "advisories:is_affected": "answers a question",
    **dict.fromkeys(("advisories:old_revision", "advisories:old_text", "advisories:old_lines"), "leads elsewhere"),
    **dict.fromkeys(("alive", "ready"), "is about the portal itself"),
    "favicon": "leads elsewhere",
    **dict.fromkeys(("account_login", "account_inactive", "mfa_authenticate", "mfa_login_webauthn"), "signs people in"),
    **dict.fromkeys(("accounts:ask_reset", "accounts:reset_asked", "accounts:reset", "accounts:accept"), "is a form"),
    **dict.fromkeys((f"reports:{name}" for name in ("report", "thread", "credit", "file", "consent")), "is a form"),
    **dict.fromkeys((f"joining:{name}" for name in ("apply", "application", "appeal", "withdraw")), "is a form"),
    "joining:check_address": "opens with a secret word",
    **dict.fromkeys(("members:feed", "members:calendar"), "opens with a secret word"),
    **dict.fromkeys(("api:openapi", "api:docs", "api:missing"), "is about the API"),
    **dict.fromkeys((f"api:{name}" for name in ("me", "advisories", "advisory", "revisions")), "asks for a token"),
    **dict.fromkeys((f"api:{name}" for name in ("revision", "text", "sums", "patches", "patch")), "asks for a token"),
    **dict.fromkeys((f"api:{name}" for name in ("series", "verdicts", "readiness", "say")), "asks for a token"),
    **dict.fromkeys((f"api:{name}" for name in ("batches", "one_batch", "published")), "asks for a token"),
    **dict.fromkeys((f"api:{name}" for name in ("archive", "advisory_archive", "batch_archive")), "asks for a token"),
    **dict.fromkeys((f"reports:{name}" for name in ("propose_end", "answer_end", "withdraw_end")), "is a form"),
}
"""Addresses open to everyone that no file stands for, and why."""
