"""Keys made for the tests, and real gpg in a home of its own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pysequoia
import pytest

from advisories.openpgp import certificates, signing
from advisories.openpgp.certificates import Certificate
from advisories.openpgp.signing import FileSigner
from tests.advisories.openpgp.gpg import Gpg

# Everyone without gpg runs the rest; where CI is set its absence is a failure.
collect_ignore_glob = [] if os.environ.get("CI") or shutil.which("gpg") else ["test_with_gpg*.py"]


@pytest.fixture(scope="session")
def gpg() -> Iterator[Gpg]:
    """Gpg with a key of the team, whose passphrase its agent knows, and one of a member."""
    with Gpg.in_a_new_home() as one:
        yield one


@pytest.fixture(scope="session")
def team() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Sluice security team <security@sluice.example>")


@pytest.fixture(scope="session")
def member() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Member <security@member.example>")


@pytest.fixture
def team_key_file(team: pysequoia.Tsk, tmp_path: Path) -> Path:
    file = tmp_path / "team.key"
    file.write_bytes(bytes(team))
    file.chmod(0o600)
    return file


@pytest.fixture
def signer(team_key_file: Path) -> FileSigner:
    return signing.from_file(team_key_file, None)


@pytest.fixture(scope="session")
def team_certificate(team: pysequoia.Tsk) -> Certificate:
    return certificates.read(bytes(team.extract_certificate()))


@pytest.fixture(scope="session")
def member_certificate(member: pysequoia.Tsk) -> Certificate:
    return certificates.read(bytes(member.extract_certificate()))
