"""What caches may keep of a public page, and for how long: docs/adr/0009 says why nothing secret bounds it.

Answers carry a strong tag made of everything that they depend on, so that a page is rendered once and confirmed after.
"""

import hashlib
import hmac
import os
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date

from advisories.policy import Policy
from advisories.public.keeping import asking, may_age_s

_DEPENDS_ON = (
    *("PROJECT_NAME", "ADVISORY_PREFIX", "MAIN_TREE", "SITE_URL", "PUBLIC_URL", "DEBUG", "STORAGES", "BRAND"),
    *("PUBLISHER", "TEAM_CERTIFICATE_FILE", "SIGNING_KEY_FILE"),
)
"""Settings that pages and documents are made with."""


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
    mine = asking.get()
    if mine is None or request.user.is_authenticated:
        return make()
    mine.tag, mine.policy = f'"{_digest(request, made_of)}"', policy
    mine.changed_s = int(changed_at.timestamp()) if changed_at else None
    response = get_conditional_response(request, etag=mine.tag, last_modified=mine.changed_s)
    if response is None and mine.kept is not None and mine.kept.tag == mine.tag:
        response = HttpResponse(mine.kept.body, headers=mine.kept.headers)
    if response is None:
        response = make()
    if response.status_code in (200, 304):
        response["ETag"] = mine.tag
        response["Cache-Control"] = f"public, max-age={may_age_s(policy, mine.turn)}"
        if mine.changed_s is not None:
            response["Last-Modified"] = http_date(mine.changed_s)
    return response


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
    ours = [one.path for one in apps.get_app_configs() if Path(one.path).parent == settings.BASE_DIR]
    templates = [str(folder) for engine in settings.TEMPLATES for folder in engine["DIRS"]]
    # Styles and scripts: pages carry their hashed names.
    styles = [str(folder) for folder in settings.STATICFILES_DIRS]
    found = hashlib.sha256()
    for file in sorted([*_below(templates, ".html"), *_below(ours, ".py"), *_below(styles, "")]):
        found.update(Path(file).read_bytes())
    return found.hexdigest()


def _below(folders: Iterable[str], ending: str) -> Iterator[str]:
    for folder in folders:
        for inside, _, names in os.walk(folder):
            yield from (f"{inside}/{name}" for name in names if name.endswith(ending))
