"""What each member would get of a release, made by the code that sends it, and sent to nobody."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from advisories.models import Advisory, Batch, Delivery, KeptFrom, Membership, MembershipState, Revision, Tiding, What
from advisories.openpgp import team
from advisories.predisclosure import letters, promising, writing

_PLACEHOLDER = "0" * 24
"""Stands for the random part of ids that are made when a letter is promised."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """One member that would be told."""

    pk: int
    """Of the membership."""
    name: str
    address: str
    keys: tuple[str, ...]
    """Fingerprints that it would be encrypted to."""
    refused: tuple[tuple[str, str], ...]
    """Keys that can't be used, and why."""
    untold_of: tuple[str, ...]
    """Labels of what in this release they would not be told of."""

    gets_notice: bool
    """No more than a notice to sign in."""


@dataclass(frozen=True, slots=True)
class LetterShown:
    """One letter: what every machine on the way reads, and what is inside."""

    label: str
    outside: tuple[tuple[str, str], ...]
    text: str
    subject: str
    files: tuple[tuple[str, int], ...]
    """Names and sizes in bytes."""


@dataclass(frozen=True, slots=True)
class Preview:
    """Everything of one batch."""

    what: str
    recipients: tuple[Recipient, ...]
    left_out: tuple[tuple[str, str], ...]
    """Members that would be told nothing, and why."""
    without_revision: tuple[Advisory, ...]
    trouble: str
    """Why no letter could leave now; empty where they could."""

    @property
    def encrypted(self) -> int:
        """How many members would get everything by mail."""
        return sum(not one.gets_notice for one in self.recipients)


def preview(batch: Batch, at: datetime | None = None) -> Preview:
    """Who would be told next of this release, and who not."""
    at = at or timezone.now()
    tidings = {advisory: _next(batch, advisory) for advisory in batch.members}
    told: dict[int, Membership] = {}
    of: dict[int, list[str]] = {}
    for advisory, tiding in tidings.items():
        if tiding is not None:
            for membership in promising.recipients_of(tiding).select_related("organisation"):
                told[membership.pk] = membership
                of.setdefault(membership.pk, []).append(advisory.label)
    labels = [advisory.label for advisory, tiding in tidings.items() if tiding is not None]
    keys = letters.keys_of_each(told.values(), at)
    found = [_recipient(one, keys[one.pk], labels, of[one.pk]) for one in told.values()]
    return Preview(
        what=str(_what(batch).label),
        recipients=tuple(sorted(found, key=lambda one: one.name.lower())),
        left_out=tuple(_left_out(batch, told)),
        without_revision=tuple(advisory for advisory, tiding in tidings.items() if tiding is None),
        trouble=_trouble(at),
    )


def letters_for(batch: Batch, membership: Membership) -> list[LetterShown]:
    """What one member would get, advisory by advisory."""
    return list(_letters(batch, membership))


def _letters(batch: Batch, membership: Membership) -> Iterator[LetterShown]:
    has_keys = bool(letters.keys_of(membership, timezone.now()).usable)
    for advisory in batch.members:
        tiding = _next(batch, advisory)
        if tiding is None or not promising.recipients_of(tiding).filter(pk=membership.pk).exists():
            continue
        if has_keys and _signs():
            content = writing.content_of(tiding, writing.news_of(tiding, writing.held_before(tiding, membership)))
        else:
            content = writing.bare_content()
        domain = settings.MAIL_ADDRESS.rpartition("@")[2]
        delivery = Delivery(tiding=tiding, membership=membership, header_id=f"<{_PLACEHOLDER}@{domain}>")
        yield LetterShown(
            label=advisory.label,
            outside=letters.headers_of(letters.envelope_of(delivery, tiding)),
            text=content.text,
            subject=content.subject,
            files=tuple((one.name, len(one.content)) for one in content.enclosures),
        )


def _what(batch: Batch) -> What:
    if batch.is_reissue:
        return What.REISSUED
    return What.PUBLISHED if batch.was_predisclosed or batch.is_at_once else What.PREDISCLOSED


def _next(batch: Batch, advisory: Advisory) -> Tiding | None:
    """The row that the next step would make, not kept; None where nothing is frozen."""
    revision = Revision.objects.filter(advisory=advisory).order_by("-number").first()
    if revision is None:
        return None
    return Tiding(
        what=_what(batch), audience="pre-disclosure members", advisory=advisory, revision=revision, batch=batch,
        planned_at=batch.planned_at, made_at=timezone.now(),
    )  # fmt: skip


def _recipient(membership: Membership, keys: letters.MembersKeys, labels: list[str], told_of: list[str]) -> Recipient:
    return Recipient(
        pk=membership.pk,
        name=membership.organisation.name,
        address=membership.role_address,
        keys=tuple(one.fingerprint for one in keys.usable),
        refused=keys.refused,
        untold_of=tuple(label for label in labels if label not in told_of),
        gets_notice=not keys.usable or not _signs(),
    )


def _left_out(batch: Batch, told: Iterable[int]) -> Iterator[tuple[str, str]]:
    known = set(told)
    kept = {one.organisation_id: one.reason for one in KeptFrom.objects.filter(advisory__in=batch.members)}
    for membership in Membership.objects.on_the_list().select_related("organisation").order_by("organisation__name"):
        if membership.pk in known:
            continue
        if membership.state == MembershipState.SUSPENDED:
            yield membership.organisation.name, f"Suspended: {membership.reason}"
        elif membership.organisation_id in kept:
            yield membership.organisation.name, f"Kept from them: {kept[membership.organisation_id]}"
        else:
            yield membership.organisation.name, "They were not told before."


def _trouble(at: datetime) -> str:
    if not _signs():
        return "The team has no signing key: every member would get a bare notice to sign in."
    return team.team_key(at).trouble


def _signs() -> bool:
    return team.signs_here() or settings.TEAM_CERTIFICATE_FILE is not None
