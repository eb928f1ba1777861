"""Puts beside the texts what the team has decided: severity, identifiers, affected versions, tags, credits."""

from typing import Any

from accounts.models import User
from advisories.lifecycle import SHOWN_TO_READERS, State
from advisories.models import Advisory, Affected, Identifier, Tag, Vector
from advisories.models.identifier import Standing
from advisories.writing import describing
from advisories.writing.describing import Lines
from demo.scenario_details import DETAILS
from demo.scenario_values import TREE


def load_details(advisory: Advisory, *, by: User) -> None:
    """What one advisory has; nothing where nothing is decided yet."""
    told = DETAILS.get(advisory.number)
    if told is None:
        return
    Advisory.objects.filter(pk=advisory.pk).update(credits=told.credits)
    advisory.refresh_from_db()
    _put(advisory, Vector, [{"vector": told.vector, "source": "the security team"}], by)
    _put(advisory, Tag, [{"word": word} for word in sorted(told.tags)], by)
    affected = [
        {"tree": TREE, "ranges": ranges, "status": status, "condition_on": None, "condition_needs": ""}
        for ranges, status in told.affected
    ]
    _put(advisory, Affected, affected, by)
    if told.cve:
        is_out = State(advisory.state) in SHOWN_TO_READERS
        standing = Standing.PUBLISHED if is_out else Standing.ASSIGNED
        named = {"scheme": "CVE", "value": told.cve, "state": standing, "replaced_by": "", "shared_because": ""}
        _put(advisory, Identifier, [named], by)


def _put(advisory: Advisory, lines: Lines, told: list[dict[str, Any]], by: User) -> None:
    describing.replace(advisory, lines, told, read_version=describing.version_of(advisory, lines), by=by)
