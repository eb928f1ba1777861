"""One advisory in each state with everything that hangs on it, and the addresses of all that."""

import hashlib
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Model
from django.urls import URLPattern, reverse
from django.utils import timezone

from accounts import inviting
from accounts.models import Invitation, Sending, User
from advisories.calendar.clocks import FixedEnd
from advisories.content import Fixes, FrozenPatch
from advisories.embargo import afterwards, negotiating, outside_clocks
from advisories.embargo.negotiating import End
from advisories.lifecycle import LEAVES_A_NOTE, SHOWN_TO_READERS, State
from advisories.models import (
    Advisory,
    Arming,
    Attachment,
    Batch,
    BatchEntry,
    CommentAudience,
    DoorKind,
    Fate,
    ImportRun,
    IncomingMail,
    Matter,
    Message,
    OpenedFile,
    OpenedLetter,
    Party,
    Publication,
    PublicationStep,
    Report,
    ReportDoor,
    StepKind,
    Tag,
)
from advisories.openpgp.decrypting import Seal
from advisories.predisclosure.holding import batch_key
from advisories.release import freezing, publishing
from advisories.release.batching import Audience, BatchState
from advisories.reporting import triage
from advisories.writing import commenting, drafting
from releases.finders import sharing
from releases.finders.reading import key_of
from releases.models import Branch
from tests.leaks.addresses import guess, path_to, row_behind
from tests.make import make_accepted_report, make_advisory
from tests.releases.views.rows import PATCH, checked_everywhere, flag_on, series_for
from tests.rights.membership import at_joining, deliver
from tests.rights.people import Kind, seat

IN_BATCHES = {
    "reserved": BatchState.CANCELLED,
    "drafting": BatchState.OPEN,
    "ready": BatchState.FROZEN,
    "pre-disclosed": BatchState.PREDISCLOSED,
    "armed": BatchState.ARMED,
    "scheduled": BatchState.ARMED,
    "public": BatchState.RELEASED,
    "withdrawn": BatchState.RELEASED,
    "unused": BatchState.CANCELLED,
    "merged": BatchState.CANCELLED,
}
"""Each state there is, two more that the clock makes of them, and that of the release it is in."""


DELIVERED = ("pre-disclosed", "armed", "scheduled", "public", "withdrawn")
"""What members were given."""

LET_GO = ("armed", "scheduled", "public", "withdrawn")
"""What is or was on its way out, and its letter to the list given up."""

_OF_ROWS = ("pk", "name")
"""Places in an address that a row fills."""

LIST = "announce@lists.sluice.example"
"""Where releases are announced."""


