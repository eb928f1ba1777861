"""Readiness: what a member's own products were said to be, and saying it; by tokens that may answer."""

from datetime import datetime
from http import HTTPStatus
from typing import Annotated, Any, Literal

from ninja import Router, Schema
from pydantic import Field

from advisories.api import holding
from advisories.api.bearer import Bearer
from advisories.api.problems import Problem, missing
from advisories.api.requests import TokenRequest
from advisories.models import NoteAudience, Organisation, Product, Readiness, ReadinessStatus, Scope
from advisories.predisclosure import answering
from advisories.predisclosure.answering import NotTheirsToAnswer, SaysNothing, StaleReadiness, Told

router = Router(tags=["Readiness"])

Status = Literal["not-affected", "affected", "prepared", "tested", "deployed"]

_STORABLE = r"^[^\x00]*$"
"""PostgreSQL keeps no text with NUL in it; forms refuse it too."""

Key = Annotated[str, Field(pattern=r"^[0-9]{1,19}$")]
"""Keys go out and come in as text: many programs read a number of nineteen digits as another one."""


class AnswerIn(Schema):
    """How far one product is. `read` is the id of the answer that this one takes the place of; none for the first."""

    status: Status
    reason: str = Field("", max_length=500, pattern=_STORABLE)
    tracking_id: str = Field("", max_length=80, pattern=_STORABLE)
    note: str = Field("", max_length=2000, pattern=_STORABLE)
    told_to: Literal["team", "members"] = "team"
    read: Key | None = None


class AnswerOut(Schema):
    """What was said last."""

    id: str
    status: str
    reason: str
    tracking_id: str
    note: str
    told_to: str
    said_at: datetime


class ProductOut(Schema):
    """One of your products; `answer` is null while nothing was said, which is not “not affected”."""

    product: str
    name: str
    builds_on: str
    organisation: str
    answer: AnswerOut | None


@router.get("/advisories/{int:number}/readiness", response=list[ProductOut], summary="Your products' readiness")
def readiness(request: TokenRequest, number: int) -> list[dict[str, Any]]:
    """Every product of yours with what was last said of it on this advisory."""
    holding.one_of(request.user, number)
    mine = Organisation.objects.spoken_for_by(request.user)
    products = Product.objects.visible_to(request.user).current().filter(organisation__in=mine)
    standing = Readiness.objects.visible_to(request.user).standing().filter(advisory__number=number)
    said = {one.product_id: one for one in standing}
    return [_said(one, said.get(one.pk)) for one in products.select_related("organisation")]


@router.put(
    "/advisories/{int:number}/readiness/{int:product}",
    response=ProductOut, auth=Bearer(Scope.ANSWER), summary="Say how far a product is",
)  # fmt: skip
def say(request: TokenRequest, number: int, product: int, answer: AnswerIn) -> dict[str, Any]:
    """Put an answer in the place of the one that you read; 409 where somebody answered meanwhile."""
    revision = answering.held(request.user, number)
    contact = request.auth.contact
    at = contact.organisation_id if contact else None
    own = Product.objects.visible_to(request.user).current().filter(organisation=at)
    found = own.select_related("organisation").filter(pk=product).first()
    if revision is None or found is None:
        raise missing()
    told = Told(
        ReadinessStatus(answer.status), answer.reason, answer.tracking_id, answer.note, NoteAudience(answer.told_to)
    )
    try:
        made = answering.say(
            revision.advisory_id, found, told, read=int(answer.read) if answer.read else None, by=request.user
        )
    except SaysNothing as refusal:
        raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, str(refusal)) from None
    except StaleReadiness as stale:
        now = f" Its id is {stale.standing.pk}." if stale.standing else ""
        raise Problem(HTTPStatus.CONFLICT, f"Somebody answered meanwhile; read that answer first.{now}") from None
    except NotTheirsToAnswer:
        raise Problem(HTTPStatus.FORBIDDEN, "Whoever made this token may not answer for the organisation.") from None
    return _said(found, made)


def _said(product: Product, said: Readiness | None) -> dict[str, Any]:
    names = ("status", "reason", "tracking_id", "note", "told_to", "said_at")
    answer = {"id": str(said.pk), **{name: getattr(said, name) for name in names}} if said else None
    return {
        "product": str(product.pk),
        "name": product.name,
        "builds_on": product.builds_on,
        "organisation": str(product.organisation),
        "answer": answer,
    }
