"""The thread of those who work on an advisory, and of members: comments are written and retracted, never edited."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from advisories.models import Advisory, Comment, CommentAudience, CommentFile, Event, Organisation

Files = Sequence[tuple[str, bytes]]


@transaction.atomic
def write(
    advisory: Advisory, text: str, files: Files = (), *, audience: CommentAudience, by: User,
    organisation: Organisation | None = None,
) -> Comment:  # fmt: skip
    """Keep a comment with its files, byte for byte. `organisation` is the member that it is written for or to."""
    comment = Comment.objects.create(
        advisory=advisory, text=text, audience=audience.value, by=by, organisation=organisation
    )
    CommentFile.objects.bulk_create(
        CommentFile(comment=comment, **CommentFile.values_of(name, content, position))
        for position, (name, content) in enumerate(files, start=1)
    )
    detail = {"comment": comment.pk, "audience": audience.value, "files": len(files)}
    Event.objects.record(advisory, kind="comment-written", by=by, detail=detail)
    return comment


@transaction.atomic
def retract(comment: Comment, *, by: User) -> bool:
    """Take a comment and its files off the page for everyone; its place stays. False where that was done already."""
    standing = Comment.objects.filter(pk=comment.pk, retracted_at__isnull=True)
    if not standing.update(retracted_at=Now(), retracted_by=by):
        return False
    Event.objects.record(comment.advisory, kind="comment-retracted", by=by, detail={"comment": comment.pk})
    return True
