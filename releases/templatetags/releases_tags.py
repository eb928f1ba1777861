"""An advisory's page shows its series through these, so that advisories never import releases."""

from typing import Any

from django import template

from advisories.access import may_upload_to, may_write_advisories
from advisories.highlighting import visible
from advisories.models import Advisory, Report, Revision
from releases.board import outlook
from releases.board.grid import grids_of, series_of
from releases.evidence.held import verdicts_for
from releases.finders.for_the_team import finders_of
from releases.finders.reading import glance_of
from releases.models import Tree

register = template.Library()


@register.inclusion_tag("releases/_series_of_advisory.html", takes_context=True)
def series_of_advisory(context: dict[str, Any], advisory: Advisory) -> dict[str, Any]:
    """The series that the viewer may read, each with its verdicts, and the way to upload another."""
    viewer = context["request"].user
    grids = grids_of(series_of(advisory.pk, viewer), viewer)
    may_upload = may_upload_to(viewer, advisory) and not advisory.has_ended
    return {"advisory": advisory, "grids": grids, "may_upload": may_upload}


@register.inclusion_tag("releases/_fix_for_finders.html", takes_context=True)
def fix_for_finders(context: dict[str, Any], advisory: Advisory) -> dict[str, Any]:
    """With which finders the fix is shared, and what they say of it: for those who write the advisory."""
    viewer = context["request"].user
    is_theirs = may_write_advisories(viewer)
    finders = finders_of(advisory, viewer) if is_theirs else ()
    return {"advisory": advisory, "finders": finders, "is_theirs": is_theirs}


@register.inclusion_tag("releases/_fix_for_finder.html")
def fix_for_finder(report: Report, token: str) -> dict[str, Any]:
    """The way to the fix on a finder's page; that there is nothing to check yet."""
    return {"glance": glance_of(report), "token": token, "has_address": bool(report.finder.address)}


@register.inclusion_tag("releases/_verdicts_for_member.html", takes_context=True)
def verdicts_for_member(context: dict[str, Any], revision: Revision) -> dict[str, Any]:
    """How exactly the patches of a revision fared on each branch, for a member who holds it."""
    return {"verdicts": verdicts_for(context["request"].user, revision)}


@register.filter(name="visible")
def written_out(text: str) -> str:
    """Characters that deceive the eye, written out."""
    return visible(text)


@register.filter
def stands(tree: Tree) -> str:
    """Where a tree's mirror stands, in one word."""
    return outlook.stands(tree)


@register.filter
def short(commit: str) -> str:
    """An object id as people write it: twelve digits."""
    return commit[:12]