@dataclass
class Stage:
    """One advisory, and what stands at its addresses."""

    name: str
    advisory: Advisory
    batch: Batch
    report: Report
    token: str
    secret: str
    """Opens the feed of a member."""
    version: int = 1
    """Its last revision."""
    shown: str = ""
    """What its finder's addresses call the revision of its series."""
    step: PublicationStep | None = None
    """What was given up of its release."""
    kept: dict[str, Any] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return State(self.advisory.state)

    @property
    def is_public(self) -> bool:
        """Readers see it."""
        return self.name in ("public", "withdrawn")

    @property
    def is_delivered(self) -> bool:
        """Members were given it."""
        return self.name in DELIVERED

    @property
    def is_date_settled(self) -> bool:
        """Its release isn't open any more, so that release managers know the date."""
        return self.batch.state != BatchState.OPEN

    def address(self, name: str, pattern: URLPattern) -> str | None:
        """What belongs to this advisory behind a name of the resolver; None where it has none of it."""
        places = list(pattern.pattern.converters)
        own: dict[str, Any] = {
            "number": self.advisory.number, "version": self.version, "token": self.token,
            "reference": self.report.reference, "recipient": LIST, "slug": "sluice",
            "secret": self.secret, "batch": batch_key(self.batch.pk), "word": "dom0", "tree": "sluice", "branch": "1.7",
            "sequence": 1, "rating": "high", "path": "index.txt", "page": 1, "rest": "guess", "uidb64": "MQ",
            "public_id": UUID(int=1), "place": 1, "shown": self.shown,
        }  # fmt: skip
        if name.startswith("joining:"):
            own |= at_joining(name)
        if name == "releases:try_step" and self.step is not None:
            own["step"] = self.step.pk
        values = {
            place: own[place] if place in own else guess(name, place) for place in places if place not in _OF_ROWS
        }
        if name == "accounts:accept":
            values["token"] = Invitation.objects.order_by("pk")[0].token
        if name == "releases:revision":
            values["number"] = 1
        if name.startswith("members:") and "version" in values:
            values["version"] = 1
        if name.startswith("releases:release"):
            values["version"] = "1.7.3"
        if "pk" in places:
            row = self._row(name)
            if row is None:
                return None
            values |= {"pk": row.pk} | ({"name": getattr(row, "file_name", "")} if "name" in places else {})
        elif "name" in places:
            values["name"] = self._name(name)
        return reverse(name, kwargs=values)

    def _row(self, name: str) -> Model | None:
        """The row whose key stands in the address: this stage's own, or any where it belongs to no advisory."""
        if name in self.kept:
            found: Model = self.kept[name]
            return found
        model = row_behind(name) or User
        if model is Batch:
            return self.batch
        path = path_to(model, Advisory)
        rows = model._default_manager.order_by("pk")
        return (rows.filter(**{"__".join(path): self.advisory}) if path else rows).first()

    def _name(self, name: str) -> str:
        return {
            "advisories:record": "osv.json",
            "reports:file": getattr(self.kept.get("reports:file"), "file_name", ""),
            "advisories:text": f"ssa{self.advisory.number}-v{self.version}",
            "advisories:mail": f"ssa{self.advisory.number}-v{self.version}",
            "advisories:public_patch": "fix.patch",
            "advisories:public_patch_lines": "fix.patch",
            "advisories:old_lines": "fix.patch",
            "members:patch": "fix.patch",
            "members:patch_lines": "fix.patch",
        }.get(name, "1.7")


def fixes_of(advisory: Advisory) -> Fixes:
    """One patch."""
    digest = hashlib.sha256(PATCH).hexdigest()
    return Fixes((FrozenPatch("fix.patch", digest, "sluice", ("1.7",), "1", 1, PATCH),))


def set_up(name: str, branches: list[Branch], by: User, people: dict[str, Kind], secret: str) -> Stage:
    """An advisory with all that can hang on one, brought into a state at the end."""
    advisory = make_advisory(title=f"Words of the {name} one", state=State.DRAFTING)
    for kind in people.values():
        seat(kind, advisory)
    series = series_for(branches, advisory)
    checked_everywhere(series, branches[0])
    flag_on(series, branches[0])
    files = [("notes.txt", b"Notes")]
    commenting.write(advisory, "A word", files, audience=CommentAudience.SEATS, by=by)
    report, token = _reported(advisory, by)
    agreed = negotiating.propose(advisory, End(timezone.now() + timedelta(days=20)), party=Party.team(by))
    negotiating.accept(agreed, by=by)
    theirs = End(timezone.now() + timedelta(days=25))
    guests = negotiating.propose(advisory, theirs, party=Party.guest(people["commenting guest"].known))
    clock = outside_clocks.fix(advisory, FixedEnd("A vendor", timezone.now() + timedelta(days=40)), by=by)
    state = IN_BATCHES[name]
    because = "It came to nothing." if state == BatchState.CANCELLED else ""
    batch = Batch.objects.create(
        planned_at=timezone.now() + timedelta(days=10), state=state, cancelled_for=because,
        was_predisclosed=state == BatchState.PREDISCLOSED,
    )  # fmt: skip
    left_at = timezone.now() if state in (BatchState.CANCELLED, BatchState.RELEASED) else None
    BatchEntry.objects.create(batch=batch, advisory=advisory, left_at=left_at)
    freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=by)
    afterwards.decide(advisory, Matter.SHORT, "Few use it.", by=by)
    said = deliver(advisory, batch, people, by) if name in DELIVERED else None
    Tag.objects.create(advisory=advisory, word="dom0")
    sharing.share(advisory, report, by=by)
    stage = Stage(name, advisory, batch, report, token, secret, shown=key_of(report, series.revisions.get()))
    if name in LET_GO:
        stage.step = _let_go(stage)
    _bring_to(stage)
    letters = IncomingMail.objects.filter(report=report)
    opened = OpenedFile.objects.filter(letter__message__report=report)
    attached = Attachment.objects.filter(message__report=report)
    own = dict.fromkeys(("answer_end", "accept_end", "reject_end", "withdraw_end"), guests)
    stage.kept = {f"advisories:{name}": row for name, row in own.items()}
    stage.kept |= {"reports:answer_end": guests, "reports:withdraw_end": guests, "advisories:stop_clock": clock}
    stage.kept |= {"triage:original": letters.get(), "triage:opened_file": opened.get()}
    stage.kept["releases:import"] = ImportRun.objects.create(sources=["archive"])
    stage.kept |= {"triage:file": attached.get(), "reports:file": attached.get()}
    stage.kept |= dict.fromkeys(("team:invite_again", "team:withdraw"), Invitation.objects.order_by("pk").first())
    if said is not None:
        stage.kept |= {"answering:retract": said, "answering:discussion_file": said.files.get()}
    return stage


