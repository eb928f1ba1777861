"""From rows to what a letter to members says; made the same way for sending and for looking at beforehand."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Q
from django.urls import reverse

from advisories import permissions
from advisories.models import Advisory, Delivery, Membership, Revision, RevisionPatch, Tiding, What
from advisories.models.delivery import TO_EVERYONE
from advisories.openpgp.encrypting import Content, Enclosure
from advisories.policies import current_policy
from advisories.policy import Announced
from advisories.predisclosure import wording
from advisories.predisclosure.wording import Difference, News
from advisories.writing import differences
from advisories.writing.differences import HeldPatch

_NO_DATE = frozenset({What.CANCELLED})


@dataclass(frozen=True, slots=True)
class Held:
    """What a member was sent before of one advisory: the newest revision that left, or none."""

    revision: Revision | None


def held_before(tiding: Tiding, membership: Membership) -> Held:
    """The newest revision of the advisory that a mail server took for this organisation, or one merged into it."""
    own = Q(membership__organisation=membership.organisation_id)
    merged = Q(membership__organisation__merged_into=membership.organisation_id)
    sent = Delivery.objects.filter(own | merged).gone().filter(
        tiding__advisory=tiding.advisory_id, tiding__revision__isnull=False
    )  # fmt: skip
    if tiding.pk is not None:
        sent = sent.filter(tiding__lt=tiding.pk)
    last = sent.select_related("tiding__revision").order_by("-tiding__revision__number").first()
    return Held(last.tiding.revision if last else None)


def news_of(tiding: Tiding, held: Held) -> News:
    """What there is to tell, for those who were sent `held` before."""
    advisory, revision = tiding.advisory, tiding.revision
    is_public = tiding.what in TO_EVERYONE
    planned_at = None if tiding.what in _NO_DATE else tiding.planned_at
    shown = revision or held.revision
    is_new = revision is not None and (held.revision is None or held.revision.pk != revision.pk)
    policy = current_policy()
    return News(
        label=advisory.label,
        title=str(shown.content["title"]) if shown else "",
        happened=str(What(tiding.what).label),
        reason=tiding.reason or (revision.changes if revision and is_new else ""),
        planned_at=planned_at,
        is_public=is_public,
        version=revision.number if revision else None,
        parts=differences.parts_of(revision.content) if revision and is_new else (),
        difference=_difference(held.revision, revision) if revision and held.revision and is_new else None,
        files=tuple((one.file_name, one.sha256) for one in _patches(revision)) if revision and is_new else (),
        public_facts=()
        if is_public
        else permissions.public_facts(
            advisory.label,
            planned_at,
            numbers=Announced.NUMBERS in policy.announced,
            dates=Announced.DATES in policy.announced,
        ),
        page=page_of(advisory),
    )


def content_of(tiding: Tiding, news: News) -> Content:
    """The letter's inside: text, subject and files."""
    files = _patches(tiding.revision) if tiding.revision and news.files else ()
    return Content(
        text=wording.text(news, settings.PROJECT_NAME),
        enclosures=tuple(Enclosure(one.file_name, bytes(one.content)) for one in files),
        subject=f"[{settings.ADVISORY_PREFIX}] {news.subject}",
    )


def bare_content() -> Content:
    """For a member that cannot be written to in secret."""
    return Content(text=wording.notice(f"{settings.SITE_URL}{reverse('members:desk')}", settings.PROJECT_NAME))


def page_of(advisory: Advisory) -> str:
    """Where a member reads it and says that it has arrived."""
    return f"{settings.SITE_URL}{reverse('members:advisory', args=[advisory.number])}"


def _difference(old: Revision, new: Revision) -> Difference:
    return Difference(
        old.number,
        differences.of_texts(old.content, new.content),
        differences.of_patches(_held_patches(old), _held_patches(new)),
    )


def _held_patches(revision: Revision) -> list[HeldPatch]:
    return [
        HeldPatch(one.file_name, one.sha256, bytes(one.content).decode("utf-8", "replace"))
        for one in _patches(revision)
    ]


def _patches(revision: Revision | None) -> Iterable[RevisionPatch]:
    return RevisionPatch.objects.filter(revision=revision).order_by("position")
