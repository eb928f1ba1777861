"""Writing and sending letters. What is secret in one is made when it is sent, and is kept nowhere."""

import logging

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from kombu.exceptions import OperationalError

from accounts import outbox, tasks
from accounts.models import Invitation, Letter, Sending, User
from accounts.outbox import NotAnyMore

logger = logging.getLogger(__name__)


def post(kind: Letter.Kind, address: str) -> None:
    """Promise a letter, and ring for the worker once the transaction is through."""
    letter = Letter.objects.create(kind=kind, address=address.strip().lower())
    transaction.on_commit(lambda: _ring(letter.pk))


def ring_for_waiting() -> None:
    """Ring for every letter whose bell was lost."""
    for pk in Letter.objects.claimable().values_list("pk", flat=True):
        _ring(pk)


def send(pk: int) -> None:
    """Send one letter unless somebody is at it; a failure leaves it to be rung for again."""
    stands = outbox.send(Letter.objects.all(), pk, _hand_over)
    if stands in (Sending.SENT, Sending.STOPPED):
        Letter.objects.filter(pk=pk, state=stands).delete()


def _hand_over(letter: Letter) -> None:
    written = _invitation(letter) if letter.kind == Letter.Kind.INVITATION else _reset(letter)
    if written is None:
        raise NotAnyMore("There is nobody to send it to.")
    subject, text = written
    send_mail(subject, text, None, [letter.address])


def _reset(letter: Letter) -> tuple[str, str] | None:
    user = User.objects.filter(email__iexact=letter.address, is_active=True).first()
    # PostgreSQL takes a dotless ı for an i where case doesn't count, and what is typed goes to somebody else's mailbox.
    if user is None or user.email.lower() != letter.address or not user.has_usable_password():
        return None
    name = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("accounts:reset", args=[name, default_token_generator.make_token(user)])
    return _text("reset", path, user)


def _invitation(letter: Letter) -> tuple[str, str] | None:
    invitation = Invitation.objects.usable().filter(user__email__iexact=letter.address).first()
    if invitation is None:
        return None
    return _text("invitation", reverse("accounts:accept", args=[invitation.token]), invitation.user)


def _text(kind: str, path: str, user: User) -> tuple[str, str]:
    """Subject and text. The link is built on the configured address and never on a request's Host header."""
    context = {
        "project_name": settings.PROJECT_NAME,
        "name": user.name,
        "link": f"{settings.SITE_URL}{path}",
        "days": settings.INVITATION_DAYS,
    }
    subject = render_to_string(f"mail/{kind}_subject.txt", context)
    return " ".join(subject.split()), render_to_string(f"mail/{kind}.txt", context)


def _ring(pk: int) -> None:
    try:
        tasks.send_letter.apply_async(args=(pk,), retry=False)
    except (OperationalError, OSError) as error:
        # The sweep rings again; what a person asked for must not fail because the broker is away.
        logger.warning("the broker did not take the bell for letter %s: %s", pk, type(error).__name__)
