"""Everything fetched and verified with curl, sha256sum and gpg alone, by the very commands that the guide gives."""

import os
import subprocess
from pathlib import Path

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from advisories.models import MemberText
from advisories.predisclosure import sealing, shell
from tests.advisories.openpgp.gpg import Gpg
from tests.advisories.predisclosure.told import predisclosed, revised
from tests.api.asking import make_token
from tests.make import make_contact, make_member

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "members.md"


@pytest.fixture
def token(transactional_db: None, settings: Settings, live_server: LiveServer) -> str:
    """Of a contact of a member that was told of two advisories, one of them twice."""
    settings.SITE_URL = live_server.url
    member = make_member()
    secret = make_token(make_contact(member), member)[1]
    revised(predisclosed(number=7, notes="For members."))
    predisclosed(number=8)
    return secret


def run(commands: str, folder: Path, gpg: Gpg, token: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "GNUPGHOME": str(gpg.home), "PENSTOCK_TOKEN": token, "LC_ALL": "C"}
    return subprocess.run(
        ["sh", "-c", commands], cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.usefixtures("team_signs")
def test_what_the_guide_says_fetches_and_verifies_everything(token: str, gpg: Gpg, tmp_path: Path) -> None:
    assert sealing.seal_waiting() == 3
    (tmp_path / "here").mkdir()
    once = run(shell.once(), tmp_path, gpg, token)
    assert once.returncode == 0, once.stderr
    done = run(shell.each_time(), tmp_path / "here", gpg, token)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Good signature") == 2
    assert "1.patch: OK" in done.stdout
    found = {file.relative_to(tmp_path / "here" / "advisories").as_posix() for file in tmp_path.rglob("*/ssa*/*")}
    assert {"ssa7-v2/ssa7-v2.txt", "ssa7-v2/SHA256SUMS.asc", "ssa8-v1/1.patch"} <= found
    assert "For members." in (tmp_path / "here/advisories/ssa7-v2/ssa7-v2.txt").read_text()


@pytest.mark.usefixtures("team_signs")
def test_it_stops_at_a_patch_that_was_changed_on_the_way(token: str, gpg: Gpg, tmp_path: Path) -> None:
    sealing.seal_waiting()
    run(shell.once(), tmp_path, gpg, token)
    changed = shell.each_time().replace("for folder", "echo more >> ssa8-v1/1.patch\nfor folder")
    done = run(changed, tmp_path, gpg, token)
    assert done.returncode != 0
    assert "1.patch: FAILED" in done.stdout


def test_it_stops_where_nothing_is_signed_and_the_archive_says_so(token: str, gpg: Gpg, tmp_path: Path) -> None:
    sealing.seal_waiting()
    done = run(shell.each_time(), tmp_path, gpg, token)
    assert done.returncode != 0
    assert "not signed" in (tmp_path / "advisories/ssa8-v1/NOT-SIGNED.txt").read_text()


@pytest.mark.usefixtures("team_signs")
def test_a_revision_is_signed_once_by_a_worker(token: str) -> None:
    assert sealing.seal_waiting() == 3
    assert sealing.seal_waiting() == 0
    assert not MemberText.objects.filter(fingerprint="").exists()


def test_the_guide_gives_exactly_these_commands() -> None:
    guide = GUIDE.read_text()
    for commands in (shell.ONCE, shell.EACH_TIME):
        assert commands.format(site="https://security.sluice.example") in guide
