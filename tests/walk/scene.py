"""What a walk needs again and again, each through the action that people use."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.test import Client
from django.utils import timezone

from accounts.models import User
from advisories.embargo import negotiating
from advisories.embargo.negotiating import End
from advisories.lifecycle import State
from advisories.models import Advisory, Arming, Batch, Party, Publication, Reissue
from advisories.release import publishing, releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from advisories.writing import drafting
from releases.fixes import fixes_of
from releases.models import Branch, Series
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import checked, make_advisory, make_seat, make_series, make_user
from tests.upstream import fix, numbered

WEEK = timedelta(days=7)

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))
SAFER = fix(numbered("queue"), numbered("queue", l25="queue is safer"))
TIMELY = fix(numbered("timer"), numbered("timer", l10="timer is timely"), "timer.c")


def written(branch: Branch, *patches: bytes, by: User, title: str = "Guests may overflow a queue") -> Advisory:
    """A text, and a series for `branch` that a worker has tried."""
    advisory = make_advisory(title=title)
    texts = SECTIONS | {"deployment": "Nothing before the date.", "notes": "Words for members."}
    drafting.keep_text(advisory, texts, read_version=advisory.text_version, by=by)
    if patches:
        make_series(branch, *patches, advisory=advisory)
        checked(branch)
    advisory.move_to(State.READY, by=by)
    return advisory


def embargoed_until(end_at: datetime, *advisories: Advisory, by: User) -> None:
    """The team proposes an end for each, and agrees."""
    for advisory in advisories:
        proposal = negotiating.propose(advisory, End(end_at), party=Party.team(by))
        negotiating.accept(proposal, by=by)


def frozen(advisories: Sequence[Advisory], at: datetime, *, by: User) -> Batch:
    """Planned for an instant, frozen, and written out by a worker."""
    batch = scheduling.plan(advisories, at, by=by)
    releasing.freeze_batch(batch, fixes_of, by=by)
    sealing.seal_waiting()
    return batch


def predisclosed(advisories: Sequence[Advisory], at: datetime, *, by: User) -> tuple[Batch, User]:
    """Under embargo until `at`, and given to one member with a seat on each; the batch and the member."""
    member = make_user()
    embargoed_until(at, *advisories, by=by)
    for advisory in advisories:
        make_seat(advisory, member)
    batch = frozen(advisories, at, by=by)
    releasing.predisclose(batch, fixes_of, by=by)
    return batch, member


def frozen_again(batch: Batch, reason: Reissue, changes: str, *, by: User) -> None:
    """The next revision of what changed, written out."""
    batch.refresh_from_db()
    releasing.freeze_batch(batch, fixes_of, by=by, reason=reason, changes=changes)
    sealing.seal_waiting()


def approved_by(batch: Batch, *people: User) -> bool:
    """Each looks at what there is and approves; whether it is armed then."""
    for person in people:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)
    batch.refresh_from_db()
    return batch.state == BatchState.ARMED


def missing(batch: Batch) -> list[str]:
    """What keeps it from going out, in sentences."""
    return [str(lack) for one in standing.of_batch(batch, fixes_of).advisories for lack in one.missing]


def instant_passes(batch: Batch) -> None:
    """The database's clock gets past the instant that was armed; no worker has run."""
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.in_force().filter(batch=batch).update(public_at=past)
    Publication.objects.coming().filter(arming__batch=batch).update(public_at=past)


def released(batch: Batch) -> None:
    """Its instant passes, and a worker comes by."""
    instant_passes(batch)
    assert publishing.release_due() == 1
    batch.refresh_from_db()


def page_for(viewer: User | None, advisory: Advisory) -> tuple[int, str]:
    """Status and text of the advisory's page."""
    client = Client()
    if viewer is not None:
        client.force_login(viewer)
    answer = client.get(advisory.get_absolute_url())
    return answer.status_code, answer.content.decode()


def series_of(advisory: Advisory) -> Series:
    """Its only one."""
    return Series.objects.get(advisory=advisory)
