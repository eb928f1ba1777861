"""One advisory as those who work on it see it: everything its page shows, asked through the viewer."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Viewer
from advisories.access import may_comment_on, may_write_advisories
from advisories.affected import Status
from advisories.lifecycle import State
from advisories.markdown import TooMuchMarkdown, render
from advisories.models import (
    Advisory,
    Affected,
    BatchEntry,
    Comment,
    CommentFile,
    Event,
    Finder,
    Identifier,
    Permission,
    Report,
    Revision,
    Seat,
    Tag,
    Tick,
    Vector,
)
from advisories.release import ticking
from advisories.sections import Audience
from advisories.steps import steps_from
from advisories.timeline import timeline_of
from advisories.writing.showing import by_tree, rendered
from advisories.writing.stepping import lacks_of

MERGED_INTO = "Merged into"


@dataclass(frozen=True, slots=True)
class ShownComment:
    """A comment with its text as HTML; a retracted one has neither text nor files."""

    comment: Comment
    html: str
    files: tuple[CommentFile, ...]
    may_retract: bool


@dataclass(frozen=True, slots=True)
class Kin:
    """Another advisory that this one has to do with."""

    words: str
    other: Advisory


def workspace_of(advisory: Advisory, viewer: Viewer) -> dict[str, Any]:
    """What the page shows `viewer`, who works on `advisory`; the number of queries doesn't grow with what there is."""
    writes = may_write_advisories(viewer)
    ticks = list(Tick.objects.visible_to(viewer).filter(advisory=advisory).select_related("by"))
    kind = ticking.kind_for(advisory)
    lines = ticking.lines_of(kind, ticks)
    affected = list(Affected.objects.visible_to(viewer).filter(advisory=advisory))
    kin = kin_of(advisory, viewer)
    lacks = lacks_of(advisory, affected) if writes else ()
    return {
        "advisory": advisory,
        "may_write": writes,
        "may_change": writes and not advisory.has_ended,
        "may_comment": may_comment_on(viewer, advisory),
        "sections": rendered(advisory.texts, Audience.MEMBER),
        "steps": [step for step in steps_from(State(advisory.state)) if not lacks or step.target != State.READY]
        if writes
        else (),
        "lacks": lacks,
        "doubts": doubts_of(advisory, affected, viewer) if writes and not advisory.has_ended else (),
        "vectors": list(Vector.objects.visible_to(viewer).filter(advisory=advisory)),
        "permissions": list(Permission.objects.visible_to(viewer).filter(advisory=advisory)),
        "identifiers": list(Identifier.objects.visible_to(viewer).filter(advisory=advisory)),
        "tags": list(Tag.objects.visible_to(viewer).filter(advisory=advisory)),
        "trees": by_tree(affected),
        "kind": kind,
        "checklist": lines,
        "done": sum(line.tick is not None for line in lines),
        "seats": list(Seat.objects.on(advisory)),
        "reports": list(
            Report.objects.visible_to(viewer)
            .filter(Q(advisory=advisory) | Q(duplicate_of__advisory=advisory))
            .select_related("finder", "duplicate_of")
            .order_by("received_at", "pk")
        ),
        "comments": comments_of(advisory, viewer, writes=writes),
        "moments": timeline_of(Event.objects.visible_to(viewer).about(advisory), with_addresses=writes),
        "kin": kin,
        "merged_into": next((one.other for one in kin if one.words == MERGED_INTO), None),
        "entry": BatchEntry.objects.visible_to(viewer)
        .current()
        .filter(advisory=advisory)
        .select_related("batch")
        .first(),
        "revisions": list(
            Revision.objects.visible_to(viewer)
            .filter(advisory=advisory)
            .select_related("advisory")
            .defer("content")
            .order_by("-number")
        ),
    }


def comments_of(advisory: Advisory, viewer: Viewer, *, writes: bool) -> list[ShownComment]:
    """The thread that `viewer` may read, oldest first."""
    return shown(Comment.objects.visible_to(viewer).filter(advisory=advisory), viewer, writes=writes)


def shown(comments: QuerySet[Comment], viewer: Viewer, *, writes: bool = False) -> list[ShownComment]:
    """Comments that were fetched through the viewer, with their files; whoever writes advisories retracts any."""
    rows = list(comments.select_related("by", "retracted_by", "organisation"))
    files: dict[int, list[CommentFile]] = {}
    for file in CommentFile.objects.visible_to(viewer).filter(comment__in=[row.pk for row in rows]).defer("content"):
        files.setdefault(file.comment_id, []).append(file)
    return [
        ShownComment(
            comment=row,
            html="" if row.retracted_at else _html(row.text),
            files=tuple(files.get(row.pk, ())),
            may_retract=row.retracted_at is None and (writes or row.by_id == viewer.pk),
        )
        for row in rows
    ]


def kin_of(advisory: Advisory, viewer: Viewer) -> list[Kin]:
    """Advisories that this one was merged into, split from and so on, where `viewer` may read them too."""
    away = {MERGED_INTO: advisory.merged_into_id, "Split from": advisory.split_from_id}
    away["Superseded by"] = advisory.superseded_by_id
    related = Q(pk__in=[pk for pk in away.values() if pk is not None])
    related |= Q(merged_into=advisory) | Q(split_from=advisory) | Q(superseded_by=advisory)
    found = list(Advisory.objects.visible_to(viewer).titled_for(viewer).filter(related).order_by("number"))
    to = [Kin(words, other) for words, pk in away.items() for other in found if other.pk == pk]
    back = {"Took in": "merged_into_id", "Split into": "split_from_id", "Supersedes": "superseded_by_id"}
    return to + [
        Kin(words, other) for words, name in back.items() for other in found if getattr(other, name) == advisory.pk
    ]


def doubts_of(advisory: Advisory, affected: list[Affected], viewer: Viewer) -> tuple[str, ...]:
    """What a revision would tell too much of, or say too little about."""
    named = [row.condition_on_id for row in affected if row.condition_on_id is not None]
    hidden = Advisory.objects.visible_to(viewer).embargoed().filter(pk__in=named)
    told = [f"The condition on {other} would tell readers of it: that one is not public." for other in hidden]
    if any(row.status == Status.UNKNOWN for row in affected):
        told.append("Of some versions it isn't known whether they are affected.")
    if not advisory.credits.strip() and not Finder.objects.credited_on(advisory).exists():
        told.append("Nobody is credited: link the report, or say in the section on credits who found it.")
    return tuple(told)


def _html(text: str) -> str:
    try:
        return render(text)
    except TooMuchMarkdown:
        return ""
