"""Bringing one advisory in: all its versions, publications and its draft in one transaction with its event."""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now

from advisories import content, texts
from advisories.formats.openpgp import Verified
from advisories.formats.record import Record
from advisories.importing import contents
from advisories.importing.contents import Known
from advisories.importing.weighing import Dated, Step, weigh_again
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Event,
    Identifier,
    ImportedNumber,
    ImportRun,
    Origin,
    Outcome,
    Publication,
    Reissue,
    Revision,
    RevisionPatch,
    SignedText,
    Standing,
    TextVersion,
)
from advisories.models.importing import WRITES
from advisories.plain_text import printable
from advisories.release.batching import Audience
from advisories.writing import drafting

Also = Callable[[Advisory, Record], None]
"""What is done with an advisory's newest version in the same transaction, such as making series of its patches."""

_LISTED_AS_UNUSED = "The index that came with the archive lists this number as unused."
_NO_REASON = "The text that came with the archive doesn't say why."


def carry_out(step: Step, run: ImportRun, known: Known, also: Also = lambda advisory, record: None) -> ImportedNumber:
    """Do one step, or leave everything as it was; what came of it is kept as a row of `run`. Safe to call again."""
    try:
        with transaction.atomic():
            # Whoever is at work on it is through first, and nothing is hung on it between the weighing and the writing.
            list(Advisory.objects.select_for_update().filter(number=step.number).values_list("pk"))
            return _carried_out(weigh_again(step) if step.outcome in WRITES else step, run, known, also)
    except IntegrityError:
        why = "the database refuses it: somebody may have taken the number or changed it in this very moment"
        return _keep(run, Step(step.number, Outcome.REFUSED, why))


def _carried_out(step: Step, run: ImportRun, known: Known, also: Also) -> ImportedNumber:
    if step.outcome not in WRITES:
        return _keep(run, step)
    if step.outcome == Outcome.UNUSED:
        advisory = Advisory.objects.create(
            number=step.number, title="Unused number", state=State.UNUSED, ended_because=_LISTED_AS_UNUSED
        )
    elif step.outcome == Outcome.MADE:
        advisory = _made(step)
    else:
        advisory = Advisory.objects.get(number=step.number)
    here = list(Revision.objects.filter(advisory=advisory).order_by("number").values_list("number", flat=True))
    newest = step.bring[-1].found.record if step.bring else None
    is_newer = newest is not None and (not here or newest.version > here[-1])
    if step.outcome == Outcome.EXTENDED:
        is_earlier = not here or step.versions[0] < here[0]
        _redraft(advisory, step.bring[-1] if is_newer else None, step.bring[0].public_at if is_earlier else None)
    for dated in step.bring:
        _bring(dated, _earlier(dated, step, advisory), advisory, run, known)
    if newest is not None and is_newer:
        _replace_identifiers(advisory, newest)
        also(advisory, newest)
    detail = {"run": run.pk, "versions": step.versions, "state": str(advisory.state)}
    event = Event.objects.record(advisory, kind="advisory-imported", by=None, detail=detail)
    return _keep(run, step, advisory, last_event=event.pk)


def _keep(run: ImportRun, step: Step, advisory: Advisory | None = None, *, last_event: int = 0) -> ImportedNumber:
    return ImportedNumber.objects.create(
        run=run,
        number=step.number,
        advisory=advisory,
        outcome=step.outcome,
        versions=step.versions if advisory else [],
        last_event=last_event,
        why=step.why,
    )


def _made(step: Step) -> Advisory:
    first, newest = step.bring[0], step.bring[-1]
    record = newest.found.record
    advisory = Advisory.objects.create(
        number=step.number, public_at=first.public_at, state=_state(record), **_texts(record), **_ended(newest)
    )
    TextVersion.objects.create(advisory=advisory, version=advisory.text_version, texts=advisory.texts, by=None)
    return advisory


def _redraft(advisory: Advisory, newest: Dated | None, public_at: datetime | None) -> None:
    """Let the draft say what a newer version says, and when the earliest one was published, as far as there is such.

    Nobody has touched it since it was brought in.
    """
    if public_at is not None:
        advisory.public_at = public_at
    if newest is None:
        advisory.save(update_fields=["public_at"])
        return
    record = newest.found.record
    values = {**dict.fromkeys(contents.NAMES.values(), ""), **_texts(record), **_ended(newest)}
    Advisory.objects.filter(pk=advisory.pk).update(
        **values,
        public_at=advisory.public_at,
        state=_state(record),
        text_version=F("text_version") + 1,
        changed_at=Now(),
    )
    advisory.refresh_from_db()
    TextVersion.objects.create(advisory=advisory, version=advisory.text_version, texts=advisory.texts, by=None)


