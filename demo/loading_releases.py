"""Releases in every state, so that the desk has something to show. The worker signs, and arms what waits for that."""

from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.embargo import negotiating
from advisories.embargo.negotiating import End
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, CommentAudience, Credit, Finder, Party, Permission, Reissue, Seat
from advisories.models.seat import Right
from advisories.release import releasing, scheduling, sealing, standing
from advisories.writing import commenting, describing, drafting
from demo.scenario_people import PEOPLE
from releases import uploading
from releases.fixes import fixes_of
from releases.models import Series, Upload

OPEN, FAILING, TOLD, ARMED, AGAIN, FIRST, GIVEN_UP = (49, 53), (48,), 47, 44, 43, 45, 52
"""Numbers of the advisories in the open batch, the frozen one that lacks something, and so on."""

SOON = timedelta(minutes=3)
"""When two go out, one of them again, so that somebody who looks sees it happen."""

_PERMITTED: list[dict[str, Any]] = [
    {"subject": "patches", "reach": "private", "start": "at-once"},
    {"subject": "patches", "reach": "public", "start": "never", "restrictions": "A refused call would give it away."},
    {"subject": "patches", "reach": "members", "start": "at-once"},
]
"""What members may do before the date, as the team decided."""


@transaction.atomic
def load_releases() -> None:
    """One open and moved, one frozen and lacking, one with members, one armed, one given up."""
    first, second, third = _team()
    noon = tuesday_noon(timezone.now())
    # What is to go out says how every finder is credited.
    Finder.objects.filter(credit=Credit.UNDECIDED).update(credit=Credit.ANONYMOUS)
    open_one = _plan(OPEN, noon + timedelta(days=35), first, "New year batch")
    scheduling.move(open_one, noon + timedelta(days=42), reason="Two of us are away in that week.", by=second)
    failing = _plan(FAILING, noon + timedelta(days=14), second)
    releasing.freeze_batch(failing, fixes_of, by=second)
    _predisclose(noon + timedelta(days=21), first, second)
    armed = _plan((ARMED,), noon + timedelta(days=7), first)
    releasing.freeze_batch(armed, fixes_of, by=first)
    # Here and now: what waits for the worker's signature would be armed at whatever moment that comes.
    sealing.seal_waiting()
    _approve(armed, second, third)
    given_up = _plan((GIVEN_UP,), noon + timedelta(days=28), first)
    scheduling.cancel(given_up, reason="The fix waits for another project, which has not settled its date.", by=first)


@transaction.atomic
def load_next() -> None:
    """What goes out before long. Once the verdicts are there: so close to its instant nothing waits for them."""
    first, second, third = _team()
    at = timezone.now() + SOON
    _load_first_issue(at, first, second, third)
    _load_reissue(at, first, second, third)


def _load_first_issue(at: datetime, first: User, second: User, third: User) -> None:
    """A fix that needs others first on the releases of its day, with an embargo that readers hear of afterwards."""
    advisory = Advisory.objects.get(number=FIRST)
    proposal = negotiating.propose(advisory, End(at, reason="The finder's date."), party=Party.team(first))
    negotiating.accept(proposal, by=second)
    batch = _plan((FIRST,), at, first)
    releasing.freeze_batch(batch, fixes_of, by=first)
    sealing.seal_waiting()
    _approve(batch, second, third)


def _load_reissue(at: datetime, first: User, second: User, third: User) -> None:
    advisory = Advisory.objects.get(number=AGAIN, state=State.PUBLIC)
    impact = f"{advisory.impact}\n\nA guest that may migrate itself reaches the same code."
    drafting.keep_text(advisory, {"impact": impact}, read_version=advisory.text_version, by=first)
    batch = _plan((AGAIN,), at, first)
    changes = "The impact names migration too."
    releasing.freeze_batch(batch, fixes_of, by=first, reason=Reissue.WRONG_DATA, changes=changes)
    sealing.seal_waiting()
    _approve(batch, second, third)


def tuesday_noon(now: datetime) -> datetime:
    """Noon of the Tuesday from today on: the policy of the demonstration releases on Tuesdays."""
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon + timedelta(days=(1 - noon.weekday()) % 7)


def _team() -> tuple[User, User, User]:
    first, second, third = (User.objects.get(email=person.email) for person in PEOPLE[:3])
    return first, second, third


def _plan(numbers: tuple[int, ...], at: datetime, by: User, name: str = "") -> Batch:
    return scheduling.plan(Advisory.objects.filter(number__in=numbers).order_by("number"), at, by=by, name=name)


def _approve(batch: Batch, *people: User) -> None:
    for person in people:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)


def _predisclose(at: datetime, first: User, second: User) -> None:
    """Agree on an end, say what may be deployed, give a member a seat; afterwards a better patch is uploaded."""
    advisory = Advisory.objects.get(number=TOLD)
    whole = [{"which": "", "at": None, "after": None, "restrictions": ""} | line for line in _PERMITTED]
    read = describing.version_of(advisory, Permission)
    describing.replace(advisory, Permission, whole, read_version=read, by=first)
    member = User.objects.get(email="security@cloud.example")
    Seat.objects.give(advisory, member, Right.COMMENT, by=first)
    proposal = negotiating.propose(advisory, End(at, reason="Three weeks, as usual."), party=Party.team(first))
    negotiating.accept(proposal, by=second)
    batch = _plan((TOLD,), at, first)
    releasing.freeze_batch(batch, fixes_of, by=first)
    sealing.seal_waiting()
    releasing.predisclose(batch, fixes_of, by=second)
    asked = "The cloud cannot tell this refusal from others: give it an error of its own."
    commenting.write(advisory, asked, by=second, audience=CommentAudience.SEATS)
    for series in Series.objects.filter(advisory=advisory, current__isnull=False):
        files = [(one.file_name, _better(bytes(one.content))) for one in Upload.objects.filter(revision=series.current)]
        uploading.upload_revision(series, files=files, by=first)


@transaction.atomic
def load_second_revision() -> None:
    """What members get next of what they hold: the better patch with its verdicts, and another date."""
    first, second, _ = _team()
    batch = Batch.objects.get(entries__advisory__number=TOLD, entries__left_at__isnull=True)
    changes = "The fix refuses with an error of its own."
    releasing.freeze_batch(batch, fixes_of, by=first, reason=Reissue.ADDED_PATCH, changes=changes)
    sealing.seal_waiting()
    why = "Two large members cannot deploy in that week."
    scheduling.move(batch, batch.planned_at + timedelta(days=7), reason=why, by=second)


def _better(patch: bytes) -> bytes:
    """The same fix with an error of its own."""
    return patch.replace(b"\n+        return -EINVAL;", b"\n+        return -ERANGE;", 1)
