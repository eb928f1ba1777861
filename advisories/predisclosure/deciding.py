"""What the team does with an application: ask, note, reject, accept. Each decision has its reason, and is made once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import inviting
from accounts.models import User
from advisories.models import (
    Advisory,
    Application,
    ApplicationNote,
    Contact,
    ContactRight,
    Delivery,
    Event,
    MemberKey,
    Membership,
    MembershipState,
    Organisation,
    Said,
)
from advisories.openpgp import certificates
from advisories.policies import current_policy
from advisories.predisclosure import circle, joining, member_letters, promising
from advisories.predisclosure.applications import ApplicationState, Gap, check_step


class Incomplete(Exception):
    """Nobody accepts an application that lacks something; `gaps` says what."""

    def __init__(self, gaps: Iterable[Gap]) -> None:
        super().__init__(" ".join(str(gap) for gap in gaps))


class OnTheListAlready(Exception):
    """An organisation of this name is on the list."""


@dataclass(frozen=True, slots=True)
class Welcome:
    """What acceptance would bring about, for the page that asks before it."""

    gaps: tuple[Gap, ...]
    known: Organisation | None
    """An organisation of the same name: it comes back, or is on the list already."""
    is_member: bool
    held: tuple[Advisory, ...]
    """What members know and readers don't: told to the new one only if somebody chooses so."""


def welcome(application: Application, now: datetime) -> Welcome:
    """Look ahead."""
    known = _known(application)
    return Welcome(
        gaps=joining.gaps(application, current_policy(), now),
        known=known,
        is_member=known is not None and known.memberships.on_the_list().exists(),
        held=tuple(dict.fromkeys(tiding.advisory for tiding in promising.untold(known))),
    )


@transaction.atomic
def ask(application: Application, question: str, *, by: User) -> None:
    """Ask for what is missing. Raises `ApplicationStepNotAllowed`, `NoReason`, `StaleApplication`."""
    application.move_to(ApplicationState.NEEDS_INFORMATION, by=by, reason=question)
    _tell(application, Said.QUESTION, question, by=by)


@transaction.atomic
def reject(application: Application, reason: str, *, by: User) -> None:
    """Turn it down; the applicant reads why, and may appeal. Raises as `ask` does."""
    application.move_to(ApplicationState.REJECTED, by=by, reason=reason)
    _tell(application, Said.REJECTION, reason, by=by)


@transaction.atomic
def note(application: Application, text: str, *, by: User) -> None:
    """Keep a word for the team alone."""
    ApplicationNote.objects.create(application=application, kind=Said.NOTE, text=text.strip(), by=by)
    Event.objects.record(application, kind="application-noted", by=by)


def accept(application: Application, reason: str, *, tell_held: bool, by: User) -> tuple[Membership, list[Delivery]]:
    """Put the organisation on the list with its key, and invite its contact.

    `tell_held` tells it what members know already; otherwise it begins with what comes next. Raises as `ask` does,
    and `Incomplete`, `OnTheListAlready`.
    """
    check_step(ApplicationState(application.state), ApplicationState.ACCEPTED, reason)
    with circle.changing("A member joined the list", by=by):
        now = timezone.now()
        gaps = joining.gaps(application, current_policy(), now)
        if gaps:
            raise Incomplete(gaps)
        organisation = _organisation(application)
        application.move_to(ApplicationState.ACCEPTED, by=by, reason=reason, organisation=organisation)
        membership = Membership.objects.create(
            organisation=organisation,
            role_address=application.role_address,
            terms_version=application.terms_version,
            terms_accepted_at=application.terms_accepted_at,
        )
        _keep_key(organisation, application.certificate, now)
        person = inviting.invite(application.contact_address, application.contact_name, by=by)
        Contact.objects.create(organisation=organisation, user=person, right=ContactRight.MANAGE, given_by=by)
        made = promising.catch_up(membership) if tell_held else []
        _tell(application, Said.ACCEPTANCE, reason, by=by)
        detail = {"application": application.pk, "caught_up": sorted({one.tiding.advisory_id for one in made})}
        Event.objects.record(organisation, kind="member-joined", by=by, detail=detail)
    membership.refresh_from_db()
    return membership, made


def _known(application: Application) -> Organisation | None:
    return Organisation.objects.filter(name__iexact=application.name.strip()).first()


def _organisation(application: Application) -> Organisation:
    """The row of the organisation: the one that was a member before, or a new one."""
    known = _known(application)
    if known is None:
        return _new(application)
    known = Organisation.objects.select_for_update().get(pk=known.pk)
    if known.memberships.exclude(state=MembershipState.REMOVED).exists() or known.merged_into_id is not None:
        raise OnTheListAlready(f"{known} is on the list already, by itself or as a part of another member")
    Organisation.objects.filter(pk=known.pk).update(website=application.website, is_listed=application.wants_listing)
    return known


def _new(application: Application) -> Organisation:
    name = application.name.strip()
    try:
        with transaction.atomic():
            return Organisation.objects.create(
                name=name, website=application.website, is_listed=application.wants_listing
            )
    except IntegrityError:
        raise OnTheListAlready(f"{name} was put on the list just now") from None


def _keep_key(organisation: Organisation, armoured: str, now: datetime) -> None:
    certificate = certificates.read_for_encryption(armoured.encode(), now)
    MemberKey.objects.create(
        organisation=organisation,
        certificate=certificate.armoured,
        fingerprint=certificate.fingerprint,
        expires_at=certificate.encrypts_until(now),
    )


def _tell(application: Application, kind: Said, text: str, *, by: User) -> None:
    said = ApplicationNote.objects.create(application=application, kind=kind, text=text.strip(), by=by)
    member_letters.promise_to_applicant(application, key=f"said-{said.pk}")
