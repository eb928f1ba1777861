"""What calendars subscribe to: for readers what the policy announces, for the team its dates; titles for nobody.

A subscribed calendar is copied to places that nobody here knows of.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from advisories.formats.ics import Entry, calendar_file
from advisories.policy import Policy

_ONE_DAY = timedelta(days=1)


def for_readers(policy: Policy, *, now: datetime) -> bytes:
    """Give the dates that everyone may know under `policy`; an empty calendar where it announces none."""
    return calendar_file(f"{settings.PROJECT_NAME} security releases", [], stamp=now)


def for_the_team(policy: Policy, *, now: datetime) -> bytes:
    """Give blackouts and planned dates."""
    return calendar_file(f"{settings.PROJECT_NAME} security team", _blackouts(policy), stamp=now)


def _blackouts(policy: Policy) -> Iterator[Entry]:
    for blackout in policy.blackouts:
        uid = _uid("blackout", f"{blackout.first} {blackout.last} {blackout.name}")
        ends_on = blackout.last + _ONE_DAY if blackout.last < date.max else blackout.last
        yield Entry(uid, blackout.first, ends_on, f"No releases: {blackout.name}")


def _uid(kind: str, key: str) -> str:
    """Name a thing for good without saying its id: gaps in a row of ids tell how much is kept back."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"{salted_hmac(f'calendar {kind}', key, algorithm='sha256').hexdigest()[:32]}@{host}"
