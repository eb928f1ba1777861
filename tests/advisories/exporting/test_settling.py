"""The exported site is a step of each publication: done when a generation has it, told at once when a run fails."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role, Sending, User
from advisories.exporting import generations, planning, settling, sweeping
from advisories.exporting.resting import Resting
from advisories.models import ExportedSite, Notification, Publication, PublicationStep, StepKind
from advisories.release import following, publishing
from tests.make import make_user
from tests.walk.batches import armed, its_instant_comes, people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_has_looked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "_looked", [])
    monkeypatch.setattr(sweeping, "_resting", Resting())
    monkeypatch.setattr(planning, "hour", lambda now: "the same for as long as a test takes")


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Path:
    """The folder that this machine's worker keeps."""
    settings.EXPORT_DIR = tmp_path / "site"
    return tmp_path / "site"


@pytest.fixture
def waiting(site: Path) -> PublicationStep:
    """The step of an advisory whose instant was a moment ago."""
    armed()
    its_instant_comes()
    return PublicationStep.objects.get(kind=StepKind.EXPORT)


def break_it(settings: Settings) -> None:
    """The portal refuses whoever comes by the name that its settings give it."""
    settings.ALLOWED_HOSTS = ["elsewhere.sluice.example"]


def seconds_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed has rested."""
    monkeypatch.setattr(sweeping, "_resting", Resting())


def mend_it(settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["localhost", "testserver"]


def test_a_publication_is_exported_when_a_generation_has_it(waiting: PublicationStep, site: Path) -> None:
    assert publishing.do_step(waiting.pk) is False, "only whoever keeps the site can say so"
    assert sweeping.sweep()
    waiting.refresh_from_db()
    assert waiting.state == Sending.SENT
    assert (site / "current" / "advisories" / str(waiting.publication.number) / "v1" / "index.html").exists()
    assert not sweeping.sweep()


def test_an_export_is_promised_where_a_worker_keeps_a_site(settings: Settings, tmp_path: Path) -> None:
    def is_promised() -> bool:
        return (StepKind.EXPORT, "") in following.promised()

    assert not is_promised()
    settings.EXPORT_DIR = tmp_path
    assert is_promised()
    settings.EXPORT_DIR = None
    ExportedSite.objects.went_well("/srv/site")
    assert is_promised(), "a worker on another machine does"
    ExportedSite.objects.update(tried_at=timezone.now() - timedelta(days=2))
    assert not is_promised()


def test_a_run_that_fails_is_told_at_once_and_done_once_it_is_mended(
    waiting: PublicationStep, site: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    break_it(settings)
    for _ in range(2):
        assert not sweeping.sweep()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts) == (Sending.QUEUED, 1)
    assert waiting.trouble.endswith(" answers 400.")
    assert Notification.objects.count() == 2, "everybody who answers for it, once"
    failing = ExportedSite.objects.failing().get()
    assert (failing.folder, failing.trouble, failing.done_at) == (str(site), waiting.trouble, None)
    mend_it(settings)
    assert not sweeping.sweep(), "it rests for some seconds"
    seconds_later(monkeypatch)
    assert sweeping.sweep(), "before its next try is due"
    waiting.refresh_from_db()
    assert (waiting.state, waiting.trouble) == (Sending.SENT, "")
    assert not ExportedSite.objects.failing().exists()


def test_what_was_given_up_is_done_by_the_next_run_that_goes_well(waiting: PublicationStep) -> None:
    PublicationStep.objects.filter(pk=waiting.pk).update(state=Sending.FAILED, trouble="OSError")
    assert sweeping.sweep()
    waiting.refresh_from_db()
    assert waiting.state == Sending.SENT


def test_trying_again_exports_although_nothing_has_moved(
    waiting: PublicationStep, site: Path, settings: Settings
) -> None:
    sweeping.sweep()
    (site / "current" / "advisories" / str(waiting.publication.number) / "v1" / "index.html").unlink()
    PublicationStep.objects.filter(pk=waiting.pk).update(state=Sending.FAILED, sent_at=None, trouble="It is gone.")
    assert not sweeping.sweep(), "nothing is due"
    publishing.try_again(waiting, by=people()[0])
    assert sweeping.sweep()
    waiting.refresh_from_db()
    assert waiting.state == Sending.SENT
    assert (site / "current" / "advisories" / str(waiting.publication.number) / "v1" / "index.html").exists()


def test_a_run_that_somebody_else_has_in_hand_is_no_trouble(waiting: PublicationStep, site: Path) -> None:
    with generations.held(site, wait=False):
        assert not sweeping.sweep()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.attempts, waiting.trouble) == (Sending.QUEUED, 0, "")


def test_what_becomes_public_while_a_run_is_under_way_waits_for_the_next_one(site: Path) -> None:
    sweeping.sweep()
    made = generations.newest(site)
    assert made is not None
    armed()
    its_instant_comes()
    settling.went_well(site, made, expected=())
    step = PublicationStep.objects.get(kind=StepKind.EXPORT)
    assert (step.state, step.trouble) == (Sending.QUEUED, "")
    settling.went_well(site, made, expected=settling.awaited())
    step.refresh_from_db()
    assert step.trouble == "The exported site does not have it."


def test_a_text_that_is_not_what_was_signed_is_not_exported(waiting: PublicationStep, site: Path) -> None:
    sweeping.sweep()
    made = generations.newest(site)
    assert made is not None
    [text] = (made.folder / "advisories").rglob("*-v1.txt")
    text.unlink()
    text.write_bytes(b"Something else.")
    PublicationStep.objects.filter(pk=waiting.pk).update(state=Sending.QUEUED, sent_at=None)
    settling.went_well(site, made, expected=settling.awaited())
    waiting.refresh_from_db()
    assert waiting.trouble == "The exported site does not have it."


def test_nothing_waits_for_ever_for_a_site_that_nobody_keeps(waiting: PublicationStep, settings: Settings) -> None:
    settings.EXPORT_DIR = None
    sweeping.sweep()
    waiting.refresh_from_db()
    assert waiting.state == Sending.QUEUED, "whoever keeps it may only have begun"
    Publication.objects.update(public_at=timezone.now() - timedelta(days=2))
    sweeping.sweep()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.trouble) == (Sending.STOPPED, "No worker keeps an exported site any more.")


def test_a_run_that_fails_over_no_publication_is_seen_by_the_team_and_by_operators(
    site: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    site.mkdir()
    (site / "thesis.txt").write_text("mine")
    assert not sweeping.sweep()
    said = "holds something else: give the export a folder of its own"
    for person, address in (
        (make_user("one@sluice.example", Role.SECURITY), "/desk/"),
        (User.objects.create_superuser("root@sluice.example"), "/trees/"),
    ):
        client = Client()
        client.force_login(person)
        assert said in client.get(address).content.decode()
    assert said not in Client().get("/trees/").content.decode()
    (site / "thesis.txt").unlink()
    seconds_later(monkeypatch)
    assert sweeping.sweep()
    assert said not in client.get("/trees/").content.decode()
