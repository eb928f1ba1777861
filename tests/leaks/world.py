"""A small installation in which everything secret carries a word that occurs nowhere else."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories import policies
from advisories.affected import Needs, Status
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import afterwards, negotiating, outside_clocks
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Began, Confirmed
from advisories.lifecycle import State
from advisories.models import (
    Advisory,
    Affected,
    Batch,
    CommentAudience,
    DoorKind,
    Identifier,
    Matter,
    Organisation,
    Overrun,
    Party,
    Permission,
    Reissue,
    Report,
    ReportDoor,
    Standing,
    Tick,
    Vector,
)
from advisories.policy import Blackout, Policy
from advisories.release import freezing, releasing, scheduling, ticking
from advisories.release.batching import Audience, BatchState
from advisories.sections import NAMES as SECTIONS
from advisories.writing import commenting, drafting
from releases import uploading
from releases.finders import answering, sharing
from releases.fixes import fixes_of
from releases.models import Branch, Check, Flag, Found, Series, SeriesRevision
from tests.leaks.fields import planted
from tests.leaks.people import FINDER, GUEST, MEMBER, PEOPLE, RIGHTFUL, SHUT_OUT, TEAM, browser, person
from tests.leaks.states import add_every_state, add_reports, seat_a_guest
from tests.leaks.words import (
    GUESTS_NUMBER,
    HIDDEN_END,
    HIDDEN_NUMBER,
    MERGED_NUMBER,
    OTHERS_TOKEN,
    PLANNED_AT,
    PREDISCLOSED_NUMBER,
    PUBLIC_REDRAFTED,
    SCHEDULED_NUMBER,
    UNUSED_NUMBER,
    days,
    word,
)
from tests.make import checked, make_accepted_report, make_advisory, make_user
from tests.upstream import fix, numbered


@dataclass
class World:
    """What there is, and the browsers of those who are to be kept out."""

    branch: Branch
    hidden: Advisory
    scheduled: Advisory
    guests: Advisory
    public: Advisory
    others: list[Advisory] = field(default_factory=list)
    """Not public either: reserved, drafted, pre-disclosed and armed."""
    report: Report | None = None
    people: dict[str, User | None] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    forms: dict[str, dict[str, str]] = field(default_factory=dict)
    """How the forms of the team are filled, by the name of where they go."""
    words: frozenset[str] = frozenset()
    """Every secret word that was put somewhere."""

    def sign_in(self) -> None:
        """Give everybody a browser of their own in which they have signed in."""
        self.clients = {who: browser(who, user) for who, user in self.people.items()}

    def secrets(self, who: str) -> Iterator[str]:
        """What must not turn up in any answer to this person, besides words."""
        if who in TEAM:
            return
        yield from self._addresses_of_others(who)
        if who not in (GUEST, FINDER):
            yield from days(HIDDEN_END)
        if who == "release manager":
            return
        if who != MEMBER:
            yield from days(PLANNED_AT)
        yield from (one.label for one in self.others if who != MEMBER or one.number != PREDISCLOSED_NUMBER)
        yield f"{settings.ADVISORY_PREFIX}-{UNUSED_NUMBER}"
        if who not in (GUEST, FINDER):
            yield f"{settings.ADVISORY_PREFIX}-{MERGED_NUMBER}"
        theirs = {"guest of another": self.guests, GUEST: self.hidden, FINDER: self.hidden}.get(who)
        for advisory in (self.hidden, self.scheduled, self.guests):
            if advisory == theirs:
                continue
            yield advisory.label
            for series in advisory.series.all():
                yield f"/series/{series.pk}/"
                yield f"cell-{series.pk}-"
                for check in Check.objects.filter(revision__series=series):
                    yield f"/checks/{check.pk}/"

    def _addresses_of_others(self, who: str) -> Iterator[str]:
        """Of everyone but themselves, colleagues on the team and contacts of the same member: others have names."""
        person = self.people[who]
        others = User.objects.exclude(pk=person.pk) if person else User.objects.all()
        if who == "release manager":
            others = others.exclude(team_seats__isnull=False)
        organisations = Organisation.objects.filter(contacts__user=person) if person else Organisation.objects.none()
        yield from others.exclude(organisation_contacts__organisation__in=organisations).values_list("email", flat=True)


def build(branch: Branch, ringing: Callable[[], AbstractContextManager[Any]]) -> World:
    """Advisories of every kind of secrecy with their series, checked by real git; bells are rung within `ringing`."""
    uploader = _named("uploader")
    sections: dict[str, Any] = {name: word(name) for name in SECTIONS}
    hidden = make_advisory(number=HIDDEN_NUMBER, title=word("title"), state=State.READY, **sections)
    scheduled = make_advisory(
        number=SCHEDULED_NUMBER, title=word("scheduled"), state=State.PUBLIC, public_in=timedelta(days=3)
    )
    guests = make_advisory(number=GUESTS_NUMBER, title="The guest's own", state=State.READY)
    public = make_advisory(
        number=7, title="Public words", state=State.PUBLIC, notes=word("members"), superseded_by=hidden
    )
    redrafted = make_advisory(number=PUBLIC_REDRAFTED, title="Public once more", state=State.PUBLIC)
    _describe(hidden, public, uploader)
    with ringing():
        first = _upload(
            hidden, branch, uploader,
            {"1.patch": _signed(_changed("queue", l20=word("line"), l26="queue is bounded", subject=word("subject"))),
             f"{word('upload')}.patch": _new_file(f"{word('path')}.c", word("content"))},
            note=word("note"),
        )  # fmt: skip
        expected = numbered("timer", l25=word("expected"))
        _upload(
            hidden, branch, uploader, {"2.patch": fix(expected, expected.replace(b"line 24", b"line late"), "timer.c")}
        )
        _upload(scheduled, branch, uploader, {"3.patch": _changed("timer", l12=word("planned"))})
        # The guest's own fix stands on a line of the hidden one.
        bounded = numbered("queue", l26="queue is bounded")
        _upload(guests, branch, None, {"4.patch": fix(bounded, bounded.replace(b"line 28", b"line guest"))})
        # A public one was declared to come after the hidden one, and doesn't go along with it.
        _upload(public, branch, None, {"5.patch": _changed("queue", l19="queue is public")}, depends_on=[first])
        _upload(redrafted, branch, None, {"6.patch": _changed("timer", l30="timer is public")})
        checked(branch)
    owner = _named("owner", Role.SECURITY)
    Flag.objects.update(owner=owner)
    open_one = scheduling.plan([hidden], timezone.now() + timedelta(days=20), by=owner, name=word("batch"))
    settled = scheduling.plan([guests], timezone.now() + timedelta(days=10), by=owner, name=word("settled"))
    for batch in (open_one, settled):
        later = batch.planned_at + timedelta(days=1)
        scheduling.move(batch, later, reason=word("reason"), by=owner)
    Batch.objects.filter(pk=settled.pk).update(state=BatchState.FROZEN)
    _freeze(hidden, owner)
    blackout = Blackout(word("blackout"), timezone.now().date(), timezone.now().date() + timedelta(days=3))
    policies.change(Policy("SSA", blackouts=(blackout,)), based_on=0, by=owner, why=word("why"))
    _negotiate(hidden, owner)
    _reported_elsewhere(guests, make_user("triager@sluice.example", Role.SECURITY))
    world = World(branch, hidden, scheduled, guests, public)
    world.others = add_every_state(hidden, redrafted)
    world.report = add_reports(hidden, owner)
    _share_fix(hidden, world.report, owner)
    seat_a_guest(hidden, owner)
    world.people = {who: person(who, world) for who in (*PEOPLE, *SHUT_OUT, *RIGHTFUL)}
    world.words = planted()
    return world


def _freeze(hidden: Advisory, owner: User) -> None:
    """Two revisions of the hidden one, and a decision about it."""
    freezing.freeze(hidden, fixes_of(hidden), audience=Audience.MEMBERS, by=owner)
    drafting.keep_text(hidden, {"impact": word("impact-before")}, read_version=hidden.text_version, by=owner)
    freezing.freeze(
        hidden, fixes_of(hidden), audience=Audience.MEMBERS, by=owner, reason=Reissue.TEXT, changes=word("changes")
    )
    releasing.override(hidden, "sluice 1.0", fixes_of, reason=word("override"), by=owner)


def _describe(hidden: Advisory, public: Advisory, writer: User) -> None:
    """What stands beside the texts: of the hidden one all of it, of the public one what readers are not told."""
    merged = make_advisory(
        number=MERGED_NUMBER, title=word("merged-title"), state=State.MERGED, merged_into=hidden,
        ended_because=word("merged-because"),
    )  # fmt: skip
    make_advisory(
        number=UNUSED_NUMBER, title=word("unused-title"), state=State.UNUSED, ended_because=word("unused-because")
    )
    Identifier.objects.create(advisory=hidden, scheme="CVE", value=word("identifier"), state=Standing.ASSIGNED)
    Identifier.objects.create(advisory=public, scheme="CVE", value=word("reserved"), state=Standing.RESERVED)
    for vector in ("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",):
        Vector.objects.create(advisory=hidden, vector=vector, source=word("scored-by"))
    Permission.objects.create(
        advisory=hidden, position=1, subject="mitigation", which=word("permitted"), reach="private", start="at",
        at=HIDDEN_END, restrictions=word("restrictions"),
    )  # fmt: skip
    lines = {"position": 1, "ranges": "1.0.x", "status": Status.AFFECTED}
    Affected.objects.create(advisory=hidden, tree=word("affected-tree"), **lines)
    Affected.objects.create(
        advisory=public, tree="sluice", condition_on=hidden, condition_needs=Needs.FIX_ABSENT, **lines
    )
    for advisory in (hidden, public, merged):
        content = word("comment-content").encode()
        files = [("notes.txt", content), (f"{word('comment-file')}.txt", content)]
        commenting.write(advisory, word("comment"), files, audience=CommentAudience.SEATS, by=writer)
    for advisory in (hidden, public):
        ticking.tick(advisory, "text-read", by=writer)
    # Done before it was merged: nobody ticks anything of it now.
    Tick.objects.create(advisory=merged, kind=ticking.kind_for(merged).value, key="text-read", by=writer)
    drafting.keep_text(hidden, {"notes": word("kept")}, read_version=1, by=writer)


def _negotiate(hidden: Advisory, owner: User) -> None:
    """Everything that an embargo holds: an agreed end, open and settled proposals, clocks, a date in spite of them."""
    finder = Party.finder(make_accepted_report(hidden, owner, title=word("report"), name=word("finder")))
    vendor = FixedEnd(word("vendor"), HIDDEN_END + timedelta(hours=2), word("reference"))
    clocks = [
        outside_clocks.fix(hidden, vendor, by=owner, note=word("clocknote")),
        outside_clocks.start(hidden, "linux-distros", Began(timezone.now(), note=word("startnote")), by=owner),
    ]
    confirmed = Confirmed(frozenset(clock.pk for clock in clocks), word("overrun"))
    team = Party.team(owner)
    agreed = negotiating.propose(hidden, End(HIDDEN_END, "UTC", word("reason")), party=team, confirmed=confirmed)
    negotiating.accept(agreed, by=owner, confirmed=confirmed)
    later = End(HIDDEN_END + timedelta(hours=1), "Pacific/Chatham", word("wish"))
    negotiating.propose(hidden, later, party=finder)
    afterwards.decide(hidden, Matter.SHORT, word("decision"), by=owner)
    Overrun.objects.create(
        batch=Batch.objects.get(entries__advisory=hidden), planned_at=HIDDEN_END, clock=clocks[0],
        reason=word("overrun-release"), by=owner,
    )  # fmt: skip


def _reported_elsewhere(guests: Advisory, by: User) -> None:
    """A report of another issue, with dates of its own to answer."""
    report: Report = make_accepted_report(guests, by)
    ReportDoor.objects.create(report=report, kind=DoorKind.PAGE, token_sha256=ReportDoor.digest_of(OTHERS_TOKEN))
    end = End(timezone.now() + timedelta(days=9))
    negotiating.accept(negotiating.propose(guests, end, party=Party.team(by)), by=by)
    negotiating.propose(guests, End(timezone.now() + timedelta(days=19)), party=Party.team(by))


def _share_fix(hidden: Advisory, report: Report, by: User) -> None:
    """The finder was shown the fix and said what they found; another one is shown it no more."""
    sharing.share(hidden, report, by=by)
    shown = SeriesRevision.objects.filter(current_of__advisory=hidden).order_by("pk")[0]
    answering.answer(report, shown, shown.digest, Found.FAILS, word("fix-comment"))
    other = Report.objects.filter(advisory=hidden).exclude(pk=report.pk).order_by("pk")[0]
    sharing.withdraw(sharing.share(hidden, other, by=by), by=by)


def _named(place: str, *roles: Role) -> User:
    user = make_user(f"{place}@sluice.example", *roles)
    user.name = word(place)
    user.save()
    return user


def _upload(advisory: Advisory, branch: Branch, by: User | None, files: dict[str, bytes], **fields: Any) -> Series:
    revision = uploading.upload_series(
        advisory, tree=branch.tree, branches=[branch], files=list(files.items()), by=by, **fields
    )
    return revision.series


def _changed(name: str, *, subject: str = "Fix an overflow", **lines: Any) -> bytes:
    return fix(numbered(name), numbered(name, **lines), f"{name}.c", subject=subject)


def _signed(patch: bytes) -> bytes:
    return patch.replace(b"From: Ada Sluice", f"From: {word('author')}".encode())


def _new_file(path: str, content: str) -> bytes:
    lines = (
        f"diff --git a/{path} b/{path}\nnew file mode 100644\n--- /dev/null\n+++ b/{path}\n@@ -0,0 +1 @@\n+{content}\n"
    )
    return f"From: Ada Sluice <ada@sluice.example>\nSubject: Add a file\n\n---\n{lines}".encode()