def invite_somebody(by: User) -> None:
    """Somebody who hasn't come yet."""
    inviting.invite("invited@sluice.example", by=by)


def _let_go(stage: Stage) -> PublicationStep:
    """Its first revision, armed for the instant that it has or had; the letter to the list was given up."""
    at = timezone.now() + timedelta(days=-2 if stage.is_public else 2)
    armed = Arming.objects.create(batch=stage.batch, digest="1" * 64, public_at=at)
    revision = stage.advisory.revisions.get()
    publication = Publication.objects.issue(
        advisory=stage.advisory, revision=revision, arming=armed, number=stage.advisory.number, version=1,
        title=stage.advisory.title, content=drafting.for_readers(revision.content), public_at=at,
    )  # fmt: skip
    return PublicationStep.objects.create(
        publication=publication, kind=StepKind.MAIL, target=LIST, state=Sending.FAILED, trouble="It was refused."
    )


def _bring_to(stage: Stage) -> None:
    """Into its state, with what readers are shown from when on."""
    state = State({"armed": "ready", "scheduled": "public"}.get(stage.name, stage.name))
    fields: dict[str, Any] = {"state": state}
    if state in LEAVES_A_NOTE:
        fields["ended_because"] = "There was nothing to advise on."
    if state == State.MERGED:
        fields["merged_into"] = make_advisory(title="What it was merged into")
    if state == State.WITHDRAWN:
        fields["withdrawn_at"] = timezone.now()
    if state in SHOWN_TO_READERS:
        fields["public_at"] = timezone.now() + timedelta(days=3 if stage.name == "scheduled" else -1)
        Advisory.objects.filter(pk=stage.advisory.pk).update(title="Words that were published")
        stage.advisory.refresh_from_db()
        publishing.publish_known(stage.advisory, fixes_of(stage.advisory), fields["public_at"], changes="More words.")
        stage.version = 2
    Advisory.objects.filter(pk=stage.advisory.pk).update(**fields)
    stage.advisory.refresh_from_db()


def _reported(advisory: Advisory, by: User) -> tuple[Report, str]:
    """A report with a letter, its files, and the private link to its thread."""
    report = make_accepted_report(advisory, by)
    triage.answer(report, "We look into it.", by=by)
    message = Message.objects.filter(report=report).order_by("pk")[0]
    Attachment.objects.create(message=message, **Attachment.values_of("proof.c", b"int main;", 1))
    raw = f"Letter of {advisory.number}".encode()
    IncomingMail.objects.create(
        sha256=hashlib.sha256(raw).hexdigest(), size=len(raw), content=raw, fate=Fate.MESSAGE, report=report,
        message=message,
    )  # fmt: skip
    opened = OpenedLetter.objects.create(message=message, subject="Opened", text="Opened", seal=Seal.NONE.value)
    OpenedFile.objects.create(letter=opened, **Attachment.values_of("opened.txt", b"Opened", 1))
    token = f"{advisory.number:040d}"
    ReportDoor.objects.create(report=report, kind=DoorKind.PAGE, token_sha256=ReportDoor.digest_of(token))
    return report, token
