"""After the instant a worker asks as a stranger whether readers have what was approved, and says at once if not."""

import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Sending
from advisories.append_only import freeze, thaw
from advisories.lifecycle import State
from advisories.models import (
    About,
    Advisory,
    Batch,
    Event,
    Notification,
    Publication,
    PublicationStep,
    Reissue,
    RevisionPatch,
    StepKind,
)
from advisories.public import archive
from advisories.release import following, publishing, releasing, scheduling, sealing
from advisories.timeline import timeline_of
from advisories.writing import drafting
from tests.advisories.release.test_releasing import fixes_of
from tests.make import make_advisory
from tests.walk.batches import approving, armed, its_instant_comes, people

pytestmark = pytest.mark.django_db


@pytest.fixture
def released(settings: Settings) -> Batch:
    """Two advisories whose instant was a moment ago, announced to one list."""
    settings.ANNOUNCE_TO = ["announce@lists.sluice.example"]
    batch = armed(2)
    its_instant_comes()
    return batch


def worker() -> dict[tuple[int, str], str]:
    """Do whatever is due, and say how everything stands by number and kind."""
    for pk in publishing.due_steps():
        publishing.do_step(pk)
    return standing()


def standing() -> dict[tuple[int, str], str]:
    steps = PublicationStep.objects.select_related("publication").order_by("pk")
    return {(one.publication.number, one.kind): one.state for one in steps}


def numbers() -> list[int]:
    return list(Publication.objects.order_by("number").values_list("number", flat=True))


def step(number: int, kind: StepKind) -> PublicationStep:
    return PublicationStep.objects.get(publication__number=number, kind=kind)


def spoil(patch: RevisionPatch, content: bytes) -> None:
    """Change what is stored behind the portal's back, as whoever may write to the database could."""
    with connection.cursor() as cursor:
        for statement in thaw(connection.vendor, "advisories_revisionpatch"):
            cursor.execute(statement)
        RevisionPatch.objects.filter(pk=patch.pk).update(content=content)
        for statement in freeze(connection.vendor, "advisories_revisionpatch"):
            cursor.execute(statement)


def test_what_readers_have_is_confirmed_step_by_step(released: Batch) -> None:
    assert set(standing().values()) == {Sending.QUEUED}
    found = worker()
    for number in numbers():
        for kind in (StepKind.SITE, StepKind.FILES, StepKind.FEEDS, StepKind.MAIL):
            assert found[number, kind] == Sending.SENT, step(number, kind).trouble
        assert found[number, StepKind.RECORD] == Sending.QUEUED, "that one keeps up by itself"
    assert not Notification.objects.exists()


def test_the_rehearsal_says_beforehand_what_follows_and_the_release_how_far_it_is(settings: Settings) -> None:
    settings.ANNOUNCE_TO = ["announce@lists.sluice.example"]
    batch = armed()
    team = Client()
    team.force_login(people()[0])
    called = [following.called(kind, target) for kind, target in following.promised()]
    assert called[-1] == "Mail to announce@lists.sluice.example"
    rehearsal = team.get(f"/advisories/releases/{batch.pk}/rehearsal/").content.decode()
    desk = team.get(f"/desk/{batch.pk}/").content.decode()
    assert [one for one in called if one in rehearsal] == called
    assert "What went out" not in desk, "nothing has"
    its_instant_comes()
    desk = team.get(f"/desk/{batch.pk}/").content.decode()
    assert sorted(called, key=desk.index) == called, "in that order"
    assert "No worker has come by yet." in desk
    worker()
    publishing.release_due()
    desk = team.get(f"/desk/{batch.pk}/").content.decode()
    assert "5 of 5 done" in desk
    assert "Try again" not in desk


def test_nothing_is_asked_before_the_instant(settings: Settings) -> None:
    armed()
    assert publishing.due_steps() == []
    assert publishing.do_step(PublicationStep.objects.get(kind=StepKind.SITE).pk) is False


def test_mails_are_done_before_anything_is_asked(released: Batch) -> None:
    kinds = [PublicationStep.objects.get(pk=pk).kind for pk in publishing.due_steps()]
    assert kinds[:2] == [StepKind.MAIL, StepKind.MAIL]
    assert len(kinds) == 8


def test_a_confirmation_is_made_once_however_often_it_is_rung_for(released: Batch) -> None:
    pk = step(numbers()[0], StepKind.SITE).pk
    assert [publishing.do_step(pk), publishing.do_step(pk)] == [True, False]
    assert PublicationStep.objects.get(pk=pk).attempts == 1


