"""Random people do random things in a random order, and after each nobody sees what they mustn't."""

import hashlib
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.test import Client
from django.utils import timezone
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Role, User
from advisories import numbering, seating
from advisories.content import Fixes, FrozenPatch
from advisories.lifecycle import HasEnded, StepNotAllowed
from advisories.models import (
    Advisory,
    Arming,
    Batch,
    CommentAudience,
    Publication,
    Reissue,
    Seat,
    StaleAdvisory,
    StaleBatch,
)
from advisories.models.seat import Right
from advisories.release import batching, disarming, freezing, publishing, releasing, scheduling, sealing, standing
from advisories.writing import commenting, drafting
from releases.models import Branch
from tests.leaks.crawl import whole
from tests.leaks.oracle import Person, Rows, disagreements
from tests.leaks.words import SECRET
from tests.make import make_branch, make_series, make_tree, make_user

pytestmark = pytest.mark.timeout(900)

REFUSALS = (
    HasEnded, StaleAdvisory, StaleBatch, StepNotAllowed, batching.BatchStepNotAllowed, batching.NotAhead,
    batching.NoReason, scheduling.NotPlannable, releasing.SomethingMissing, releasing.ChangedSince,
    freezing.NothingChanged, freezing.NeedsReason, disarming.AlreadyOut, numbering.NotThere, numbering.NoReason,
)  # fmt: skip
"""What the project says no with."""

GUESTS = ("guest", "other guest")
PLACES = strategies.integers(min_value=0, max_value=3)
PATCH = b"--- a/queue.c\n+++ b/queue.c\n@@ -1 +1 @@\n-wide\n+%s\n"
WORD = re.compile(rf"{SECRET}-[0-9]+-[a-z]+")

counted = {"steps": 0, "answers": 0, "public": 0}


