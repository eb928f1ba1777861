"""What an applicant does: begin an application, complete it, appeal, withdraw. Nobody needs an account for that.

What was typed and has the right shape is kept, complete or not; only what is complete reaches the team.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, transaction
from django.db.models.functions import Now
from django.utils import timezone

from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Application,
    ApplicationDoor,
    ApplicationNote,
    Event,
    Said,
    StaleApplication,
)
from advisories.openpgp import certificates
from advisories.policies import current_policy
from advisories.policy import Policy
from advisories.predisclosure import member_letters
from advisories.predisclosure.applications import (
    MAY_BE_COMPLETED,
    ApplicationState,
    Gap,
    Shown,
    missing,
)


@dataclass(frozen=True, slots=True)
class Told:
    """What the form holds, each thing of the right shape or left out."""

    name: str
    contact_address: str
    website: str = ""
    contact_name: str = ""
    role_address: str = ""
    answers: Mapping[str, str] = field(default_factory=dict, repr=False)
    certificate: str = field(default="", repr=False)
    accepts_terms: bool = False
    """The version in force, which the page showed."""
    wants_listing: bool = True


def begin(told: Told, *, token: str, is_suspect: bool = False) -> Application:
    """Keep a new application behind the private link that ends with `token`, and hand it in if nothing is missing.

    The form made the token: sent twice, it is one application.
    """
    try:
        return _begin(told, token, is_suspect)
    except IntegrityError:
        known = Application.objects.behind(token).first()
        if known is None:
            raise
        return known


@transaction.atomic
def _begin(told: Told, token: str, is_suspect: bool) -> Application:
    policy = current_policy()
    made = Application.objects.create(
        reference=Application.new_reference(), is_suspect=is_suspect, is_during_embargo=_is_something_told(),
        **_values(told, policy),
    )  # fmt: skip
    ApplicationDoor.open_for(made, token)
    made.refresh_from_db()
    member_letters.promise_to_applicant(made, key="received")
    is_complete = not gaps(made, policy)
    Event.objects.record(made, kind="application-received", by=None, detail={"complete": is_complete})
    if is_complete:
        made.move_to(ApplicationState.APPLIED, by=None)
    return made


@transaction.atomic
def complete(application: Application, told: Told, *, answer: str = "") -> bool:
    """Change what it shows, and hand it in if nothing is missing; whether it was. Raises `StaleApplication`."""
    policy = current_policy()
    values = _values(told, policy)
    if values["terms_version"] == application.terms_version:
        values["terms_accepted_at"] = application.terms_accepted_at
    open_states = [state.value for state in MAY_BE_COMPLETED]
    same = Application.objects.filter(pk=application.pk, state__in=open_states, turn=application.turn)
    arrived = application.is_during_embargo or _is_something_told()
    if not same.update(**values, turn=application.turn + 1, heard_at=Now(), is_during_embargo=arrived):
        raise StaleApplication(f"{application} was changed meanwhile; look again")
    application.refresh_from_db()
    if answer.strip():
        ApplicationNote.objects.create(application=application, kind=Said.ANSWER, text=answer.strip())
    Event.objects.record(application, kind="application-completed", by=None)
    if gaps(application, policy):
        return False
    application.move_to(ApplicationState.APPLIED, by=None)
    return True


@transaction.atomic
def appeal(application: Application, reason: str) -> None:
    """Ask for another decision. Raises `ApplicationStepNotAllowed`, `NoReason`, `StaleApplication`."""
    application.move_to(ApplicationState.APPEALED, by=None, reason=reason)
    ApplicationNote.objects.create(application=application, kind=Said.APPEAL, text=reason.strip())
    Application.objects.filter(pk=application.pk).update(heard_at=Now())


def withdraw(application: Application) -> None:
    """Give it up. Raises `ApplicationStepNotAllowed`, `StaleApplication`."""
    application.move_to(ApplicationState.WITHDRAWN, by=None)


def gaps(application: Application, policy: Policy, now: datetime | None = None) -> tuple[Gap, ...]:
    """What it lacks under the policy in force."""
    return missing(shown(application, now or timezone.now()), policy)


def shown(application: Application, now: datetime) -> Shown:
    """What it shows, as the pure rules ask for it."""
    return Shown(
        answers=application.answers,
        role_address=application.role_address,
        key_trouble=key_trouble(application.certificate, now),
        terms_version=application.terms_version,
    )


def key_trouble(certificate: str, now: datetime) -> str:
    """Why nothing can be encrypted to a stored certificate now; empty where it can be."""
    if not certificate:
        return "No OpenPGP key was given."
    try:
        certificates.read_for_encryption(certificate.encode(), now)
    except certificates.CertificateRefused as refusal:
        return str(refusal)
    return ""


def _values(told: Told, policy: Policy) -> dict[str, object]:
    """The columns of the row."""
    return {
        "name": told.name,
        "website": told.website,
        "contact_name": told.contact_name,
        "contact_address": told.contact_address,
        "role_address": told.role_address,
        "answers": {key: answer for key, answer in told.answers.items() if answer.strip()},
        "certificate": told.certificate,
        "terms_version": policy.terms_version if told.accepts_terms else 0,
        "terms_accepted_at": timezone.now() if told.accepts_terms else None,
        "wants_listing": told.wants_listing,
    }


def _is_something_told() -> bool:
    """Whether members know of something that is not public: whoever applies now may have heard a rumour of it."""
    return Advisory.objects.filter(state=State.PREDISCLOSED).exists()


@dataclass(frozen=True, slots=True)
class KeyShown:
    """A key in words, for whoever decides."""

    trouble: str
    fingerprint: str = ""
    algorithm: str = ""
    user_ids: tuple[str, ...] = ()
    ends_at: datetime | None = None


def key_in_words(certificate: str, now: datetime) -> KeyShown:
    """What a page says of a stored certificate."""
    if not certificate:
        return KeyShown("No OpenPGP key was given.")
    try:
        found = certificates.read(certificate.encode())
    except certificates.CertificateRefused as refusal:
        return KeyShown(str(refusal))
    return KeyShown(
        found.why_not_encrypted_to(now), found.fingerprint, found.algorithm, found.user_ids, found.encrypts_until(now)
    )
