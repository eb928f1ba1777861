"""Reports in different states, so that the triage queue has something to show."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.models import Advisory, Credit, DoorKind, Report, ReportDoor
from advisories.policy import Urgency
from advisories.reporting import intake, triage
from advisories.reporting.intake import Told
from advisories.reporting.reports import ReportState
from demo.scenario_people import PEOPLE
from releases.finders import answering, sharing
from releases.models import Found, SeriesRevision

_OVERFLOW = Told(
    "Event queue overflow lets a guest write past its page",
    "A guest that binds the last event channel of its queue writes eight bytes past the end of the shared page.\n\n"
    "Seen on 1.8.3 and 1.9.1. The attached program triggers it within seconds; the host logs a bad page table.\n",
    "Reporter", "reporter@research.example", Credit.NAMED, "the Example Research group",
)  # fmt: skip
_AGAIN = Told(
    "Host crash: event queue written past the shared page",
    "Binding many event channels crashes the host. It looks as if the queue was written past the end of a page.\n",
    "Second finder", "finder@cloud.example", Credit.NAMED, "Cloud Example",
)  # fmt: skip
_SCHEDULER = Told(
    "Scheduler accounting can be starved by an empty queue",
    "With a weight of zero the accounting never comes round, and other guests stand still.\n",
    "Scheduler author", "scheduler@sluice.example", Credit.ANONYMOUS,
)  # fmt: skip
_PIN = Told(
    "Grant entries can be exchanged while they are read",
    "The flags are read first and the frame afterwards. A guest that writes its entry in between gets a page mapped "
    "that it must not have; two guests do it within a minute.\n",
    "Reporter", "reader@research.example", Credit.NAMED, "the Example Research group",
)  # fmt: skip
_BANNER = Told(
    "Version number visible in the console banner", "The banner tells the exact version to anybody with a console.\n"
)
_GRANT = Told(
    "Grant table: a released mapping can be used once more",
    "After the unmap a second processor may still hold the old entry for a short while. No proof yet, only a "
    "reading of the code.\n",
    "Careful reader", "reader@vendor.example",
)  # fmt: skip
CHECKED = 50
"""The advisory whose finder was let check the fix."""
_FOUND = (
    "With it on 1.9.1 no guest stands still any more, after an hour with a weight of zero. Not tried on the others."
)
_TRACE = b"(SL) event_channel.c:211 write beyond page 0x7f3a, guest 12\n" * 8


@transaction.atomic
def load_reports() -> None:
    """One overdue and critical, its duplicate, one accepted, one closed, one that has just come in."""
    first, second = (User.objects.get(email=person.email) for person in PEOPLE[:2])
    now = timezone.now()
    overflow = _taken(_OVERFLOW, first, now - timedelta(days=3), Urgency.CRITICAL, ("host-log.txt", _TRACE))
    duplicate = _taken(_AGAIN, second, now - timedelta(days=2), Urgency.CRITICAL)
    grounds = "This is the issue that another finder reported a day earlier. You keep your credit."
    triage.decide(duplicate, ReportState.DUPLICATE, by=second, grounds=grounds, duplicate_of=overflow)
    triage.answer(overflow, "Same cause as the second report: the bound is off by one.", by=second, is_internal=True)
    scheduler = _taken(_SCHEDULER, second, now - timedelta(days=20), Urgency.HIGH)
    told = "Thank you. We can reproduce it and are writing the fix; would the planned date suit you?"
    triage.answer(scheduler, told, by=second, at=now - timedelta(days=17))
    triage.link(scheduler, Advisory.objects.get(number=CHECKED), by=second)
    _check_the_fix(scheduler, by=second)
    triage.promise_terms(scheduler, "Nothing is published before we have both agreed on the date.", by=second)
    intake.continue_thread(scheduler, "Yes, the date suits me.\n", at=now - timedelta(hours=5))
    pinned = _taken(_PIN, first, now - timedelta(days=26), Urgency.HIGH)
    triage.answer(pinned, "Thank you. We can reproduce it.", by=first, at=now - timedelta(days=25))
    triage.link(pinned, Advisory.objects.get(number=45), by=first)
    banner = _taken(_BANNER, first, now - timedelta(days=9), Urgency.LOW)
    grounds = "The version is public, and knowing it opens nothing."
    triage.decide(banner, ReportState.NOT_A_VULNERABILITY, by=first, grounds=grounds)
    intake.open_report(_GRANT, at=now - timedelta(hours=3))


def link_of_a_finder() -> str:
    """The way to the private page of the finder who has checked the fix: a new token, as each letter brings one."""
    return ReportDoor.open_for(Report.objects.get(advisory__number=CHECKED), DoorKind.PAGE)


def _check_the_fix(report: Report, *, by: User) -> None:
    """Share it with the finder, who has looked at it and says what came of it."""
    sharing.share(Advisory.objects.get(number=CHECKED), report, by=by)
    answering.note_looks(report)
    for shown in SeriesRevision.objects.filter(current_of__advisory__number=CHECKED):
        answering.answer(report, shown, shown.digest, Found.FIXES, _FOUND)


def _taken(told: Told, owner: User, at: datetime, urgency: Urgency, *files: tuple[str, bytes]) -> Report:
    report = intake.open_report(told, files, at=at)
    triage.assign(report, owner, by=owner)
    triage.judge(report, urgency, by=owner)
    return report
