"""What caches may keep of a public page, and for how long: docs/adr/0009 says why nothing secret bounds it.

Answers carry a strong tag made of everything that they depend on, so that a page is rendered once and confirmed after.
"""

import hashlib
import hmac
from collections import OrderedDict
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from threading import Lock
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from advisories.policy import Policy

LONGEST = timedelta(seconds=60)
"""However far the next release time is: something may go out at any instant, and nobody is to wait long for it."""
MOST_KEPT = 16 * 1024 * 1024
"""Bytes of rendered pages that one process keeps."""
LARGEST_KEPT = 512 * 1024

_DEPENDS_ON = (
    *("PROJECT_NAME", "ADVISORY_PREFIX", "MAIN_TREE", "SITE_URL", "PUBLIC_URL", "DEBUG", "STORAGES"),
    *("PUBLISHER", "TEAM_CERTIFICATE_FILE", "SIGNING_KEY_FILE"),
)
"""Settings that pages and documents are made with."""

_kept: OrderedDict[str, tuple[int, dict[str, str], bytes]] = OrderedDict()
_lock = Lock()


def answer(
    request: HttpRequest,
    policy: Policy,
    made_of: Iterable[object],
    changed_at: datetime | None,
    make: Callable[[], HttpResponse],
) -> HttpResponse:
    """Answer with what the client has already, with what was rendered before, or with what `make` renders now.

    `made_of` is everything the answer depends on besides its address, the templates and the settings; `changed_at`
    (aware) when that last changed. For people who have signed in nothing is kept: their name is on the page.
    """
    if _is_personal(request):
        return make()
    tag = f'"{_digest(request, made_of)}"'
    changed_s = int(changed_at.timestamp()) if changed_at else None
    fresh = get_conditional_response(request, etag=tag, last_modified=changed_s)
    response = fresh if fresh is not None else _kept_or_made(tag, make)
    if response.status_code in (200, 304):
        response["ETag"] = tag
        if changed_s is not None:
            response["Last-Modified"] = http_date(changed_s)
        response["Cache-Control"] = f"public, max-age={max_age_s(policy, timezone.now())}"
    return response


def max_age_s(policy: Policy, now: datetime) -> int:
    """How long a cache may keep a page, in seconds: a minute, and never past the time of day at which releases are.

    The time of day is public. The instant of what is armed is not, so it takes no part in this.
    """
    local = now.astimezone(ZoneInfo(policy.zone))
    ahead = (
        datetime.combine(local.date() + timedelta(days=days), policy.release_time, local.tzinfo) for days in (0, 1, 2)
    )
    until = min(one - now for one in ahead if one > now)
    return int(min(LONGEST, until).total_seconds())


def _is_personal(request: HttpRequest) -> bool:
    """Whether the page may hold something for this browser alone: a name, or a message."""
    return request.user.is_authenticated or bool({settings.SESSION_COOKIE_NAME, "messages"} & request.COOKIES.keys())


def _digest(request: HttpRequest, made_of: Iterable[object]) -> str:
    """A digest under the site's key: what members alone were told is among what it is made of, and nobody can guess."""
    told = "\0".join([made_with(), request.get_full_path(), *(str(one) for one in made_of)])
    return hmac.new(settings.SECRET_KEY.encode(), told.encode(), hashlib.sha256).hexdigest()[:40]


def made_with() -> str:
    """The code, the templates and the settings that every page is made with, in one text."""
    return build() + repr([getattr(settings, name, None) for name in _DEPENDS_ON])


@lru_cache(maxsize=1)
def build() -> str:
    """A digest of templates and of the code that renders: another version of Penstock makes other pages."""
    app = Path(__file__).resolve().parents[1]
    found = hashlib.sha256()
    folders = [Path(folder) for engine in settings.TEMPLATES for folder in engine["DIRS"]]
    for file in sorted(
        [*(one for folder in folders for one in folder.rglob("*.html")), *app.rglob("*.py"), *_styles()]
    ):
        found.update(file.read_bytes())
    return found.hexdigest()


def _styles() -> Iterable[Path]:
    """Styles and scripts: pages carry their hashed names."""
    return (one for folder in settings.STATICFILES_DIRS for one in Path(folder).rglob("*") if one.is_file())


def _kept_or_made(tag: str, make: Callable[[], HttpResponse]) -> HttpResponse:
    with _lock:
        found = _kept.get(tag)
        if found is not None:
            _kept.move_to_end(tag)
    if found is not None:
        status, headers, body = found
        return HttpResponse(body, status=status, headers=headers)
    response = make()
    if response.status_code == 200 and len(response.content) <= LARGEST_KEPT:
        with _lock:
            _kept[tag] = (response.status_code, dict(response.items()), bytes(response.content))
            while sum(len(body) for _, _, body in _kept.values()) > MOST_KEPT:
                _kept.popitem(last=False)
    return response
