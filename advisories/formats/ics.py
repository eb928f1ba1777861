"""PURE: iCalendar (RFC 5545) files of planned releases and blackouts.

Instants are written in UTC, so that no reader needs our zone's rules. Subscribed calendars are copied into clouds and
shown on locked phones: nothing that goes in here may be a secret to whoever might look at one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from icalendar import Calendar, Event

PRODUCT = "-//Penstock//Planned releases//EN"


@dataclass(frozen=True, slots=True)
class Entry:
    """Something on a calendar: at an instant (aware), or for whole days, both included."""

    uid: str
    """The same for the same thing for good, and telling nothing of how many others there are."""
    begins: datetime | date
    ends_on: date | None
    """The day after the last one, for whole days (RFC 5545, section 3.6.1); None for an instant."""
    summary: str
    description: str = ""
    url: str = ""
    is_certain: bool = True
    sequence: int = 0
    """How often it became another one since it was first told: of two copies a calendar keeps the higher."""
    is_cancelled: bool = False
    """Told for as long as it lay ahead: what only disappears stays in calendars that merge what they fetch."""


def calendar_file(name: str, entries: Iterable[Entry], *, stamp: datetime) -> bytes:
    """Write a calendar; `stamp` (aware) is when it was made. The same values give the same bytes."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry, stamp))
    written: bytes = calendar.to_ical()
    return written


def _event(entry: Entry, stamp: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", stamp.astimezone(UTC))
    begins = entry.begins
    event.add("dtstart", begins.astimezone(UTC) if isinstance(begins, datetime) else begins)
    if entry.ends_on is not None:
        event.add("dtend", entry.ends_on)
    event.add("summary", entry.summary)
    if entry.description:
        event.add("description", entry.description)
    if entry.url:
        event.add("url", entry.url)
    event.add("sequence", entry.sequence)
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED" if entry.is_certain else "TENTATIVE")
    # A date to know of, which takes up nobody's time.
    event.add("transp", "TRANSPARENT")
    return event
