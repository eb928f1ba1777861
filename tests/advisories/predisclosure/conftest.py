"""Members with keys, a team with one, and a real mail server."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pysequoia
import pytest
from pytest_django import Settings

from advisories.models import Membership
from advisories.openpgp.decrypting import DecryptionKey
from tests.advisories.openpgp.gpg import Gpg
from tests.advisories.predisclosure.mailserver import MailServer, free_port, running, sent_to
from tests.make import make_member, make_member_key

# Everyone without gpg runs the rest; where CI is set its absence is a failure.
collect_ignore_glob = [] if os.environ.get("CI") or shutil.which("gpg") else ["test_with_gpg*.py"]


@pytest.fixture(scope="session")
def gpg() -> Iterator[Gpg]:
    """A member's gpg."""
    with Gpg.in_a_new_home() as one:
        yield one


@pytest.fixture(scope="session")
def team() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Sluice security team <security@sluice.example>")


@pytest.fixture(scope="session")
def members_key() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Reservoir <security@reservoir-linux.example>")


@pytest.fixture
def team_signs(settings: Settings, team: pysequoia.Tsk, tmp_path: Path) -> Path:
    """The team's key on this machine; its file."""
    file = tmp_path / "team.key"
    file.write_bytes(bytes(team))
    file.chmod(0o600)
    settings.SIGNING_KEY_FILE, settings.PUBLISH_UNSIGNED = file, False
    return file


@pytest.fixture
def server(settings: Settings) -> Iterator[MailServer]:
    port, server = free_port(), MailServer()
    sent_to(port, settings)
    with running(server, port):
        yield server


@pytest.fixture
def reservoir(db: None, members_key: pysequoia.Tsk) -> Membership:
    """A member with a key."""
    membership = make_member("Reservoir Linux")
    make_member_key(membership, bytes(members_key.extract_certificate()))
    return membership


@pytest.fixture
def opened_by(members_key: pysequoia.Tsk, tmp_path: Path) -> DecryptionKey:
    file = tmp_path / "member.key"
    file.write_bytes(bytes(members_key))
    return DecryptionKey(file)
