"""The facts that steps of an advisory ask about, read for many at once: as many queries as for one."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Subquery

from advisories.content import Fixes
from advisories.embargo.rules import EmbargoState
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Affected,
    Batch,
    BatchEntry,
    Decision,
    Embargo,
    Override,
    Permission,
    Publication,
    Revision,
    RevisionPatch,
    Seat,
    SignedText,
    Tiding,
)
from advisories.openpgp.team import TeamKey, team_key
from advisories.release.arming import Quorum
from advisories.release.batching import Audience
from advisories.release.missing import Facts
from advisories.reporting import crediting
from advisories.writing import drafting

NO_BRANCH = ""
"""The branch that an override names which is about all of them: the fix is somebody else's to bring."""


@dataclass(frozen=True, slots=True)
class Known:
    """What was read of one advisory besides its patches."""

    draft: dict[str, Any]
    revision: Revision | None
    """The last one frozen."""
    patches: tuple[tuple[str, str], ...]
    """Of that revision, in order: file names and their SHA-256."""
    overrides: tuple[tuple[str, str, str], ...]
    """Branch, the digest of the fixes it is about, the reason."""
    undecided: tuple[str, ...]
    named_in_spite: tuple[str, ...]
    """Finders who are not to be named and whom the text names."""
    seats: int
    delivered_end_at: datetime | None
    published: int | None
    """The version that readers have."""
    key: TeamKey
    embargo: Embargo | None
    """The one that holds: its own, or of what it was merged into."""
    text_trouble: str
    """What keeps the text of the revision from going out, in a sentence; empty where nothing does."""
    members: int = 0
    """Organisations that are told before the public, or would be."""
    conditions: tuple[tuple[str, int | None], ...] = ()
    """Advisories under embargo that its conditions and permissions name, each with the batch it is in."""

    decisions: tuple[Decision, ...] = ()
    """What readers are told afterwards."""

    def overrides_of(self, fixes: Fixes) -> dict[str, str]:
        """Branch -> the recorded reason to go out in spite of its verdict, as far as it is about these patches."""
        return {branch: reason for branch, about, reason in self.overrides if about == fixes.sha256}


def read_all(advisories: Sequence[Advisory], now: datetime, told: Mapping[int, frozenset[int]]) -> dict[int, Known]:
    """Read what is known of each, by their keys. The advisories were read just now; `told` is which members are."""
    drafts, finders = drafting.contents_of(advisories), drafting.finders_of(advisories)
    texts = {one.pk: [text for name, text in one.texts.items() if name != "notes"] for one in advisories}
    later = Revision.objects.filter(advisory=OuterRef("advisory"), number__gt=OuterRef("number"))
    newest = Revision.objects.filter(~Exists(later), advisory__in=advisories).select_related("advisory")
    revisions = {one.advisory_id: one for one in newest}
    patches: dict[int, list[tuple[str, str]]] = defaultdict(list)
    kept = RevisionPatch.objects.filter(revision__in=revisions.values()).order_by("revision", "position")
    for of_revision, name, sum_ in kept.values_list("revision", "file_name", "sha256"):
        patches[of_revision].append((name, sum_))
    overrides: dict[int, list[tuple[str, str, str]]] = defaultdict(list)
    recorded = Override.objects.filter(advisory__in=advisories)
    for pk, *noted in recorded.values_list("advisory", "branch", "fixes_sha256", "reason"):
        overrides[pk].append((noted[0], noted[1], noted[2]))
    decisions: dict[int, list[Decision]] = defaultdict(list)
    for one in Decision.objects.standing().filter(advisory__in=advisories):
        decisions[one.advisory_id].append(one)
    sitting = Seat.objects.current().filter(advisory__in=advisories, user__is_active=True)
    seats = dict(sitting.order_by().values_list("advisory").annotate(Count("user", distinct=True)))
    delivered = Tiding.objects.filter(advisory__in=advisories, audience=Audience.MEMBERS, planned_at__isnull=False)
    ends = dict(delivered.order_by("pk").values_list("advisory", "planned_at"))
    live = Publication.objects.live().filter(advisory__in=advisories)
    published = dict(live.order_by("version").values_list("advisory", "version"))
    held = Embargo.objects.filter(advisory__in=advisories).select_related("merged_into")
    embargoes = {one.advisory_id: one.merged_into or one for one in held}
    conditions: dict[int, list[tuple[str, int | None]]] = defaultdict(list)
    hidden = Affected.objects.filter(advisory__in=advisories, condition_on__in=Advisory.objects.embargoed())
    inside = BatchEntry.objects.current().filter(advisory=OuterRef("condition_on")).values("batch")
    for pk, number, batch in hidden.annotate(_batch=Subquery(inside)).values_list(
        "advisory", "condition_on__number", "_batch"
    ):
        conditions[pk].append((f"{settings.ADVISORY_PREFIX}-{number}", batch))
    for pk, number, batch in _waiting_for_hidden(advisories):
        conditions[pk].append((f"{settings.ADVISORY_PREFIX}-{number}", batch))
    sealed = {one.revision_id: one for one in SignedText.objects.filter(revision__in=revisions.values()).defer("text")}
    key = team_key(now)
    return {
        pk: Known(
            draft=draft,
            revision=(revision := revisions.get(pk)),
            patches=tuple(patches[revision.pk]) if revision else (),
            overrides=tuple(overrides[pk]),
            undecided=crediting.undecided(finders.get(pk, ())),
            named_in_spite=crediting.named_in_spite(finders.get(pk, ()), texts.get(pk, ())),
            seats=seats.get(pk, 0),
            delivered_end_at=ends.get(pk),
            published=published.get(pk),
            key=key,
            embargo=embargoes.get(pk),
            text_trouble=_text_trouble(revision, sealed.get(revision.pk)) if revision else "",
            members=len(told.get(pk, ())),
            conditions=tuple(conditions[pk]),
            decisions=tuple(decisions[pk]),
        )
        for pk, draft in drafts.items()
    }


