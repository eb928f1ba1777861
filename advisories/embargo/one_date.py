"""One date: the instant of a release is the agreed end of the embargoes in it, and moves together with them.

Participants promise to keep a secret until the agreed end. A release before it breaks what they were promised, and one
after it leaves a stretch in which nothing binds them. Where the two differ nothing is armed (`missing`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from accounts.models import User
from advisories.embargo import negotiating, outside_clocks
from advisories.embargo.consents import Standing
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Confirmed
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Consent, Embargo, Proposal, Side
from advisories.policies import current_policy


@dataclass(frozen=True, slots=True)
class Bound:
    """An agreed end that another date would move."""

    advisory: Advisory
    end_at: datetime
    asked_again: int
    """Participants besides the team who agreed to it, and would be asked about the other one."""


def of_release(batch: Batch, advisories: Iterable[Advisory], *, reason: str, by: User, confirmed: Confirmed) -> None:
    """Let every agreed end follow the release to its instant, and keep why that breaks clocks where it does.

    The caller has the batch in hand and has recorded nothing yet. Raises `BreaksClocks` unless each clock that the
    instant breaks was confirmed, and as `negotiating.settle` does: nothing is moved then.
    """
    at, embargoes = batch.planned_at, hold(advisories)
    zone = current_policy().zone
    for embargo in embargoes:
        if negotiating.is_out(embargo):
            continue
        if embargo.is_in_force and embargo.end_at != at:
            negotiating.settle(embargo, End(at, zone, reason.strip()), by=by, confirmed=confirmed)
        else:
            keep_overruns(batch, embargo, confirmed, by=by)


def keep_overruns(batch: Batch, embargo: Embargo, confirmed: Confirmed, *, by: User | None) -> None:
    """Keep the clocks that the release's instant breaks. Raises `BreaksClocks` unless they were confirmed."""
    broken = outside_clocks.check(embargo, batch.planned_at, confirmed)
    if broken and by is not None:
        outside_clocks.keep_overruns_of_release(batch, embargo, broken, confirmed.reason, by=by)


def bound_to(advisories: Iterable[Advisory]) -> list[Bound]:
    """The agreed ends of these that bind, by number, and how many would be asked again about another."""
    found = []
    for advisory, embargo in in_force(advisories):
        signed = Consent.objects.filter(embargo=embargo, standing=Standing.SIGNATORY.value).exclude(side=Side.TEAM)
        if embargo.end_at is not None:
            found.append(Bound(advisory, embargo.end_at, signed.count()))
    return found


def in_force(advisories: Iterable[Advisory]) -> list[tuple[Advisory, Embargo]]:
    """Each with the embargo that binds it, where one does and its secret is not out."""
    found = []
    rows = Embargo.objects.filter(advisory__in=[one.pk for one in advisories]).select_related("merged_into", "advisory")
    for row in rows.order_by("advisory__number"):
        embargo = row.merged_into or row
        if embargo.is_in_force and not embargo.out and row.advisory.state != State.PUBLIC:
            found.append((row.advisory, embargo))
    return found


def hold(advisories: Iterable[Advisory]) -> list[Embargo]:
    """The embargoes on these and all that a step of them changes, locked. To be called before anything is recorded."""
    pks = Embargo.objects.filter(advisory__in=[one.pk for one in advisories]).values_list("pk", "merged_into")
    held = list(
        Embargo.objects.select_for_update(no_key=True, of=("self",))
        .filter(pk__in={into or pk for pk, into in pks})
        .select_related("advisory")
        .order_by("pk")
    )
    list(Proposal.objects.select_for_update(no_key=True).filter(embargo__in=held).order_by("pk").values_list("pk"))
    list(Consent.objects.select_for_update(no_key=True).filter(embargo__in=held).order_by("pk").values_list("pk"))
    return held
