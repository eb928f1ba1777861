"""Real workers that send letters to members, killed in the middle: every member gets one in effect."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pysequoia import Tsk

from accounts.models import Sending
from advisories.lifecycle import State
from advisories.models import Delivery, What
from advisories.release import freezing, tidings
from advisories.release.batching import Audience
from tests.advisories.predisclosure.mailserver import MailServer, free_port, running
from tests.advisories.release.test_releasing import fixes_of
from tests.conftest import VAR
from tests.faults.worker import wait_until, worker
from tests.make import make_advisory, make_member, make_member_key

pytestmark = pytest.mark.django_db(transaction=True)
MEMBERS = 8


@pytest.fixture
def post(tmp_path: Path) -> Iterator[tuple[MailServer, dict[str, str]]]:
    """A slow mail server, and what tells a worker of it and of the team's key."""
    key = tmp_path / "team.key"
    key.write_bytes(bytes(Tsk.generate("Team <security@sluice.example>")))
    key.chmod(0o600)
    server, port = MailServer(), free_port()
    server.takes_s = 0.1
    told = {"MAIL_HOST": "127.0.0.1", "MAIL_PORT": str(port), "SIGNING_KEY_FILE": str(key)}
    with running(server, port):
        yield server, {f"PENSTOCK_{name}": value for name, value in told.items()}


def test_a_worker_killed_over_a_letter_makes_it_no_second_one_in_effect(
    transactional_db: None, post: tuple[MailServer, dict[str, str]]
) -> None:
    server, environment = post
    certificate = bytes(Tsk.generate("Member").extract_certificate())
    for number in range(MEMBERS):
        make_member_key(make_member(f"Member {number}"), certificate)
    advisory = make_advisory(state=State.PREDISCLOSED)
    revision = freezing.freeze(advisory, fixes_of(advisory), audience=Audience.MEMBERS, by=None)
    tidings.tell(advisory, What.PREDISCLOSED, Audience.MEMBERS, revision=revision)
    with worker(VAR, environment) as first:
        wait_until(lambda: len(server.taken) >= 2, first)
        first.kill()
    assert Delivery.objects.exclude(state=Sending.SENT).exists()
    server.takes_s = 0.0
    with worker(VAR, environment) as second:
        wait_until(lambda: not Delivery.objects.exclude(state=Sending.SENT).exists(), second)
    ids = [one.id for one in server.taken]
    assert sorted(set(ids)) == sorted(Delivery.objects.values_list("header_id", flat=True))
    assert len(ids) <= MEMBERS + 1, "only the one that was in the dead worker's hand may have gone twice"
    assert {one.raw.count(b"BEGIN PGP MESSAGE") for one in server.taken} == {1}
