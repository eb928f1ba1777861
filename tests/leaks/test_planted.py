"""The crawl finds what it is meant to find: leaks are planted one after the other, and each has to show."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import F, QuerySet

from advisories.models.advisory import AdvisoryQuerySet
from advisories.models.embargo import EmbargoQuerySet, ProposalQuerySet
from advisories.models.publication import PublicationQuerySet
from releases.models.check import CheckQuerySet
from releases.models.series import PatchQuerySet, SeriesRevisionQuerySet, UploadQuerySet
from tests.leaks.crawl import Crawl
from tests.leaks.world import World


def everything(rows: QuerySet[Any], viewer: object) -> QuerySet[Any]:
    return rows.all()


PLANTED: list[tuple[type, str, Callable[..., Any]]] = [
    (AdvisoryQuerySet, "visible_to", everything),
    (AdvisoryQuerySet, "public", lambda rows: rows.all()),
    (AdvisoryQuerySet, "known_to", everything),
    (AdvisoryQuerySet, "worked_on_by", everything),
    (AdvisoryQuerySet, "titled_for", lambda rows, viewer: rows.annotate(told_title=F("title"))),
    (PublicationQuerySet, "live", lambda rows: rows.all()),
    (EmbargoQuerySet, "told_to_finder", everything),
    (ProposalQuerySet, "told_to_finder", everything),
    (SeriesRevisionQuerySet, "visible_to", everything),
    (PatchQuerySet, "visible_to", everything),
    (UploadQuerySet, "visible_to", everything),
    (CheckQuerySet, "visible_to", everything),
]


pytestmark = pytest.mark.timeout(900)


def test_each_planted_leak_is_found(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not found(world)
    for where, name, leak in PLANTED:
        with monkeypatch.context() as planted:
            planted.setattr(where, name, leak)
            assert found(world), f"{where.__name__}.{name}"


def found(world: World) -> list[str]:
    """What a quick crawl finds: every address once, by a stranger and by the guest of another advisory."""
    crawl = Crawl(world)
    for who in ("anonymous", "guest of another"):
        crawl.glance(who)
    return crawl.found
