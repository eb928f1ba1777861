"""What calendars subscribe to: for readers what the policy announces, for the team its dates; titles for nobody.

A subscribed calendar is copied to places that nobody here knows of.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.models import User
from advisories.formats.ics import Entry, calendar_file
from advisories.policy import Policy
from advisories.release.batching import BatchState
from advisories.release.planning import Planned, announced, given_up, planned, today_in

_ONE_DAY = timedelta(days=1)


def for_readers(policy: Policy, *, now: datetime) -> bytes:
    """Give the dates that everyone may know under `policy`; an empty calendar where it announces none.

    One that was given up after everyone knew it says so until it would have come.
    """
    entries = [
        Entry(
            _uid("announced", str(one.batch)),
            one.at,
            None,
            _summary(one),
            ", ".join(one.labels),
            sequence=one.told_anew,
            is_cancelled=one.is_given_up,
        )
        for one in (*announced(policy), *given_up(policy))
    ]
    return calendar_file(f"{settings.PROJECT_NAME} security releases", entries, stamp=now)


def for_the_team(policy: Policy, viewer: User, *, now: datetime) -> bytes:
    """Give planned dates, those of the last year too, and blackouts, as far as `viewer` may know of them."""
    today = today_in(policy, now)
    found = planned(viewer, policy, today - timedelta(days=365), today + timedelta(days=1830))
    entries = [
        Entry(
            _uid("planned", str(one.batch)), one.at, None, f"{_summary(one)} ({one.state})", ", ".join(one.labels),
            is_certain=one.state in (BatchState.ARMED, BatchState.RELEASED),
        )
        for one in found
    ]  # fmt: skip
    return calendar_file(f"{settings.PROJECT_NAME} security team", [*entries, *_blackouts(policy)], stamp=now)


def _summary(one: Planned) -> str:
    number = f", {len(one.labels)} advisor{'y' if len(one.labels) == 1 else 'ies'}" if one.labels else ""
    return f"{settings.PROJECT_NAME} security release{number}"


def _blackouts(policy: Policy) -> Iterator[Entry]:
    for blackout in policy.blackouts:
        uid = _uid("blackout", f"{blackout.first} {blackout.last} {blackout.name}")
        ends_on = blackout.last + _ONE_DAY if blackout.last < date.max else blackout.last
        yield Entry(uid, blackout.first, ends_on, f"No releases: {blackout.name}")


def _uid(kind: str, key: str) -> str:
    """Name a thing for good without saying its id: gaps in a row of ids tell how much is kept back."""
    host = urlsplit(settings.SITE_URL).hostname or "localhost"
    return f"{salted_hmac(f'calendar {kind}', key, algorithm='sha256').hexdigest()[:32]}@{host}"
