"""Advisories that members were told of, as the tests of this room need them."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Role
from advisories.content import Fixes
from advisories.lifecycle import State
from advisories.models import Advisory, Batch, Reissue, Revision, Tiding, What
from advisories.release import freezing, scheduling, tidings
from advisories.release.batching import Audience, BatchState
from advisories.writing import drafting
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory, make_user


def tell(advisory: Advisory, what: What, revision: Revision | None = None, batch: Batch | None = None) -> Tiding:
    """Tell members, as the step itself would."""
    with transaction.atomic():
        return tidings.tell(advisory, what, Audience.MEMBERS, revision=revision, batch=batch)


def make_batch(*advisories: Advisory, days: float = 10) -> Batch:
    """A release that members were told of."""
    batch = scheduling.plan(advisories, timezone.now() + timedelta(days=days), by=None, name="")
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.PREDISCLOSED, was_predisclosed=True, turn=1)
    batch.refresh_from_db()
    return batch


def predisclosed(
    advisory: Advisory | None = None, *, batch: Batch | None = None, fixes: Fixes | None = None, **fields: Any
) -> Advisory:
    """An advisory, by default another one, that every active member was told of."""
    values: dict[str, Any] = {"state": State.PREDISCLOSED, "description": "Too many pages."} | fields
    advisory = advisory or make_advisory(**values)
    revision = freezing.freeze(advisory, fixes or fixes_of(advisory), audience=Audience.MEMBERS, by=None)
    tell(advisory, What.PREDISCLOSED, revision, batch)
    return advisory


def retitled(advisory: Advisory, title: str = "Another title") -> Revision:
    """Its next revision, of which nobody has been told yet."""
    advisory.refresh_from_db()
    return _kept(advisory, {"title": title})


def revised(advisory: Advisory, text: str = "Far too many pages.", batch: Batch | None = None) -> Revision:
    """Its next revision, told to those who hold it."""
    advisory.refresh_from_db()
    revision = _kept(advisory, {"description": text})
    tell(advisory, What.REVISED, revision, batch)
    return revision


def _kept(advisory: Advisory, typed: dict[str, str]) -> Revision:
    drafting.keep_text(advisory, typed, read_version=advisory.text_version, by=make_user("", Role.SECURITY))
    return freezing.freeze(
        advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=None, reason=Reissue.TEXT, changes="It says more."
    )
