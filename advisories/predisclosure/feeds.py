"""The private feed and calendar: numbers, dates and links, never a title or a text.

The address carries the token, since feed readers and calendars send nothing else. It is copied, kept by services that
nobody here knows of, and pasted; so what it opens must do little harm, and leads back to pages that ask who is there.
"""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from advisories.formats.ics import Entry as Slot
from advisories.predisclosure.holding import Held, News
from advisories.public.atom import Entry, Feed

_MOST = 100


def feed_of(held: Sequence[Held]) -> tuple[Feed, list[Entry]]:
    """Everything that was told, the latest first."""
    told = sorted(((news.at, one, news) for one in held for news in one.news), key=lambda each: each[0], reverse=True)
    entries = [_entry(one, news) for _, one, news in told[:_MOST]]
    desk = settings.SITE_URL + reverse("members:desk")
    feed = Feed(
        address=f"{desk}#told",
        page=desk,
        title=f"{settings.PROJECT_NAME} security: for members",
        author=settings.PUBLISHER["name"],
        licence="For members of the pre-disclosure list alone, until each is published.",
        updated_at=entries[0].updated_at if entries else timezone.now(),
    )
    return feed, entries


def calendar_of(held: Iterable[Held]) -> tuple[str, list[Slot]]:
    """When each becomes public, as it was told last."""
    return f"{settings.PROJECT_NAME} security, for members", list(_slots(held))


def _entry(one: Held, news: News) -> Entry:
    said = f"{one.label}: {news.what}" + (f", v{news.version}" if news.version else "")
    date = f"To become public at {news.planned_at:%Y-%m-%d %H:%M} UTC." if news.planned_at else "No date is set."
    return Entry(
        address=f"{_page(one)}#{_key('told', f'{one.number} {news.at.isoformat()} {news.kind}')}",
        title=said,
        published_at=news.at,
        updated_at=news.at,
        summary="Public." if one.is_public else date,
    )


def _slots(held: Iterable[Held]) -> Iterator[Slot]:
    for one in held:
        told = next((news.planned_at for news in one.news if news.planned_at is not None), None)
        at = one.public_at or one.planned_at or told
        if at is not None:
            words = f"{one.label} {'is public' if one.is_public else 'becomes public'}"
            # What was told of a date that was given up is told again as that.
            is_cancelled = not one.is_public and one.planned_at is None
            key, count = f"{_key('member date', str(one.number))}@{_host()}", len(one.news)
            yield Slot(key, at, None, words, _page(one), sequence=count, is_cancelled=is_cancelled)


def _page(one: Held) -> str:
    return settings.SITE_URL + reverse("members:advisory", args=[one.number])


def _host() -> str:
    return urlsplit(settings.SITE_URL).hostname or "localhost"


def _key(kind: str, told: str) -> str:
    return salted_hmac(f"members' {kind}", told, algorithm="sha256").hexdigest()[:32]