def _waiting_for_hidden(advisories: Sequence[Advisory]) -> Iterable[tuple[int, int, int | None]]:
    """Permissions that begin with another advisory's publication name it: those under embargo, each with its batch."""
    inside = BatchEntry.objects.current().filter(advisory=OuterRef("after")).values("batch")
    hidden = Permission.objects.filter(advisory__in=advisories, after__in=Advisory.objects.embargoed())
    return hidden.annotate(_batch=Subquery(inside)).values_list("advisory", "after__number", "_batch")


def facts_of(
    advisory: Advisory,
    fixes: Fixes,
    known: Known,
    *,
    is_current: bool,
    batch: Batch | None,
    approvals: Quorum | None,
    now: datetime,
) -> Facts:
    """Everything that `missing_for` asks about."""
    sections = known.draft["sections"]
    overrides = known.overrides_of(fixes)
    embargo = known.embargo
    is_out = advisory.state == State.PUBLIC or bool(batch and batch.is_at_once) or bool(embargo and embargo.out)
    said_affected = bool(known.draft["affected"]) or bool(str(sections.get("vulnerable_systems", "")).strip())
    return Facts(
        now=now,
        title=str(known.draft["title"]),
        sections=frozenset(name for name, text in sections.items() if str(text).strip()),
        affected_said=said_affected,
        undecided_credits=known.undecided,
        named_in_spite=known.named_in_spite,
        branches=tuple(replace(one, override=overrides.get(one.name, "")) for one in fixes.branches),
        fix_elsewhere=overrides.get(NO_BRANCH, ""),
        embargo=EmbargoState(embargo.state) if embargo else EmbargoState.NONE,
        embargo_end_at=embargo.end_at if embargo else None,
        is_out=is_out or known.published is not None,
        deployment_said=bool(str(sections.get("deployment", "")).strip()),
        recipients=known.seats + known.members,
        delivered_end_at=known.delivered_end_at if batch and batch.was_predisclosed else None,
        frozen_revision=known.revision.number if known.revision else None,
        frozen_is_current=is_current,
        frozen_is_out=known.revision is not None and known.published == known.revision.number,
        quorum=approvals,
        planned_at=batch.planned_at if batch else None,
        has_key=known.key.has_key or settings.PUBLISH_UNSIGNED,
        key_expires_at=known.key.key_expires_at,
        text_trouble=known.text_trouble,
        tells_of=tuple(label for label, inside in known.conditions if batch is None or inside != batch.pk),
    )


def _text_trouble(revision: Revision, sealed: SignedText | None) -> str:
    if sealed is not None and sealed.made_at is not None:
        return ""
    if sealed is not None and sealed.trouble:
        return f"The text of {revision} could not be written and signed: {sealed.trouble}"
    return f"The text of {revision} waits for a worker to write and sign it."