def _bring(dated: Dated, before: Record | None, advisory: Advisory, run: ImportRun, known: Known) -> None:
    """One version: revision, patches, text as it came, where it came from, publication."""
    found, record = dated.found, dated.found.record
    said = contents.content_of(record, known, settings.MAIN_TREE)
    revision = Revision.objects.create(
        advisory=advisory,
        number=record.version,
        audience=Audience.READERS,
        content=said,
        content_sha256=content.digest_of(said),
        reason=_reason(record, before),
        changes=contents.changes_of(record),
    )
    RevisionPatch.objects.bulk_create(
        RevisionPatch(
            revision=revision, position=place, file_name=patch.name, content=patch.content or b"", sha256=patch.sha256
        )
        for place, patch in enumerate(contents.kept_patches(record))
    )
    announcement, verdict = found.announcement, found.announcement.verdict
    SignedText.objects.create(
        revision=revision,
        text=announcement.text,
        sha256=hashlib.sha256(announcement.text).hexdigest(),
        fingerprint=verdict.fingerprint if isinstance(verdict, Verified) else "",
        made_at=Now(),
    )
    recipe = announcement.meta or b""
    Origin.objects.create(
        revision=revision,
        run=run,
        sources=[printable(one) for one in found.sources],
        message_id=announcement.message_id[:300],
        signed_at=verdict.made_at if isinstance(verdict, Verified) else None,
        is_verified=found.is_verified,
        recipe=recipe,
        recipe_sha256=hashlib.sha256(recipe).hexdigest() if recipe else "",
    )
    Publication.objects.issue(
        advisory=advisory, revision=revision, number=advisory.number, version=revision.number,
        title=_title(record), content=drafting.for_readers(said), public_at=dated.public_at,
    )  # fmt: skip


def _earlier(dated: Dated, step: Step, advisory: Advisory) -> Record | None:
    """The version before it, in the archive, whether or not it is brought in now, or here already."""
    version = dated.found.record.version
    found = next((one.record for one in reversed(step.all_found) if one.record.version < version), None)
    here = Revision.objects.filter(advisory=advisory, number__lt=version).order_by("-number").first()
    if here is not None and (found is None or here.number > found.version):
        return texts.record_of(here.content, here.number, files={})
    return found


def _replace_identifiers(advisory: Advisory, record: Record) -> None:
    Identifier.objects.filter(advisory=advisory).delete()
    for one in record.identifiers:
        shared = Identifier.objects.filter(scheme=one.scheme, value=one.value).exists()
        Identifier.objects.create(
            advisory=advisory,
            scheme=one.scheme,
            value=one.value,
            state=Standing.PUBLISHED,
            shared_because="Both advisories named it when they were published." if shared else "",
        )


def _reason(record: Record, before: Record | None) -> Reissue:
    """Why there is this version, as far as a comparison with the one before shows it."""
    if record.version == 1:
        return Reissue.FIRST
    if before is None:
        return Reissue.TEXT
    if record.withdrawn and not before.withdrawn:
        return Reissue.STATUS
    if _sums(record) != _sums(before):
        return Reissue.ADDED_PATCH
    if record.identifiers != before.identifiers:
        return Reissue.LATE_IDENTIFIER
    return Reissue.TEXT


def _sums(record: Record) -> Sequence[str]:
    return [patch.sha256 for patch in record.patches]


def _texts(record: Record) -> dict[str, str]:
    return {"title": _title(record), **contents.sections_of(record)}


def _title(record: Record) -> str:
    title = record.title
    return title if len(title) <= contents.LONGEST_TITLE else f"{title[: contents.LONGEST_TITLE - 1]}…"


def _state(record: Record) -> State:
    return State.WITHDRAWN if record.withdrawn else State.PUBLIC


def _ended(newest: Dated) -> dict[str, Any]:
    record = newest.found.record
    if not record.withdrawn:
        return {"ended_because": "", "withdrawn_at": None}
    summary = record.section("SUMMARY")
    told = " ".join(summary.text.split()) if summary else contents.changes_of(record)
    return {"ended_because": told or _NO_REASON, "withdrawn_at": newest.public_at}


def known_lines(found: Iterable[Record]) -> dict[int, Known]:
    """For each number the release lines that advisories up to it speak of: later ones weren't there yet."""
    records = sorted(found, key=lambda one: one.number)
    return {
        number: contents.lines_named(one for one in records if one.number <= number)
        for number in {one.number for one in records}
    }
