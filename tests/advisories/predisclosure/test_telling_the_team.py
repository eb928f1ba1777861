"""The team hears at once of what went wrong, without a word of it in the letter."""

import pytest

from accounts.models import Role, Sending
from advisories.lifecycle import State
from advisories.models import About, Notification, PublicationStep, StepKind, What
from advisories.release import publishing, sealing, tidings
from advisories.release.batching import Audience
from tests.advisories.predisclosure.mailserver import MailServer
from tests.make import make_advisory, make_user

pytestmark = pytest.mark.django_db


def test_what_is_held_back_is_told_at_once() -> None:
    one = make_user("one@sluice.example", Role.SECURITY)
    tidings.tell(make_advisory(), What.HELD, Audience.TEAM)
    assert [(notice.user, notice.what) for notice in Notification.objects.all()] == [(one, About.TROUBLE)]


def test_an_announcement_that_is_given_up_is_told_at_once(server: MailServer) -> None:
    make_user("one@sluice.example", Role.SECURITY)
    advisory = make_advisory(state=State.PUBLIC)
    step = PublicationStep.objects.create(
        publication=advisory.publications.get(), kind=StepKind.MAIL, target="list@sluice.example"
    )
    server.answers = lambda recipient, nth: "550 No such list"
    sealing.seal_waiting()
    publishing.do_step(step.pk)
    step.refresh_from_db()
    assert step.state == Sending.FAILED
    assert Notification.objects.get().what == About.TROUBLE
