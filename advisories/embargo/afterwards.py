"""What readers are told of an embargo once it is over: its dates, why it ended, and what was decided meanwhile.

It becomes part of the publication when that is armed, so that no page of readers asks for anything of the negotiation.
"""

from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.canonical import instant_text
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Decision, Embargo, Event, Matter, Proposal, ProposalState
from advisories.release.disarming import disarm_for


class OutAlready(Exception):
    """Readers have been told; what is published isn't taken back."""


@transaction.atomic
def decide(advisory: Advisory, about: Matter, words: str, *, by: User) -> Decision:
    """Keep a decision for readers. It is part of what is approved, so an arming is void."""
    disarm_for(advisory, "A decision for readers was written", by=by)
    made = Decision.objects.create(advisory=advisory, about=about, words=" ".join(words.split()), by=by)
    Event.objects.record(advisory, kind="decision-kept", by=by, detail={"decision": made.pk, "about": made.about})
    return made


@transaction.atomic
def take_back(decision: Decision, *, by: User) -> None:
    """Tell readers nothing of it. Raises `OutAlready` once they know."""
    advisory = decision.advisory
    disarm_for(advisory, "A decision for readers was taken back", by=by)
    advisory.refresh_from_db()
    if advisory.state in (State.PUBLIC, State.WITHDRAWN):
        raise OutAlready("readers have been told")
    if Decision.objects.standing().filter(pk=decision.pk).update(taken_back_at=timezone.now()):
        Event.objects.record(advisory, kind="decision-taken-back", by=by, detail={"decision": decision.pk})


def told(advisory: Advisory, batch: Batch) -> dict[str, Any]:
    """What its publication in `batch` carries; nothing where there was no embargo and nothing was decided."""
    found = Embargo.objects.filter(advisory=advisory).select_related("merged_into").first()
    embargo = (found.merged_into or found) if found else None
    agreed = _agreed(embargo) if embargo else []
    decided = [one.as_plain() for one in Decision.objects.standing().filter(advisory=advisory)]
    if not agreed and not decided:
        return {}
    reason = (embargo.reason if embargo else "") or batch.ended_early_for or EndReason.REACHED.value
    return {"embargo": {"agreed": agreed, "ended_for": reason if agreed else "", "decisions": decided}}


def _agreed(embargo: Embargo) -> list[dict[str, str]]:
    """The ends that were agreed one after the other, each with when that was."""
    rows = Proposal.objects.filter(embargo=embargo, state=ProposalState.ACCEPTED, closed_at__isnull=False)
    return [
        {"at": instant_text(closed_at), "end_at": instant_text(end_at)}
        for closed_at, end_at in rows.order_by("closed_at", "pk").values_list("closed_at", "end_at")
        if closed_at is not None
    ]
