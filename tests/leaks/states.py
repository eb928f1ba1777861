"""The rest of the world: advisories in every other state, what a release leaves behind, reports with their letters."""

import hashlib
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Role, User
from advisories import seating
from advisories.content import Fixes, FrozenPatch
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Arming,
    Attachment,
    Batch,
    CommentAudience,
    Credit,
    DoorKind,
    DraftFile,
    Fate,
    ImportedNumber,
    ImportFinding,
    ImportRun,
    IncomingMail,
    OpenedFile,
    OpenedLetter,
    Opening,
    Origin,
    Outcome,
    Override,
    Publication,
    PublicationStep,
    Reissue,
    Report,
    ReportDoor,
    SignedText,
    StepKind,
    TypedText,
    Weight,
    What,
)
from advisories.models.identifier import Identifier, Standing
from advisories.models.seat import Right
from advisories.models.tag import Tag
from advisories.openpgp.decrypting import Seal
from advisories.release import freezing, releasing, scheduling, sealing, standing, tidings
from advisories.release.batching import Audience, BatchState
from advisories.release.missing import BranchFacts
from advisories.reporting import crediting, intake, triage
from advisories.reporting.intake import Told
from advisories.writing import commenting, drafting
from releases.models import PatchMatch, Tree, Trial
from releases.models.trial import TrialResult
from tests.leaks.members import add_members, add_those_who_go, work_on
from tests.leaks.words import (
    FINDERS_TOKEN,
    FIRST_OF_STATES,
    HIDDEN_END,
    PLANNED_AT,
    PUBLIC_WITHDRAWN,
    word,
)
from tests.make import make_advisory, make_user

_PATCH = b"--- a/queue.c\n+++ b/queue.c\n@@ -1 +1 @@\n-wide\n+" + word("frozen-line").encode() + b"\n"
_DIGEST = hashlib.sha256(_PATCH).hexdigest()


def fixes_of(advisory: Advisory) -> Fixes:
    """One patch that fails on one branch, where somebody decided to go out all the same."""
    patch = FrozenPatch(f"{word('frozen-name')}.patch", _DIGEST, "sluice", ("1.0",), "1", 1, _PATCH)
    branch = BranchFacts("sluice 1.0", has_series=True, applies=False, verdict_matches=True, override=word("override"))
    return Fixes((patch,), (), (branch,))


def add_every_state(hidden: Advisory, redrafted: Advisory) -> list[Advisory]:
    """Those of every state that `build` has none of; gives those that are not public."""
    writer = make_user("writer@sluice.example", Role.SECURITY)
    reserved = _one(0, State.RESERVED)
    drafted = _one(1, State.DRAFTING)
    predisclosed = _one(2, State.PREDISCLOSED)
    armed = _one(3, State.READY)
    for place, one in enumerate((hidden, redrafted, armed)):
        Tag.objects.create(advisory=one, word=word(f"tag-{place}"))
    _predisclose(predisclosed, writer)
    _arm(armed, writer)
    _redraft(redrafted, writer)
    make_advisory(number=PUBLIC_WITHDRAWN, title="Withdrawn words", state=State.WITHDRAWN, notes=word("old-notes"))
    commenting.write(drafted, word("team-comment"), audience=CommentAudience.TEAM, by=writer)
    retracted = commenting.write(hidden, word("retracted"), audience=CommentAudience.SEATS, by=writer)
    commenting.retract(retracted, by=writer)
    given_up = scheduling.plan([drafted], HIDDEN_END, by=writer, name=word("given-up"))
    scheduling.cancel(given_up, reason=word("cancelled"), by=writer)
    Identifier.objects.create(
        advisory=hidden, scheme="CVE", value=word("replaced"), state=Standing.REPLACED, replaced_by=word("replacing"),
        shared_because=word("shared"),
    )  # fmt: skip
    _bring_in(predisclosed)
    return [reserved, drafted, predisclosed, armed]


def _one(place: int, state: State) -> Advisory:
    texts: dict[str, Any] = {
        name: word(f"{state}-{name}")
        for name in ("description", "impact", "vulnerable_systems", "resolution", "deployment")
    }
    return make_advisory(number=FIRST_OF_STATES + place, title=word(f"{state}-title"), state=state, **texts)


def _predisclose(advisory: Advisory, by: User) -> None:
    """Held by members, at a date that was moved."""
    batch = scheduling.plan([advisory], PLANNED_AT, by=by, name=word("held-batch"))
    freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=by)
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.PREDISCLOSED, was_predisclosed=True, turn=1)
    batch.refresh_from_db()
    add_members(advisory, by)
    gone = add_those_who_go()
    revision = advisory.revisions.get()
    tidings.tell(advisory, What.PREDISCLOSED, Audience.MEMBERS, revision=revision, batch=batch, reason=word("tiding"))
    for membership, target in gone:
        membership.move_to(target, by=by, reason=word(f"{target}-because"))
    scheduling.move(batch, PLANNED_AT + timedelta(hours=2), reason=word("moved"), by=by)
    work_on(advisory, by)


