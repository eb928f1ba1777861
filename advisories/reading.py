"""One advisory as readers see it: what was published of it, and never a draft."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from accounts.access import Viewer
from advisories.affected import Condition, Needs, Statement, Status
from advisories.models import Advisory, Publication
from advisories.models.identifier import Standing
from advisories.sections import Audience
from advisories.severity import Severity, rate
from advisories.showing import TreeLines, rendered
from advisories.versions import parse_ranges


@dataclass(frozen=True, slots=True)
class PublishedVector:
    """A score with whoever gave it."""

    severity: Severity
    source: str


@dataclass(frozen=True, slots=True)
class PublishedIdentifier:
    """A name with where it stood when it was published."""

    value: str
    state: str
    replaced_by: str

    def __str__(self) -> str:
        return self.value

    @property
    def get_state_display(self) -> str:
        """The state as people read it."""
        return str(Standing(self.state).label)


def published_of(advisory: Advisory, viewer: Viewer) -> dict[str, Any] | None:
    """What the page of `advisory` shows a reader; None where nothing of it is out."""
    publication = Publication.objects.visible_to(viewer).current().filter(advisory=advisory).first()
    if publication is None:
        return None
    content = publication.content
    return {
        "publication": publication,
        "title": publication.title,
        "sections": rendered(content["sections"], Audience.READER),
        "vectors": [PublishedVector(rate(one["vector"]), one["source"]) for one in content["severities"]],
        "identifiers": [
            PublishedIdentifier(one["value"], one["state"], one["replaced_by"]) for one in content["identifiers"]
        ],
        "trees": _trees(content["affected"], viewer),
    }


def _trees(lines: Sequence[Mapping[str, Any]], viewer: Viewer) -> list[TreeLines]:
    """What is said of versions, tree by tree; a condition on what the viewer may not know reads as unknown."""
    named = {line["condition"]["advisory"] for line in lines if line["condition"]}
    known = set(Advisory.objects.visible_to(viewer).filter(number__in=named).values_list("number", flat=True))
    trees: dict[str, list[Statement]] = {}
    for line in lines:
        trees.setdefault(line["tree"], []).append(_statement(line, known))
    return [TreeLines(tree, tuple(statements)) for tree, statements in trees.items()]


def _statement(line: Mapping[str, Any], known: set[int]) -> Statement:
    ranges, told = parse_ranges(line["ranges"]), line["condition"]
    if told is None:
        return Statement(Status(line["status"]), ranges)
    if told["advisory"] not in known:
        return Statement(Status.UNKNOWN, ranges)
    return Statement(Status(line["status"]), ranges, Condition(told["advisory"], Needs(told["needs"])))
