"""The thread of those who work on an advisory, and of members: comments are written and retracted, never edited."""

from collections.abc import Sequence

from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from accounts.models import Role, TeamSeat, User
from advisories.models import (
    About,
    Advisory,
    Comment,
    CommentAudience,
    CommentFile,
    Contact,
    Delivery,
    Event,
    Membership,
    Organisation,
)
from advisories.notifying import notify

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
    for person in _readers(comment):
        notify(person, advisory, About.POST, but=by)
    detail = {"comment": str(comment.pk), "audience": audience.value, "files": len(files)}
    Event.objects.record(advisory, kind="comment-written", by=by, detail=detail)
    return comment


def _readers(comment: Comment) -> QuerySet[User]:
    """Whom a notice goes to: who reads it besides the one who wrote it. The team hears of what others write."""
    audience = CommentAudience(comment.audience)
    team = TeamSeat.objects.current().filter(role__in=[Role.SECURITY, Role.COORDINATOR])
    seated = comment.advisory.seats.current() if audience in (CommentAudience.SEATS, CommentAudience.MEMBERS) else None
    is_from_outside = not team.filter(user=comment.by).exists()
    found = Q(pk__in=team.values("user")) if is_from_outside else Q(pk__in=[])
    if seated is not None:
        found |= Q(pk__in=seated.values("user"))
    if audience in (CommentAudience.MEMBERS, CommentAudience.MEMBER):
        holding = Delivery.objects.filter(tiding__advisory=comment.advisory_id, tiding__revision__isnull=False)
        contacts = Contact.objects.current().filter(
            organisation__in=Membership.objects.active().values("organisation"),
        )
        told = Q(organisation__in=holding.values("membership__organisation"))
        told |= Q(organisation__in=holding.values("membership__organisation__merged_into"))
        if audience is CommentAudience.MEMBER:
            told = Q(organisation=comment.organisation_id)
        found |= Q(pk__in=contacts.filter(told).values("user"))
    return User.objects.filter(found, is_active=True)


@transaction.atomic
def retract(comment: Comment, *, by: User) -> bool:
    """Take a comment and its files off the page for everyone; its place stays. False where that was done already."""
    standing = Comment.objects.filter(pk=comment.pk, retracted_at__isnull=True)
    if not standing.update(retracted_at=Now(), retracted_by=by):
        return False
    Event.objects.record(comment.advisory, kind="comment-retracted", by=by, detail={"comment": str(comment.pk)})
    return True
