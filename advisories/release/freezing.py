"""Freezing a revision: the draft and its fixes as they are now become v1, v2, …, which nobody can change."""

from django.db import transaction

from accounts.models import User
from advisories import content
from advisories.content import Fixes
from advisories.models import Advisory, Event, Reissue, Revision, RevisionPatch, SignedText
from advisories.release.batching import Audience
from advisories.writing import drafting


class NothingChanged(Exception):
    """The draft says what its last revision says; another number would tell people to read the same again."""


class NeedsReason(Exception):
    """Whoever holds a revision is told why there is another."""


@transaction.atomic
def freeze(
    advisory: Advisory,
    fixes: Fixes,
    *,
    audience: Audience,
    by: User | None,
    reason: Reissue = Reissue.FIRST,
    changes: str = "",
) -> Revision:
    """Give the advisory its next revision. Raises `NothingChanged`, and `NeedsReason` from v2 on."""
    locked = Advisory.objects.select_for_update(no_key=True).get(pk=advisory.pk)
    last = Revision.objects.filter(advisory=locked).order_by("-number").first()
    frozen = content.frozen(drafting.content_of(locked), fixes)
    if last is not None and is_current(last, frozen):
        raise NothingChanged(f"{locked} says what {last} says")
    if last is not None and (reason == Reissue.FIRST or not changes.strip()):
        raise NeedsReason(f"{locked} has {last} already: say why there is another, and what changed")
    revision = Revision.objects.create(
        advisory=locked,
        number=last.number + 1 if last else 1,
        audience=audience,
        content=frozen,
        content_sha256=content.digest_of(frozen),
        reason=reason if last else Reissue.FIRST,
        changes=changes.strip(),
        frozen_by=by,
    )
    RevisionPatch.objects.bulk_create(
        RevisionPatch(
            revision=revision, position=place, file_name=patch.file_name, content=patch.content, sha256=patch.sha256
        )
        for place, patch in enumerate(fixes.patches)
    )
    SignedText.objects.create(revision=revision)
    Event.objects.record(
        locked,
        kind="revision-frozen",
        by=by,
        detail={"revision": revision.number, "sha256": revision.content_sha256, "reason": str(revision.reason)},
    )
    return revision


def is_current(revision: Revision, frozen: dict[str, object]) -> bool:
    """Whether a revision says what a draft, frozen now, would say; verdicts may have moved on."""
    return content.digest_of(content.said_by(revision.content)) == content.digest_of(content.said_by(frozen))
