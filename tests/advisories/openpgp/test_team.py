"""The team's keys as settings name them, and what a check says of them."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from pysequoia import Tsk
from pytest_django import Settings

from advisories.openpgp import team
from advisories.openpgp.signing import FileSigner, ProgramSigner, SigningTrouble
from config.key_checks import check_team_keys

Lay = Callable[..., Path]


@pytest.fixture
def lay(tmp_path: Path) -> Lay:
    """Lay a file down that nobody else can read."""

    def down(name: str, content: bytes | str, mode: int = 0o600) -> Path:
        file = tmp_path / name
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        file.chmod(mode)
        return file

    return down


def said() -> list[str]:
    return [f"{message.id} {message.msg}" for message in check_team_keys(None)]


def test_without_settings_there_is_no_key_and_nothing_to_check() -> None:
    assert not team.team_key().has_key
    assert said() == []
    with pytest.raises(SigningTrouble, match="No signing key is set on this machine"):
        team.signer()


def test_a_key_in_a_file_signs(settings: Settings, lay: Lay, team_key_file: Path) -> None:
    settings.SIGNING_KEY_FILE = team_key_file
    assert isinstance(team.signer(), FileSigner)
    assert team.team_key().has_key
    assert said() == []


def test_a_program_needs_a_certificate_beside_it(settings: Settings) -> None:
    settings.SIGNING_COMMAND = ["sign", "{mode}"]
    with pytest.raises(SigningTrouble, match="no certificate"):
        team.signer()
    assert said() == ["penstock.E010 The team can't sign. No signing key is set."]


def test_a_program_with_a_certificate_signs(settings: Settings, lay: Lay, team_key_file: Path, team_pub: bytes) -> None:
    settings.SIGNING_COMMAND, settings.TEAM_CERTIFICATE_FILE = ["sign", "{mode}"], lay("team.asc", team_pub)
    assert isinstance(team.signer(), ProgramSigner)
    assert said() == []


@pytest.fixture
def team_pub(team: Tsk) -> bytes:
    return str(team.extract_certificate()).encode()


def test_a_host_that_does_not_sign_knows_the_key_by_its_certificate(
    settings: Settings, lay: Lay, team_pub: bytes
) -> None:
    settings.TEAM_CERTIFICATE_FILE = lay("team.asc", team_pub)
    assert team.team_key().has_key
    assert said() == []


def test_a_certificate_that_was_replaced_is_read_again(
    settings: Settings, lay: Lay, member: Tsk, team_pub: bytes
) -> None:
    settings.TEAM_CERTIFICATE_FILE = file = lay("team.asc", team_pub)
    before = team.team_key().fingerprint
    file.write_bytes(bytes(member.extract_certificate()))
    assert team.team_key().fingerprint == member.extract_certificate().fingerprint.upper() != before


def test_a_key_that_lapses_within_sixty_days_is_announced(settings: Settings, lay: Lay) -> None:
    lasts = timedelta(days=59)
    key = Tsk.generate("Team <team@sluice.example>", validity_seconds=int(lasts.total_seconds()))
    settings.SIGNING_KEY_FILE = settings.DECRYPTION_KEY_FILE = lay("team.key", bytes(key))
    ends_at = team.team_key().key_expires_at
    assert ends_at is not None
    assert abs(ends_at - datetime.now(UTC) - lasts) < timedelta(minutes=3)
    assert [message.partition(" ")[0] for message in said()] == ["penstock.W010"] * 2


def test_a_key_that_lapses_later_is_not_announced(settings: Settings, lay: Lay) -> None:
    key = Tsk.generate("Team <team@sluice.example>", validity_seconds=61 * 24 * 3600)
    settings.SIGNING_KEY_FILE = settings.DECRYPTION_KEY_FILE = lay("team.key", bytes(key))
    assert said() == []


def test_a_key_that_has_lapsed_is_no_key(settings: Settings, lay: Lay) -> None:
    key = Tsk.generate("Team <team@sluice.example>", validity_seconds=1)
    settings.SIGNING_KEY_FILE = settings.DECRYPTION_KEY_FILE = lay("team.key", bytes(key))
    time.sleep(2)
    assert not team.team_key().has_key
    signing, decryption = said()
    assert signing.startswith("penstock.E010 The team can't sign. The key expired on ")
    assert decryption.startswith("penstock.W011 Nobody can encrypt to the team. This key expired on ")


def test_a_certificate_of_another_key_is_found_out(
    settings: Settings, lay: Lay, team_key_file: Path, member: Tsk
) -> None:
    settings.SIGNING_KEY_FILE = team_key_file
    settings.TEAM_CERTIFICATE_FILE = lay("team.asc", bytes(member.extract_certificate()))
    assert said() == [
        "penstock.E010 The team can't sign. The signature that was made doesn't verify with the team's certificate."
    ]


def test_a_missing_file_is_named_by_what_it_is_for(settings: Settings, tmp_path: Path) -> None:
    settings.SIGNING_KEY_FILE = settings.DECRYPTION_KEY_FILE = tmp_path / "missing"
    assert said() == [
        "penstock.E010 The team can't sign. The file with the key can't be read (FileNotFoundError).",
        "penstock.E011 Encrypted mail can't be opened. The file with the key can't be read (FileNotFoundError).",
    ]


def test_a_key_that_others_can_read_is_told(settings: Settings, lay: Lay, team: Tsk) -> None:
    settings.SIGNING_KEY_FILE = file = lay("team.key", bytes(team), mode=0o640)
    assert said() == [f"penstock.W012 {file} can be read by others."]


def test_a_deployment_is_checked_for_its_keys_and_a_command_is_not_held_up(settings: Settings, tmp_path: Path) -> None:
    settings.DECRYPTION_KEY_FILE = tmp_path / "missing"
    call_command("check")
    with pytest.raises(SystemCheckError, match=r"penstock\.E011"):
        call_command("check", "--deploy")
