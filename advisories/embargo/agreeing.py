"""Agreeing on an embargo's end where a release is planned: what goes out alone goes along.

The other way round, a release that moves takes the ends along: `scheduling.move`.
"""

from django.db import transaction

from accounts.models import User
from advisories.embargo import negotiating
from advisories.embargo.outside_clocks import NOTHING_CONFIRMED, Confirmed
from advisories.models import Advisory, Batch, BatchEntry, Proposal
from advisories.release import scheduling
from advisories.release.batching import MOVABLE, BatchState


@transaction.atomic
def agree(proposal: Proposal, *, by: User, confirmed: Confirmed = NOTHING_CONFIRMED) -> Batch | None:
    """Agree on a proposal and move the release of this advisory alone with it; gives what is left at another date.

    Several that go out together don't follow one of them by themselves: people choose whether all of them move or
    this one leaves, and nothing is armed until they have. Raises as `negotiating.accept` and `scheduling.move` do.
    """
    advisory = proposal.embargo.advisory
    held = Batch.objects.around(advisory)
    negotiating.accept(proposal, by=by, confirmed=confirmed)
    planned = next((batch for batch in held if batch.entries.current().filter(advisory=advisory).exists()), None)
    if planned is None or planned.planned_at == proposal.end_at or planned.is_at_once:
        return None
    planned.refresh_from_db()
    if not follows(planned):
        return planned
    scheduling.move(planned, proposal.end_at, reason="Another end of the embargo was agreed.", by=by)
    return None


def follows(batch: Batch) -> bool:
    """Whether a release follows the agreed end of what is in it by itself."""
    return BatchState(batch.state) in MOVABLE and BatchEntry.objects.current().filter(batch=batch).count() == 1


def planned_for(advisory: Advisory) -> Batch | None:
    """The release that an advisory is planned in."""
    inside = BatchEntry.objects.current().filter(advisory=advisory).values("batch")
    return Batch.objects.under_way().filter(pk__in=inside).first()
