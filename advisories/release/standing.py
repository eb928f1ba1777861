"""How advisories and their batches stand before a step: the facts, who has approved exactly what, what is missing.

Many batches are read with as many queries as one: the desk shows them all.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from accounts.models import Role, TeamSeat
from advisories import content
from advisories.canonical import digest
from advisories.content import Fixes
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import Advisory, Approval, Batch, BatchEntry, Event, Publication, Revision
from advisories.models.event import name_of
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.predisclosure import recipients
from advisories.release import arming, freezing
from advisories.release.arming import Armament, ArmedAdvisory, ArmedPatch, Quorum, quorum
from advisories.release.batching import BatchState
from advisories.release.facts import Known, facts_of, read_all
from advisories.release.missing import Facts, Missing, missing_for

__all__ = [
    "AdvisoryStanding", "BatchStanding", "FixesOf", "approvals_needed", "authors_of", "latest_published", "members_of",
    "of_batch", "of_batches", "team",
]  # fmt: skip

FixesOf = Callable[[Advisory], Fixes]
"""Reads the patches of an advisory and how they fare; given by the app that keeps them."""

WRITING = ("number-taken", "text-edited", "series-uploaded", "series-revised")
"""Events that make somebody an author of what goes out."""

URGENT = frozenset({EndReason.LEAKED.value, EndReason.EXPLOITED.value})
"""What ended an embargo so that fewer people have to approve."""


@dataclass(frozen=True, slots=True)
class AdvisoryStanding:
    """One advisory before its release."""

    advisory: Advisory
    revision: Revision | None
    """The last one frozen."""
    is_current: bool
    """The last revision says what the draft says."""
    fixes: Fixes
    facts: Facts
    missing: tuple[Missing, ...]
    """Before publication."""
    missing_before_members: tuple[Missing, ...] = ()
    """Before pre-disclosure."""
    draft: str = ""
    """The digest of what the draft and its patches say now, whether or not that is frozen."""
    rating: str = ""
    """The worst rating it is scored with; empty where nobody has scored it."""

    @property
    def is_complete(self) -> bool:
        """Whether nothing but approvals could be missing."""
        return not self.missing


@dataclass(frozen=True, slots=True)
class BatchStanding:
    """A batch before its release: what is approved is `digest`, which is empty while there is nothing to approve."""

    batch: Batch
    advisories: tuple[AdvisoryStanding, ...]
    digest: str
    quorum: Quorum
    recipients: tuple[str, ...]
    """Lists, and the members that are told before, as approvals name them."""
    needed: int
    """How many must approve."""

    @property
    def may_be_armed(self) -> bool:
        """Whether everything is there."""
        return bool(self.advisories) and all(not one.missing for one in self.advisories)


def of_batch(batch: Batch, fixes_of: FixesOf, *, now: datetime | None = None) -> BatchStanding:
    """Read how a batch stands. The quorum is a fact of every advisory in it, since they go out together."""
    [found] = of_batches(members_of([batch]), fixes_of, policy=current_policy(), now=now)
    return found


def of_batches(
    members: dict[Batch, list[Advisory]], fixes_of: FixesOf, *, policy: Policy, now: datetime | None = None
) -> list[BatchStanding]:
    """The same of several, each with the advisories in it, which were read just now."""
    now = now or timezone.now()
    everyone = [advisory for inside in members.values() for advisory in inside]
    told = recipients.organisations_told(members)
    known = read_all(everyone, now, told)
    goes_to = recipients.of_batches(members, told)
    given: dict[int, list[arming.Approval]] = {batch.pk: [] for batch in members}
    for row in Approval.objects.standing().filter(batch__in=given):
        given[row.batch_id].append(arming.Approval(row.by_id, row.digest, row.at))
    of_the_team, wrote = team(), _writers(everyone)
    found = []
    for batch, inside in members.items():
        together = {advisory.number for advisory in inside}
        read = [(advisory, _besides(fixes_of(advisory), together), known[advisory.pk]) for advisory in inside]
        recipients_of = tuple(sorted(goes_to[batch.pk]))
        armed = _armament(batch, read, recipients_of)
        sum_ = armed.digest() if armed else ""
        needed = approvals_needed(batch, policy)
        authors = frozenset(pk for one in inside for pk in wrote.get(name_of(one), ()))
        approvals = quorum(given[batch.pk], sum_, authors=authors, team=of_the_team, needed=needed)
        standings = tuple(_standing(batch, *one, approvals, now) for one in read)
        found.append(BatchStanding(batch, standings, sum_, approvals, recipients_of, needed))
    return found


def members_of(batches: Sequence[Batch]) -> dict[Batch, list[Advisory]]:
    """What is in each batch now, by number."""
    inside: dict[int, list[Advisory]] = {batch.pk: [] for batch in batches}
    entries = BatchEntry.objects.current().filter(batch__in=batches).select_related("advisory")
    for entry in entries.order_by("advisory__number"):
        inside[entry.batch_id].append(entry.advisory)
    return {batch: inside[batch.pk] for batch in batches}


def approvals_needed(batch: Batch, policy: Policy) -> int:
    """How many must approve: fewer where there is no secret left to keep."""
    return policy.early_quorum if batch.ended_early_for in URGENT else policy.quorum


def team() -> frozenset[int]:
    """Who may approve."""
    return frozenset(
        TeamSeat.objects.current()
        .filter(role__in=[Role.SECURITY, Role.COORDINATOR], user__is_active=True)
        .values_list("user", flat=True)
    )


def authors_of(advisories: Iterable[Advisory]) -> frozenset[int]:
    """Who wrote any of it: text or patches."""
    return frozenset(pk for found in _writers(advisories).values() for pk in found)


def latest_published(advisory: Advisory) -> Publication | None:
    """What readers have now."""
    return Publication.objects.current().filter(advisory=advisory).first()


def _writers(advisories: Iterable[Advisory]) -> dict[str, set[int]]:
    """Who wrote each, by the name that events call it."""
    found: dict[str, set[int]] = {}
    names = [name_of(advisory) for advisory in advisories]
    rows = Event.objects.filter(about__in=names, kind__in=WRITING, by__isnull=False)
    for about, writer in rows.values_list("about", "by").distinct():
        if writer is not None:
            found.setdefault(about, set()).add(writer)
    return found


def _besides(fixes: Fixes, together: set[int]) -> Fixes:
    """The fixes without waiting for others that go out in the same batch."""
    if not any(one.waits_for for one in fixes.branches):
        return fixes
    left = (replace(one, waits_for=tuple(n for n in one.waits_for if n not in together)) for one in fixes.branches)
    return replace(fixes, branches=tuple(left))


def _standing(
    batch: Batch, advisory: Advisory, fixes: Fixes, known: Known, approvals: Quorum, now: datetime
) -> AdvisoryStanding:
    frozen = content.frozen(known.draft, fixes)
    is_current = known.revision is not None and freezing.is_current(known.revision, frozen)
    facts = facts_of(advisory, fixes, known, is_current=is_current, batch=batch, approvals=approvals, now=now)
    return AdvisoryStanding(
        advisory,
        known.revision,
        is_current,
        fixes,
        facts,
        missing_for(facts, State.PUBLIC),
        () if batch.state not in (BatchState.OPEN, BatchState.FROZEN) else missing_for(facts, State.PREDISCLOSED),
        content.digest_of(content.said_by(frozen)),
        _worst(known.draft["severities"]),
    )


def _worst(severities: Iterable[Mapping[str, str]]) -> str:
    return max(((float(one["score"]), one["rating"]) for one in severities), default=(0.0, ""))[1]


def _armament(batch: Batch, read: list[tuple[Advisory, Fixes, Known]], goes_to: tuple[str, ...]) -> Armament | None:
    """What would be approved; nothing while a draft differs from its revision, or the batch is empty."""
    if not read:
        return None
    armed = []
    for advisory, fixes, known in read:
        revision = known.revision
        if revision is None or not freezing.is_current(revision, content.frozen(known.draft, fixes)):
            return None
        said: dict[str, object] = {"revision": revision.content_sha256, "overrides": known.overrides_of(fixes)}
        if known.decisions:
            said["decisions"] = [one.as_plain() for one in known.decisions]
        patches = tuple(ArmedPatch(name, sum_) for name, sum_ in known.patches)
        sum_of_all = digest("penstock armed content 1", said)
        armed.append(ArmedAdvisory(advisory.number, revision.number, sum_of_all, patches))
    return Armament(frozenset(armed), frozenset(goes_to), batch.planned_at)
