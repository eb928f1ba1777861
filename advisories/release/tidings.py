"""Noting what must be told, and to whom, in the transaction of the change itself."""

from collections.abc import Iterable

from accounts.models import Role, User
from advisories import notifying
from advisories.models import About, Advisory, Batch, Revision, Tiding, What
from advisories.predisclosure import promising
from advisories.release.batching import Audience

_NOTICED = {
    Audience.TEAM: (Role.SECURITY, Role.COORDINATOR),
    Audience.RELEASE_MANAGERS: (Role.RELEASE_MANAGER,),
}
"""Who gets a notice by mail because another date holds than the one they knew, or none."""

_OF_DATES = (What.DATE_MOVED, What.CANCELLED, What.ENDED_EARLY)


def tell(
    advisory: Advisory,
    what: What,
    audience: Audience,
    *,
    revision: Revision | None = None,
    batch: Batch | None = None,
    reason: str = "",
    is_noticed: bool = True,
    but: User | None = None,
) -> Tiding:
    """Promise one audience one tiding of one advisory; members each get a delivery of it, guests a notice.

    Those on the team who knew a date that holds no more get a notice too, except `but`, who changed it, and where
    `is_noticed` says that they have it already.
    """
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
    if what in _OF_DATES and audience in _NOTICED and is_noticed:
        notifying.notify_roles(_NOTICED[audience], advisory, About.NEWS, but=but)
    notifying.notify_seated(advisory, About.NEWS)
    return made


def tell_of_batch(
    batch: Batch, what: What, audiences: Iterable[Audience], *, reason: str = "", but: User | None = None
) -> None:
    """Promise each audience a tiding of every advisory in the batch; nothing for those who were told nothing.

    On the team one notice stands for all of them.
    """
    inside = Advisory.objects.filter(entries__batch=batch, entries__left_at__isnull=True).order_by("number")
    wanted = sorted(audiences)
    for place, advisory in enumerate(inside):
        for audience in wanted:
            tell(advisory, what, audience, batch=batch, reason=reason, is_noticed=place == 0, but=but)
