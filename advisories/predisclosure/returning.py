"""What comes back of letters to members, and sending one again."""

from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Coalesce, Now

from accounts.models import Sending, User
from advisories import bells
from advisories.models import About, Delivery, Event
from advisories.notifying import notify_team
from advisories.reporting.letters import Letter

MAY_GO_AGAIN = (Sending.BOUNCED, Sending.FAILED, Sending.STOPPED)


def delivery_of(letter: Letter) -> Delivery | None:
    """The letter to a member that this one came back from or answers: by its return address, else by its Message-ID.

    Both are claims of whoever sent it; they change where a delivery stands and open nothing.
    """
    for token in letter.tokens:
        found = Delivery.objects.behind(token).first()
        if found is not None:
            return found
    named = [*(letter.returned.ids if letter.returned else ()), *letter.references]
    return Delivery.objects.filter(header_id__in=named).last() if named else None


def note_return(delivery: Delivery, letter: Letter) -> None:
    """Write down that a letter came back, or is late. Must run within the transaction that keeps what came."""
    told = letter.returned
    if told is None:
        return
    status = f" Status {told.status}." if told.status else ""
    if not told.is_final:
        Delivery.objects.filter(pk=delivery.pk).gone().update(trouble=f"A mail server says that it is late.{status}")
        return
    # One that was taken and whose worker heard nothing of it may come back before it is tried again.
    underway = Delivery.objects.filter(pk=delivery.pk, state__in=[Sending.SENT, Sending.QUEUED, Sending.SENDING])
    came_back = underway.update(
        state=Sending.BOUNCED,
        sent_at=Coalesce("sent_at", Now()),
        bounced_at=Now(),
        lease_until=Value(None),
        trouble=f"It came back.{status}",
    )
    if came_back:
        notify_team(delivery.tiding.advisory)
        Event.objects.record(
            delivery.tiding.advisory, kind="delivery-bounced", by=None, detail={"delivery": delivery.pk}
        )


def note_answer(delivery: Delivery) -> None:
    """Tell the team that a member has answered; who really wrote it, mail doesn't say. In the same transaction."""
    notify_team(delivery.tiding.advisory, About.POST)


@transaction.atomic
def send_again(delivery: Delivery, *, by: User) -> bool:
    """Queue a letter once more that did not arrive; False where that is no longer so.

    It keeps its Message-ID, so that whoever got it after all gets it once, and is written anew: for the address and
    the keys of today, if the member is told at all.
    """
    if not Delivery.objects.filter(pk=delivery.pk).queue_again(*MAY_GO_AGAIN):
        return False
    bells.ring_for_members(delivery.tiding_id)
    Event.objects.record(delivery.tiding.advisory, kind="delivery-sent-again", by=by, detail={"delivery": delivery.pk})
    return True