class Walk(RuleBasedStateMachine):
    """An installation that begins empty, and what each person may know of it."""

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        self.words = 0
        self.told: set[str] = set()
        """Words that are public."""
        self.armed: set[int] = set()
        self.seats: dict[str, set[int]] = {name: set() for name in GUESTS}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.undone.__exit__(None, None, None)

    @initialize(so_far=strategies.sampled_from(["public", "armed", "planned"]))
    def begin(self, so_far: str) -> None:
        roles = {"writer": Role.SECURITY, "second": Role.SECURITY, "third": Role.COORDINATOR}
        self.team = {name: make_user(f"{name}@sluice.example", role) for name, role in roles.items()}
        self.users: dict[str, User | AnonymousUser] = {name: make_user(f"{name[:5]}@other.example") for name in GUESTS}
        self.users["manager"] = make_user("manager@sluice.example", Role.RELEASE_MANAGER)
        self.users["operator"] = make_user("operator@sluice.example", is_superuser=True)
        self.users["reader"] = AnonymousUser()
        self.users["second"] = self.team["second"]
        self.branch: Branch = make_branch(make_tree())
        self.draft_another()
        self.draft_another()
        self.plan(place=0, days=30)
        if so_far in ("armed", "public"):
            self.arm(place=0)
        if so_far == "public":
            self.the_instant_passes()

    def word(self, what: str) -> str:
        self.words += 1
        return f"{SECRET}-{self.words}-{what}"

    def fixes_of(self, advisory: Advisory) -> Fixes:
        content = PATCH % f"{SECRET}-{9000 + advisory.pk}-line".encode()
        name, digest = f"{SECRET}-{9000 + advisory.pk}-name.patch", hashlib.sha256(content).hexdigest()
        return Fixes((FrozenPatch(name, digest, "sluice", ("1.0",), "1", 1, content),))

    @contextmanager
    def refused(self) -> Iterator[None]:
        """A refusal is an answer, and leaves nothing behind."""
        try:
            with transaction.atomic():
                yield
        except REFUSALS:
            return

    def advisory(self, place: int) -> Advisory:
        return list(Advisory.objects.order_by("pk"))[place % Advisory.objects.count()]

    def batch(self, place: int) -> Batch | None:
        found = list(Batch.objects.order_by("pk"))
        return found[place % len(found)] if found else None

    @rule()
    def draft_another(self) -> None:
        if Advisory.objects.count() >= 3:
            return
        texts = {name: self.word("text") for name in ("description", "impact", "vulnerable_systems", "resolution")}
        made = Advisory(number=Advisory.next_number(), title=self.word("title"), notes=self.word("notes"), **texts)
        drafting.begin(made, by=self.team["writer"])

    @rule(place=PLACES, section=strategies.sampled_from(["title", "impact", "notes"]))
    def edit(self, place: int, section: str) -> None:
        advisory = self.advisory(place)
        with self.refused():
            drafting.keep_text(
                advisory, {section: self.word("edit")}, read_version=advisory.text_version, by=self.team["writer"]
            )

    @rule(place=PLACES, audience=strategies.sampled_from(CommentAudience))
    def comment(self, place: int, audience: CommentAudience) -> None:
        file = (f"{self.word('file')}.txt", self.word("content").encode())
        commenting.write(self.advisory(place), self.word("comment"), [file], audience=audience, by=self.team["second"])

    @rule(place=PLACES, who=strategies.sampled_from(GUESTS), right=strategies.sampled_from(Right))
    def give_seat(self, place: int, who: str, right: Right) -> None:
        advisory, user = self.advisory(place), self.users[who]
        assert isinstance(user, User)
        if advisory.pk in self.seats[who]:
            return
        Seat.objects.filter(advisory=advisory, user=user).delete()
        seat = seating.give_seat(advisory, user.email, name="", right=right, until=None, by=self.team["third"])
        Seat.objects.filter(pk=seat.pk).update(from_at=timezone.now() - timedelta(minutes=1))
        self.seats[who].add(advisory.pk)

    @rule(place=PLACES, who=strategies.sampled_from(GUESTS))
    def end_seat(self, place: int, who: str) -> None:
        advisory = self.advisory(place)
        user = self.users[who]
        assert isinstance(user, User)
        for seat in Seat.objects.current().filter(advisory=advisory, user=user):
            assert seating.end_seat(seat, by=self.team["third"])
        self.seats[who].discard(advisory.pk)

    @rule(place=PLACES)
    def upload(self, place: int) -> None:
        make_series(self.branch, PATCH % self.word("patch").encode(), advisory=self.advisory(place))

    @rule(place=PLACES, days=strategies.integers(min_value=1, max_value=400))
    def plan(self, place: int, days: int) -> None:
        with self.refused():
            at = timezone.now() + timedelta(days=days)
            scheduling.plan([self.advisory(place)], at, by=self.team["second"], name=self.word("batch"))

    @rule(place=PLACES, days=strategies.integers(min_value=1, max_value=400))
    def move(self, place: int, days: int) -> None:
        if batch := self.batch(place):
            with self.refused():
                at = timezone.now() + timedelta(days=days)
                scheduling.move(batch, at, reason=self.word("reason"), by=self.team["second"])

    @rule(place=PLACES)
    def freeze(self, place: int) -> None:
        if batch := self.batch(place):
            with self.refused():
                changes = self.word("changes")
                releasing.freeze_batch(
                    batch, self.fixes_of, by=self.team["writer"], reason=Reissue.TEXT, changes=changes
                )

    @rule(place=PLACES)
    def arm(self, place: int) -> None:
        """Freeze, write out, and approve by two: what most walks would take too long to reach step by step."""
        self.freeze(place)
        sealing.seal_waiting()
        for who in ("second", "third"):
            self.approve(place, who)

    @rule(place=PLACES, who=strategies.sampled_from(["second", "third"]))
    def approve(self, place: int, who: str) -> None:
        if batch := self.batch(place):
            with self.refused():
                shown = standing.of_batch(batch, self.fixes_of).digest
                if releasing.approve(batch, shown, self.fixes_of, by=self.team[who]):
                    self.armed |= {one.pk for one in batch.members}

    @rule(place=PLACES)
    def take_an_approval_back(self, place: int) -> None:
        if batch := self.batch(place):
            with self.refused():
                releasing.withdraw_approval(batch, by=self.team["second"])

    @rule(place=PLACES)
    def cancel(self, place: int) -> None:
        if batch := self.batch(place):
            with self.refused():
                scheduling.cancel(batch, reason=self.word("cancelled"), by=self.team["third"])

    @rule()
    def the_instant_passes(self) -> None:
        """Of everything that is armed; what goes out with it is public from now on."""
        past = timezone.now() - timedelta(seconds=1)
        coming = list(Publication.objects.coming().select_related("revision"))
        Arming.objects.filter(publications__in=coming).update(public_at=past)
        Publication.objects.filter(pk__in=[one.pk for one in coming]).update(public_at=past)
        for one in coming:
            assert one.advisory_id in self.armed
            self.told |= set(WORD.findall(str(one.content) + one.revision.changes))
            self.told |= set(WORD.findall(str(self.fixes_of(one.advisory).patches)))
            self.told.add(f"{SECRET}-{9000 + one.advisory_id}-line")

    @rule()
    def a_worker_comes_by(self) -> None:
        sealing.seal_waiting()
        publishing.release_due()

    @rule(place=PLACES)
    def withdraw(self, place: int) -> None:
        because = self.word("withdrawn")
        with self.refused():
            numbering.withdraw(self.advisory(place), because=because, by=self.team["third"])
            self.told.add(because)

    @rule(place=PLACES, into=PLACES)
    def merge(self, place: int, into: int) -> None:
        with self.refused():
            target = self.advisory(into)
            numbering.merge(self.advisory(place), target, because=self.word("merged"), by=self.team["third"])

    @rule(place=PLACES)
    def give_up(self, place: int) -> None:
        with self.refused():
            numbering.mark_unused(self.advisory(place), because=self.word("unused"), by=self.team["third"])

    @invariant()
    def the_rows_agree_with_the_oracle(self) -> None:
        counted["steps"] += 1
        rows = Rows.read()
        assert rows.public <= self.armed, "public without having been armed"
        counted["public"] += bool(rows.public)
        for name in ("reader", "guest", "other guest", "manager", "second"):
            seats = frozenset(self.seats.get(name, ()))
            person = Person(name, name == "second", name == "manager", seats)
            found = disagreements(person, self.users[name], rows)
            assert not found, "\n".join(found[:10])

    @rule()
    def look_around(self) -> None:
        """What of the words that are nobody's business stands on the pages."""
        for name in ("reader", "guest", "manager", "operator"):
            client, user = Client(raise_request_exception=False), self.users[name]
            if isinstance(user, User):
                client.force_login(user)
            theirs = self.words_of(self.seats.get(name, set()))
            for address in ("/", "/advisories/", "/calendar/releases.ics", "/board/", *self.details()):
                heard = set(WORD.findall(whole(client.get(address))))
                counted["answers"] += 1
                assert heard <= self.told | theirs, f"{name} at {address}"

    def details(self) -> list[str]:
        return [one.get_absolute_url() for one in Advisory.objects.all()]

    def words_of(self, advisories: set[int]) -> set[str]:
        """Every word of advisories on which somebody holds a seat, and of what was merged into them."""
        found: set[str] = set()
        for one in Advisory.objects.filter(pk__in=advisories):
            comments = one.comments.exclude(audience=CommentAudience.TEAM)
            own: list[Any] = [
                one.texts,
                one.ended_because,
                list(one.merged.values_list("ended_because", flat=True)),
                list(one.text_versions.values_list("texts", flat=True)),
                list(one.revisions.values_list("content", "changes")),
                list(comments.values_list("text", "files__file_name")),
            ]
            found |= set(WORD.findall(str(own)))
            found |= {f"{SECRET}-{9000 + one.pk}-{what}" for what in ("line", "name")}
        return found


def test_after_any_walk_nobody_sees_what_they_must_not(db: None) -> None:
    run_state_machine_as_test(Walk, settings=settings(max_examples=10, stateful_step_count=13))
    told = f"{counted['answers']} probes after {counted['steps']} steps"
    sys.stdout.write(f"{told}, {counted['public']} of them with something public\n")
    assert counted["answers"]
    assert counted["public"]