def test_what_a_killed_worker_had_in_hand_is_taken_up_again(released: Batch) -> None:
    pk = step(numbers()[0], StepKind.FILES).pk
    assert PublicationStep.objects.claim(pk) is not None
    assert publishing.do_step(pk) is False, "somebody is at it"
    PublicationStep.objects.filter(pk=pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert publishing.do_step(pk) is True


def test_a_patch_that_is_not_what_was_approved_is_told_at_once_and_holds_nothing_else_up(released: Batch) -> None:
    one, _ = numbers()
    patch = RevisionPatch.objects.get(revision__advisory__number=one)
    before = bytes(patch.content)
    spoil(patch, before + b"\n")
    found = worker()
    spoiled = step(one, StepKind.FILES)
    assert spoiled.state == Sending.QUEUED, "it is tried again"
    assert spoiled.trouble == f"/advisories/{one}/v1/patches/1.patch is not what was approved. And 1 more."
    assert {key for key, state in found.items() if state != Sending.SENT and key[1] != StepKind.RECORD} == {
        (one, StepKind.FILES)
    }
    assert {notice.what for notice in Notification.objects.all()} == {About.TROUBLE}
    assert Notification.objects.count() == 2, "everybody who answers for it, once"
    assert Event.objects.filter(kind="step-failed", detail={"kind": "files"}).count() == 1
    spoil(patch, before)
    publishing.try_again(spoiled, by=people()[0])
    assert worker()[one, StepKind.FILES] == Sending.SENT
    assert step(one, StepKind.FILES).trouble == ""
    told = timeline_of(Event.objects.filter(kind__startswith="step-").order_by("sequence"), with_addresses=True)
    assert [moment.sentence for moment in told] == [
        "Not as it should be: its files, as they were approved", "Tried again: its files, as they were approved",
    ]  # fmt: skip


def test_who_is_told_once_is_not_told_with_every_try(released: Batch) -> None:
    patch = RevisionPatch.objects.first()
    assert patch is not None
    spoil(patch, b"")
    for _ in range(3):
        worker()
        Notification.objects.update(state=Sending.SENT, sent_at=timezone.now())
        PublicationStep.objects.filter(state=Sending.QUEUED).update(due_at=timezone.now())
    assert Notification.objects.count() == 2
    assert Event.objects.filter(kind="step-failed").count() == 1


def test_pages_that_break_are_told_by_their_addresses(released: Batch, tmp_path: Path, settings: Settings) -> None:
    """A template that somebody has spoilt: the lists break, and each advisory by itself does not."""
    folder = tmp_path / "templates"
    shutil.copytree(django_settings.BASE_DIR / "templates", folder)
    (folder / "public" / "_rows.html").write_text("{% if %}")
    settings.TEMPLATES = [{**django_settings.TEMPLATES[0], "DIRS": [folder]}]
    found = worker()
    for number in numbers():
        assert step(number, StepKind.SITE).trouble == "/advisories/ answers 500."
        assert [found[number, kind] for kind in (StepKind.FILES, StepKind.FEEDS, StepKind.MAIL)] == [Sending.SENT] * 3


def test_an_advisory_that_was_issued_again_has_steps_for_each_version(released: Batch) -> None:
    one = numbers()[0]
    advisory = Publication.objects.get(number=one).advisory
    drafting.keep_text(advisory, {"impact": "Larger."}, read_version=advisory.text_version, by=None)
    publishing.release_due()
    again = scheduling.plan([advisory], timezone.now() + timedelta(days=7), by=None)
    releasing.freeze_batch(again, fixes_of, by=None, reason=Reissue.TEXT, changes="Its impact.")
    sealing.seal_waiting()
    for person in people():
        approving(again, person)()
    its_instant_comes()
    worker()
    steps = PublicationStep.objects.filter(publication__number=one, kind__in=["site", "files", "feeds", "mail"])
    assert {(row.publication.version, row.state) for row in steps} == {(1, Sending.SENT), (2, Sending.SENT)}, [
        row.trouble for row in steps
    ]


def test_what_was_withdrawn_meanwhile_is_found_as_that(released: Batch) -> None:
    number, at = numbers()[0], timezone.now() + timedelta(minutes=1)
    told = {"state": State.WITHDRAWN, "ended_because": "It was no flaw.", "withdrawn_at": at}
    Advisory.objects.filter(number=number).update(**told)
    found = worker()
    for kind in (StepKind.SITE, StepKind.FILES, StepKind.FEEDS):
        assert found[number, kind] == Sending.SENT, step(number, kind).trouble


def test_a_row_far_down_the_list_is_found_there(released: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "PAGE", 1)
    assert worker()[numbers()[0], StepKind.SITE] == Sending.SENT


def test_what_is_published_without_approvals_promises_nothing(db: None) -> None:
    advisory = make_advisory()
    publishing.publish_known(advisory, fixes_of(advisory), timezone.now())
    assert not PublicationStep.objects.exists()


@pytest.mark.parametrize(("kind", "target"), [("site", "announce@lists.sluice.example"), ("mail", "")])
def test_a_mail_and_nothing_else_has_somewhere_to_go(released: Batch, kind: str, target: str) -> None:
    publication = Publication.objects.order_by("number")[0]
    PublicationStep.objects.filter(publication=publication).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        PublicationStep.objects.create(publication=publication, kind=kind, target=target)
