"""Noting what must be told, and to whom, in the transaction of the change itself."""

from collections.abc import Iterable

from advisories import notifying
from advisories.batching import Audience
from advisories.models import About, Advisory, Batch, Revision, Tiding, What
from advisories.predisclosure import promising


def tell(
    advisory: Advisory,
    what: What,
    audience: Audience,
    *,
    revision: Revision | None = None,
    batch: Batch | None = None,
    reason: str = "",
) -> Tiding:
    """Promise one audience one tiding of one advisory; members each get a delivery of it, guests a notice."""
    made = Tiding.objects.create(
        what=what,
        audience=audience,
        advisory=advisory,
        revision=revision,
        batch=batch,
        planned_at=batch.planned_at if batch else None,
        reason=reason.strip()[:500],
    )
    if audience is Audience.MEMBERS:
        promising.promise(made)
    if what is What.HELD:
        notifying.notify_team(advisory, About.TROUBLE)
    notifying.notify_seated(advisory, About.NEWS)
    return made


def tell_of_batch(batch: Batch, what: What, audiences: Iterable[Audience], *, reason: str = "") -> None:
    """Promise each audience a tiding of every advisory in the batch; nothing for those who were told nothing."""
    inside = Advisory.objects.filter(entries__batch=batch, entries__left_at__isnull=True).order_by("number")
    wanted = sorted(audiences)
    for advisory in inside:
        for audience in wanted:
            tell(advisory, what, audience, batch=batch, reason=reason)