def _bring_in(advisory: Advisory) -> None:
    """What an archive brought: mails of a private list may lie in it, so its report is the security team's alone."""
    run = ImportRun.objects.create(sources=[f"/srv/{word('import-source')}"])
    ImportFinding.objects.create(
        run=run, weight=Weight.DOUBT, kind="two-texts", where=f"{word('import-file')}.eml", message=word("import-found")
    )
    ImportedNumber.objects.create(run=run, number=70_199, outcome=Outcome.REFUSED, why=word("import-refused"))
    Origin.objects.create(
        revision=advisory.revisions.get(), run=run, sources=[f"{word('origin')}.eml"], is_verified=True,
        message_id=f"<{word('origin-id')}@lists.sluice.example>", recipe=word("recipe").encode(),
        recipe_sha256="4" * 64,
    )  # fmt: skip
    Trial.objects.create(
        run=run, tree=Tree.objects.get(), number=70_199, version=1, branch="1.0", stable_ref="1" * 40,
        alone=TrialResult.FAILS, after=TrialResult.FAILS, told=word("trial"),
    )  # fmt: skip
    PatchMatch.objects.create(
        run=run, tree=Tree.objects.get(), number=70_199, version=1, file_name=f"{word('match')}.patch", same=["1.0"]
    )


def _arm(advisory: Advisory, by: User) -> None:
    """Approved and armed with its instant ahead, voided once before, its steps waiting."""
    batch = scheduling.plan([advisory], PLANNED_AT, by=by, name=word("armed-batch"))
    releasing.freeze_batch(batch, fixes_of, by=by)
    sealing.seal_waiting()
    Override.objects.create(
        advisory=advisory, branch="sluice 1.0", fixes_sha256=fixes_of(advisory).sha256, reason=word("overridden"), by=by
    )
    read = standing.of_batch(batch, fixes_of)
    voided = Arming.objects.create(
        batch=batch, digest="0" * 64, public_at=PLANNED_AT, voided_at=timezone.now(), void_reason=word("void")
    )
    made = Arming.objects.create(batch=batch, digest="1" * 64, public_at=PLANNED_AT)
    revision = read.advisories[0].revision
    assert revision is not None
    for arming, gone_at in ((voided, timezone.now()), (made, None)):
        Publication.objects.issue(
            advisory=advisory, revision=revision, arming=arming, number=advisory.number, version=1,
            title=advisory.title, content=drafting.for_readers(revision.content), public_at=PLANNED_AT,
            voided_at=gone_at,
        )  # fmt: skip
    Batch.objects.filter(pk=batch.pk).update(state=BatchState.ARMED)
    coming = Publication.objects.coming().get(advisory=advisory)
    PublicationStep.objects.create(
        publication=coming, kind=StepKind.MAIL, target=f"{word('list')}@lists.sluice.example", trouble=word("trouble")
    )
    SignedText.objects.filter(revision=revision).update(trouble=word("unsigned"))


def _redraft(advisory: Advisory, by: User) -> None:
    """Public, with a draft that nobody outside knows and a revision that is not published."""
    drafting.keep_text(advisory, {"title": word("redraft"), "impact": word("redraft-impact")}, read_version=1, by=by)
    freezing.freeze(
        advisory, fixes_of(advisory), audience=Audience.READERS, by=by, reason=Reissue.TEXT, changes=word("changes")
    )
    commenting.write(advisory, word("about-redraft"), audience=CommentAudience.SEATS, by=by)


def add_reports(hidden: Advisory, by: User) -> Report:
    """A report of which every word is secret: its thread, files, letters, what was in them, and what was promised."""
    told = Told(
        word("report-title"), word("report-text"), word("finder-name"), f"{word('finder')}@research.example",
        Credit.NAMED, word("credit-as"),
    )  # fmt: skip
    files = [(f"{word('attached')}.c", word("attached-content").encode())]
    report = intake.open_report(told, files, marks=[word("mark")])
    ReportDoor.objects.create(report=report, kind=DoorKind.PAGE, token_sha256=ReportDoor.digest_of(FINDERS_TOKEN))
    triage.assign(report, by, by=by)
    triage.link(report, hidden, by=by)
    triage.answer(report, word("answer"), by=by)
    triage.answer(report, word("team-note"), by=by, is_internal=True)
    triage.promise_terms(report, word("terms"), by=by)
    crediting.withhold(report, word("withheld"), by=by)
    message = report.messages.order_by("pk")[0]
    raw = word("letter-bytes").encode()
    IncomingMail.objects.create(
        sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), content=raw,
        header_id=f"<{word('letter-id')}@research.example>", fate=Fate.MESSAGE, marks=[word("letter-mark")],
        report=report, message=message, opening=Opening.OPENED, opening_trouble=word("opening-trouble"),
    )  # fmt: skip
    IncomingMail.objects.create(
        sha256="6" * 64, size=10**8, file_name=word("letter-file"), header_id="<large@sluice.example>",
        fate=Fate.AUTOMATIC, report=report,
    )  # fmt: skip
    opened = OpenedLetter.objects.create(
        message=message, subject=word("opened-subject"), text=word("opened-text"), seal=Seal.NONE.value
    )
    kept = Attachment.values_of(f"{word('opened-file')}.txt", word("opened-content").encode(), 1)
    OpenedFile.objects.create(letter=opened, **kept)
    kept = Attachment.values_of(f"{word('draft-file')}.txt", word("draft-content").encode(), 1)
    DraftFile.objects.create(draft_sha256="2" * 64, **kept)
    TypedText.objects.create(
        token_sha256="3" * 64, address=hidden.get_absolute_url(), fields={"title": [word("typed")]}
    )
    return report


def seat_a_guest(hidden: Advisory, by: User) -> User:
    """Somebody who was invited to the hidden advisory by mail."""
    seat = seating.give_seat(
        hidden, f"{word('guest')}@vendor.example", name=word("guest-name"), right=Right.READ, until=None, by=by
    )
    return seat.user
