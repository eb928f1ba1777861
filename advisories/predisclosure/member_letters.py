"""Letters to applicants and role addresses: promised with the change they tell of, sent by a worker, without a secret.

None says what an advisory is about, nor that there is one, nor why a place on the list has changed.
"""

import secrets

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage
from django.urls import reverse

from accounts import outbox
from accounts.models import Sending
from accounts.outbox import NotAnyMore
from advisories import bells
from advisories.models import (
    Application,
    ApplicationDoor,
    Knock,
    MemberLetter,
    Membership,
    MembershipState,
    Tells,
)

ADDRESS_LINK_DAYS = 7
_ADDRESS = signing.TimestampSigner(salt="advisories.role-address")
_MOST_AT_ONCE = 50
_RECEIPTS_PER_HOUR = 5
"""To one address: nobody fills a stranger's mailbox with our letters."""


def promise_to_applicant(application: Application, *, key: str) -> None:
    """One letter that leads to the private page, in the transaction of what it tells of."""
    address = application.contact_address
    if application.is_suspect or not Knock.objects.may_enter("applicant", address, limit=_RECEIPTS_PER_HOUR):
        return
    _promise(Tells.APPLICATION, key, address, application=application)


def promise_to_member(membership: Membership, kind: Tells, *, key: str, to_address: str = "") -> bool:
    """One letter to the role address, or to the one that is to become it; False where it was promised before."""
    return _promise(kind, key, to_address or membership.role_address, membership=membership)


def address_token(membership: Membership, address: str) -> str:
    """What proves that a letter to `address` was read; void once the membership has another address than now."""
    return _ADDRESS.sign_object({"membership": membership.pk, "address": address, "was": membership.role_address})


def read_address_token(token: str) -> tuple[int, str, str] | None:
    """Membership, new address and the one before; none where the link is changed or too old."""
    try:
        found = _ADDRESS.unsign_object(token, max_age=ADDRESS_LINK_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    return int(found["membership"]), str(found["address"]), str(found["was"])


def send(pk: int) -> bool:
    """Send one letter unless somebody else does or has; whether it went out."""
    rows = MemberLetter.objects.select_related("membership__organisation", "application")
    return outbox.send(rows, pk, _hand_over) is Sending.SENT


def sweep() -> None:
    """Ring for letters that are due and whose bell or worker was lost."""
    for pk in MemberLetter.objects.claimable().values_list("pk", flat=True)[:_MOST_AT_ONCE]:
        bells.ring_for_member_letter(pk)


def _promise(kind: Tells, key: str, to_address: str, **of: Application | Membership) -> bool:
    domain = settings.MAIL_ADDRESS.rpartition("@")[2]
    letter, is_new = MemberLetter.objects.get_or_create(
        key=key,
        **of,
        defaults={"kind": kind, "to_address": to_address, "header_id": f"<{secrets.token_hex(12)}@{domain}>"},
    )
    if is_new:
        bells.ring_for_member_letter(letter.pk)
    return is_new


def _hand_over(letter: MemberLetter) -> None:
    kind = Tells(letter.kind)
    is_about_removal = kind is Tells.STANDING
    if letter.membership and letter.membership.state == MembershipState.REMOVED and not is_about_removal:
        raise NotAnyMore("The membership had ended.")
    written(letter).send()


def written(letter: MemberLetter) -> EmailMessage:
    """The letter, with the links that it leads by made now."""
    kind = Tells(letter.kind)
    says, link = _says(letter)
    return EmailMessage(
        subject=f"[{settings.ADVISORY_PREFIX} members] {kind.label}",
        body=(
            f"Hello,\n\n{says}\n\n{f'  {settings.SITE_URL}{link}' if link else ''}\n\n"
            "This letter was written by a machine.\n\n"
            f"The security team of {settings.PROJECT_NAME}\n"
        ),
        from_email=f"{settings.PROJECT_NAME} security team <{settings.MAIL_ADDRESS}>",
        to=[letter.to_address],
        headers={
            "Message-ID": letter.header_id,
            # Asks every answering machine to stay silent (RFC 3834).
            "Auto-Submitted": "auto-generated",
            "X-Auto-Response-Suppress": "All",
        },
    )


def _says(letter: MemberLetter) -> tuple[str, str]:
    """The text and where it leads."""
    if letter.application is not None:
        link = reverse("joining:application", args=[ApplicationDoor.open_for(letter.application)])
        return _APPLICANT, link
    if letter.membership is None:
        raise NotAnyMore("It is about nobody.")
    own = reverse("joining:organisation", args=[letter.membership.organisation_id])
    match Tells(letter.kind):
        case Tells.ADDRESS:
            token = address_token(letter.membership, letter.to_address)
            return _ADDRESS_TEXT, reverse("joining:check_address", args=[token])
        case Tells.STANDING:
            return _STANDING, ""
        case kind:
            return _TO_MEMBERS[kind], own


_APPLICANT = (
    "there is something new about your application for our pre-disclosure list. Follow and complete it on your private "
    "page. Whoever has this link can read and change the application: please keep it to yourselves."
)
_ADDRESS_TEXT = (
    "a member of our pre-disclosure list wants to be written to at this address. If that is you, confirm it within "
    f"{ADDRESS_LINK_DAYS} days; until then nothing changes. If it isn't, do nothing."
)
_STANDING = (
    "your organisation's place on our pre-disclosure list has changed. If you don't know of it, write to us.\n\n"
    "Your duties under the terms remain for everything that you were told."
)
_TO_MEMBERS = {
    Tells.KEY: (
        "a key that we encrypt letters to you with ends soon. Without one that is valid we only send you notices to "
        "sign in. Give us the prolonged key, or another one, on your organisation's page:"
    ),
    Tells.TERMS: (
        "the terms of our pre-disclosure list have changed. Please read and accept them on your organisation's page:"
    ),
    Tells.CONFIRMATION: (
        "once a year we ask whether your contacts, address and keys are still right. Please look and confirm it on "
        "your organisation's page:"
    ),
}
