"""What members answer: how far they are with each of their products, and what they ask of the date."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.access import Viewer
from accounts.models import User
from advisories import notifying, permissions
from advisories.models import (
    About,
    Advisory,
    Ask,
    AskKind,
    Contact,
    ContactRight,
    Delivery,
    Event,
    NoteAudience,
    Organisation,
    Product,
    Readiness,
    ReadinessStatus,
    Revision,
)
from advisories.permissions import public_facts
from advisories.policies import current_policy
from advisories.policy import Announced


class NotTheirsToAnswer(Exception):
    """The advisory isn't held by the organisation, or this person may not answer for it."""


class StaleReadiness(Exception):
    """Somebody else answered for this product since the page was read; `standing` is what they said."""

    def __init__(self, standing: Readiness | None) -> None:
        super().__init__("somebody else answered for this product meanwhile")
        self.standing = standing


class SaysNothing(Exception):
    """An answer or question lacks what makes it one; the sentence says what."""


class AskedAlready(Exception):
    """The organisation has asked and the team has not answered yet."""


class AnsweredAlready(Exception):
    """Somebody of the team was faster."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is said of one product."""

    status: ReadinessStatus
    reason: str = ""
    tracking_id: str = ""
    note: str = ""
    told_to: NoteAudience = NoteAudience.TEAM


def held(viewer: Viewer, number: int) -> Revision | None:
    """The newest revision of an advisory that `viewer` holds as a contact; None where they hold none."""
    return Revision.objects.held_by(viewer).filter(advisory__number=number).order_by("-number").first()


def answering_for(viewer: Viewer, advisory_id: int) -> QuerySet[Organisation]:
    """The organisations that hold the advisory and that `viewer` may answer for now."""
    holding = Delivery.objects.held_by(viewer).filter(
        tiding__advisory=advisory_id, tiding__revision__isnull=False, membership__organisation=OuterRef("pk")
    )
    may = Contact.objects.of(viewer, ContactRight.ANSWER).filter(organisation=OuterRef("pk"))
    return Organisation.objects.spoken_for_by(viewer).filter(Exists(holding), Exists(may))


@transaction.atomic
def say(advisory_id: int, product: Product, told: Told, *, read: int | None, by: User) -> Readiness:
    """Put an answer in the place of the one that was read (its key, or None where there was none).

    Raises `NotTheirsToAnswer`, `SaysNothing`, and `StaleReadiness` where somebody answered meanwhile.
    """
    if product.retired_at or not answering_for(by, advisory_id).filter(pk=product.organisation_id).exists():
        raise NotTheirsToAnswer(str(product))
    if told.status == ReadinessStatus.NOT_AFFECTED and not told.reason.strip():
        raise SaysNothing("Say why it isn't affected: others build on the same code.")
    before = Readiness.objects.standing().filter(advisory=advisory_id, product=product)
    if read is not None:
        replaced = before.filter(pk=read).update(replaced_at=Now())
        if not replaced:
            raise StaleReadiness(before.first())
    try:
        with transaction.atomic():
            made = Readiness.objects.create(
                advisory_id=advisory_id,
                product=product,
                status=told.status,
                reason=told.reason.strip() if told.status == ReadinessStatus.NOT_AFFECTED else "",
                tracking_id=told.tracking_id.strip(),
                note=told.note.strip(),
                told_to=told.told_to,
                said_by=by,
            )
    except IntegrityError:
        raise StaleReadiness(before.first()) from None
    detail = {"organisation": str(product.organisation_id), "product": str(product.pk), "status": str(told.status)}
    Event.objects.record(Advisory.objects.get(pk=advisory_id), kind="readiness-said", by=by, detail=detail)
    return made


@transaction.atomic
def ask(
    advisory_id: int, organisation: Organisation, kind: AskKind, *, wanted_at: datetime, reason: str, by: User
) -> Ask:
    """Tell the team that a member cannot be ready, or asks for a later date.

    `wanted_at` is when they would be. Raises `NotTheirsToAnswer`, `SaysNothing`, `AskedAlready`.
    """
    if not answering_for(by, advisory_id).filter(pk=organisation.pk).exists():
        raise NotTheirsToAnswer(str(organisation))
    if not reason.strip():
        raise SaysNothing("Say why, so that the team can weigh it.")
    if wanted_at <= timezone.now():
        raise SaysNothing("Name a date that lies ahead.")
    try:
        with transaction.atomic():
            made = Ask.objects.create(
                advisory_id=advisory_id,
                organisation=organisation,
                kind=kind,
                wanted_at=wanted_at,
                reason=reason.strip(),
                by=by,
            )
    except IntegrityError:
        raise AskedAlready(str(organisation)) from None
    detail = {"organisation": str(organisation.pk), "kind": str(kind)}
    advisory = Advisory.objects.get(pk=advisory_id)
    notifying.notify_team(advisory, About.DATES)
    Event.objects.record(advisory, kind="date-questioned", by=by, detail=detail)
    return made


@transaction.atomic
def reply(asked: Ask, answer: str, *, by: User) -> None:
    """Answer what a member asked. Raises `SaysNothing`, and `AnsweredAlready` where somebody was faster."""
    if not answer.strip():
        raise SaysNothing("Write an answer: the member reads it.")
    values = {"answer": answer.strip()[:500], "answered_by": by, "answered_at": Now()}
    if not Ask.objects.open().filter(pk=asked.pk).update(**values):
        raise AnsweredAlready(str(asked))
    detail = {"organisation": str(asked.organisation_id), "kind": asked.kind}
    notifying.notify(asked.by, asked.advisory, About.NEWS)
    Event.objects.record(asked.advisory, kind="date-answered", by=by, detail=detail)
    asked.refresh_from_db()


def service_notice(label: str, planned_at: datetime | None) -> str:
    """A text by which a member announces reboots to its own users: what the policy lets be known, and nothing else."""
    announced = current_policy().announced
    facts = public_facts(label, planned_at, numbers=Announced.NUMBERS in announced, dates=Announced.DATES in announced)
    return permissions.service_notice(settings.PROJECT_NAME, facts)


@transaction.atomic
def add_product(organisation: Organisation, name: str, builds_on: str = "", *, by: User) -> Product:
    """Another product to answer for. Raises `IntegrityError` where there is one of that name."""
    made = Product.objects.create(organisation=organisation, name=name.strip(), builds_on=builds_on.strip())
    Event.objects.record(organisation, kind="product-added", by=by, detail={"product": str(made.pk)})
    return made


@transaction.atomic
def retire_product(product: Product, *, by: User) -> bool:
    """Ask no more about it; what was said stays. False where that was done already."""
    if not Product.objects.current().filter(pk=product.pk).update(retired_at=Now()):
        return False
    Event.objects.record(product.organisation, kind="product-retired", by=by, detail={"product": str(product.pk)})
    return True
