"""Notices to people with an account: promised with the change they tell of, sent by a worker, without a secret.

`notify(user, advisory, what)` is for whoever has a seat on the advisory or speaks for a member that it was delivered
to, `notify_seated` for all with a seat, `notify_team` for everybody who answers for it, `notify_roles` for others on
the team; `notify_of_reports` is for those who triage. A notice names neither the advisory nor what happened: it says
that there is something, and where to sign in.
"""

import secrets
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse

from accounts import outbox
from accounts.access import is_on_the_team
from accounts.models import Role, Sending, TeamSeat, User
from accounts.outbox import NotAnyMore
from advisories import bells
from advisories.models import About, Advisory, Delivery, Notification

_MOST_AT_ONCE = 50
_BETWEEN_REPORTS = timedelta(minutes=10)
"""Reports that follow each other more closely are told of in one letter: a flood fills the queue and no mailbox."""
_TRIAGING = (Role.SECURITY, Role.COORDINATOR)


@transaction.atomic
def notify(user: User, advisory: Advisory, what: About, *, but: User | None = None) -> Notification | None:
    """Promise one notice, in the transaction of what it tells of; none for `but`, who did it.

    While one about the same waits, there is no second. Whether the person may still know is asked as it is sent.
    """
    if user == but or not user.is_active:
        return None
    return _promise(user, advisory, what)


@transaction.atomic
def notify_of_reports(owner: User | None = None) -> None:
    """Promise a notice that there is something to triage: to `owner` while they triage, else to all who do."""
    triaging = User.objects.filter(pk__in=TeamSeat.objects.current().filter(role__in=_TRIAGING).values("user"))
    told = triaging.filter(pk=owner.pk, is_active=True) if owner else triaging.none()
    for user in told or triaging.filter(is_active=True):
        lately = Notification.objects.filter(user=user, advisory=None, sent_at__gt=Now() - _BETWEEN_REPORTS).exists()
        _promise(user, None, About.REPORTS, **({"due_at": Now() + _BETWEEN_REPORTS} if lately else {}))


def _promise(user: User, advisory: Advisory | None, what: About, **fields: Any) -> Notification:
    domain = settings.MAIL_ADDRESS.rpartition("@")[2]
    notice, is_new = Notification.objects.get_or_create(
        user=user,
        advisory=advisory,
        what=what,
        state=Sending.QUEUED,
        attempts=0,
        defaults={"header_id": f"<{secrets.token_hex(12)}@{domain}>", **fields},
    )
    if is_new:
        bells.ring_for_notice(notice.pk)
    return notice


def notify_team(advisory: Advisory, what: About = About.TROUBLE, *, but: User | None = None) -> None:
    """Promise a notice to everybody who answers for the advisory now."""
    notify_roles(_TRIAGING, advisory, what, but=but)


def notify_roles(roles: Iterable[Role], advisory: Advisory, what: About, *, but: User | None = None) -> None:
    """Promise a notice to everybody who has a seat on the team with one of `roles` now."""
    seats = TeamSeat.objects.current().filter(role__in=list(roles))
    notify_each(User.objects.filter(pk__in=seats.values("user")), advisory, what, but=but)


def notify_seated(advisory: Advisory, what: About, *, but: User | None = None) -> None:
    """Promise a notice to everybody who has a seat on the advisory now."""
    seated = User.objects.filter(pk__in=advisory.seats.current().values("user"))
    notify_each(seated, advisory, what, but=but)


def notify_each(people: Iterable[User], advisory: Advisory, what: About, *, but: User | None = None) -> None:
    """The same to several."""
    for user in people:
        notify(user, advisory, what, but=but)


def send(pk: int) -> bool:
    """Send one notice unless somebody else does or has; whether it went out."""
    rows = Notification.objects.select_related("user", "advisory")
    return outbox.send(rows, pk, _hand_over) is Sending.SENT


def sweep() -> None:
    """Ring for notices that are due and whose bell or worker was lost."""
    for pk in Notification.objects.claimable().values_list("pk", flat=True)[:_MOST_AT_ONCE]:
        bells.ring_for_notice(pk)


def _hand_over(notice: Notification) -> None:
    if not _may_know(notice.user, notice.advisory):
        raise NotAnyMore("Whoever it was for may not know of it any more.")
    _message(notice).send()


def _may_know(user: User, advisory: Advisory | None) -> bool:
    if advisory is None:
        return TeamSeat.objects.current().filter(user=user, role__in=_TRIAGING).exists()
    return Advisory.objects.known_to(user).filter(pk=advisory.pk).exists() or _was_delivered(user, advisory.pk)


def _was_delivered(user: User, advisory: int) -> bool:
    return Delivery.objects.held_by(user).filter(tiding__advisory=advisory).exists()


def _where(notice: Notification) -> str:
    """Triage, the list of what they work on, a member's desk, the calendar of those who keep dates: none says what."""
    user, advisory = notice.user, notice.advisory_id
    if advisory is None:
        return reverse("triage:queue")
    if Advisory.objects.worked_on_by(user).filter(pk=advisory).exists():
        return reverse("advisories:list")
    keeps_dates = is_on_the_team(user) and not _was_delivered(user, advisory)
    return reverse("calendar:month" if keeps_dates else "members:desk")


def _message(notice: Notification) -> EmailMessage:
    what = About(notice.what)
    return EmailMessage(
        subject=f"[{settings.ADVISORY_PREFIX}] {what.label}",
        body=(
            f"Hello,\n\n{_SAYS[what]}\n\nSign in and look:\n\n"
            f"  {settings.SITE_URL}{_where(notice)}\n\n"
            "This letter was written by a machine, and says no more because mail is read on its way.\n\n"
            f"The security team of {settings.PROJECT_NAME}\n"
        ),
        from_email=f"{settings.PROJECT_NAME} security team <{settings.MAIL_ADDRESS}>",
        to=[notice.user.email],
        headers={
            "Message-ID": notice.header_id,
            # Asks every answering machine to stay silent (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


_SAYS = {
    About.SEAT: "the security team has given you a seat on something that you may work on.",
    About.DATES: "there is something that waits for your answer, such as a date.",
    About.NEWS: "there is something new in what you take part in.",
    About.POST: "somebody has written in what you take part in.",
    About.REPORTS: "there is something in the triage queue that nobody has looked at yet.",
    About.TROUBLE: "something that should have gone out did not, and waits for somebody of the team.",
}
