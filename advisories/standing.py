"""How an advisory and its batch stand before a step: the facts, who has approved exactly what, what is missing."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from accounts.models import Role, TeamSeat
from advisories import arming, content, drafting, freezing
from advisories.arming import Armament, ArmedAdvisory, ArmedPatch, Quorum, quorum
from advisories.batching import Audience
from advisories.canonical import digest
from advisories.content import Fixes
from advisories.lifecycle import State
from advisories.missing import Facts, Missing, missing_for
from advisories.models import Advisory, Approval, Batch, Event, Override, Publication, Revision, SignedText, Tiding
from advisories.models.event import name_of
from advisories.openpgp.team import team_key
from advisories.policies import current_policy
from advisories.policy import Policy

FixesOf = Callable[[Advisory], Fixes]
"""Reads the patches of an advisory and how they fare; given by the app that keeps them."""

WRITING = ("number-taken", "text-edited", "series-uploaded", "series-revised")
"""Events that make somebody an author of what goes out."""


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

    @property
    def may_be_armed(self) -> bool:
        """Whether everything is there."""
        return bool(self.advisories) and all(not one.missing for one in self.advisories)


def of_batch(batch: Batch, fixes_of: FixesOf, *, now: datetime | None = None) -> BatchStanding:
    """Read how a batch stands. The quorum is a fact of every advisory in it, since they go out together."""
    now = now or timezone.now()
    policy = current_policy()
    members = list(batch.members)
    read = [(advisory, fixes_of(advisory)) for advisory in members]
    frozen = [(advisory, fixes, *_frozen(advisory, fixes)) for advisory, fixes in read]
    recipients = tuple(sorted(recipients_of(batch)))
    armed = _armament(batch, frozen, recipients)
    sum_ = armed.digest() if armed else ""
    found = _quorum(batch, members, sum_, policy)
    read_on = []
    for advisory, fixes, revision, is_current in frozen:
        facts = facts_of(
            advisory, fixes, revision=revision, is_current=is_current, batch=batch, approvals=found, now=now
        )
        lacks = missing_for(facts, State.PUBLIC)
        read_on.append(AdvisoryStanding(advisory, revision, is_current, fixes, facts, lacks))
    return BatchStanding(batch, tuple(read_on), sum_, found, recipients)


def facts_of(
    advisory: Advisory,
    fixes: Fixes,
    *,
    revision: Revision | None,
    is_current: bool,
    batch: Batch | None = None,
    approvals: Quorum | None = None,
    now: datetime | None = None,
) -> Facts:
    """Everything that `missing_for` asks about."""
    draft = drafting.content_of(advisory)
    sections = draft["sections"]
    overrides = overrides_of(advisory, fixes)
    key = team_key(now)
    told = (
        Tiding.objects.filter(advisory=advisory, audience=Audience.MEMBERS, planned_at__isnull=False)
        .order_by("-pk")
        .first()
    )
    return Facts(
        now=now or timezone.now(),
        title=str(draft["title"]),
        sections=frozenset(name for name, text in sections.items() if str(text).strip()),
        affected_said=bool(draft["affected"]) or bool(str(sections.get("vulnerable_systems", "")).strip()),
        branches=tuple(replace(one, override=overrides.get(one.name, "")) for one in fixes.branches),
        deployment_said=bool(str(sections.get("deployment", "")).strip()),
        delivered_end_at=told.planned_at if told and batch and batch.was_predisclosed else None,
        frozen_revision=revision.number if revision else None,
        frozen_is_current=is_current,
        quorum=approvals,
        planned_at=batch.planned_at if batch else None,
        is_out=advisory.state == State.PUBLIC or bool(batch and batch.is_at_once),
        has_key=key.has_key or settings.PUBLISH_UNSIGNED,
        key_expires_at=key.key_expires_at,
        text_trouble=_text_trouble(revision),
    )


def recipients_of(batch: Batch) -> frozenset[str]:
    """Where it will be sent in the open, as approvals name it: another list is another release."""
    return frozenset(f"list {address}" for address in settings.ANNOUNCE_TO)


def overrides_of(advisory: Advisory, fixes: Fixes) -> dict[str, str]:
    """Branch -> the recorded reason to go out in spite of its verdict, as far as it is about these patches."""
    rows = Override.objects.filter(advisory=advisory, fixes_sha256=fixes.sha256)
    return dict(rows.values_list("branch", "reason"))


def team() -> frozenset[int]:
    """Who may approve."""
    return frozenset(
        TeamSeat.objects.current()
        .filter(role__in=[Role.SECURITY, Role.COORDINATOR], user__is_active=True)
        .values_list("user", flat=True)
    )


def authors_of(advisories: list[Advisory]) -> frozenset[int]:
    """Who wrote any of it: text or patches."""
    names = [name_of(advisory) for advisory in advisories]
    writers = Event.objects.filter(about__in=names, kind__in=WRITING, by__isnull=False).values_list("by", flat=True)
    return frozenset(writers)


def latest_published(advisory: Advisory) -> Publication | None:
    """What readers have now."""
    return Publication.objects.current().filter(advisory=advisory).first()


def _text_trouble(revision: Revision | None) -> str:
    """What keeps the text of a revision from going out, in a sentence."""
    if revision is None:
        return ""
    sealed = SignedText.objects.filter(revision=revision).only("made_at", "trouble").first()
    if sealed is not None and sealed.made_at is not None:
        return ""
    if sealed is not None and sealed.trouble:
        return f"The text of {revision} could not be written and signed: {sealed.trouble}"
    return f"The text of {revision} waits for a worker to write and sign it."


def _frozen(advisory: Advisory, fixes: Fixes) -> tuple[Revision | None, bool]:
    revision = Revision.objects.filter(advisory=advisory).order_by("-number").first()
    if revision is None:
        return None, False
    return revision, freezing.is_current(revision, content.frozen(drafting.content_of(advisory), fixes))


def _armament(
    batch: Batch, frozen: list[tuple[Advisory, Fixes, Revision | None, bool]], recipients: tuple[str, ...]
) -> Armament | None:
    """What would be approved; nothing while a draft differs from its revision, or the batch is empty."""
    if not frozen:
        return None
    armed = []
    for advisory, fixes, revision, is_current in frozen:
        if revision is None or not is_current:
            return None
        armed.append(
            ArmedAdvisory(
                advisory.number,
                revision.number,
                digest(
                    "penstock armed content 1",
                    {"revision": revision.content_sha256, "overrides": overrides_of(advisory, fixes)},
                ),
                tuple(
                    ArmedPatch(name, sum_)
                    for name, sum_ in revision.patches.order_by("position").values_list("file_name", "sha256")
                ),
            )
        )
    return Armament(frozenset(armed), frozenset(recipients), batch.planned_at)


def _quorum(batch: Batch, members: list[Advisory], sum_: str, policy: Policy) -> Quorum:
    given = [arming.Approval(row.by_id, row.digest, row.at) for row in Approval.objects.standing().filter(batch=batch)]
    needed = policy.quorum
    return quorum(given, sum_, authors=authors_of(members), team=team(), needed=needed)
