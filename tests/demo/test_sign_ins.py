"""The demonstration's people sign in as everyone does, second factor included."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from demo.loading import load_people, sign_ins_of_people
from demo.scenario_people import PEOPLE


@pytest.fixture
def kept(db: None, tmp_path: Path, settings: Settings) -> Path:
    settings.VAR_DIR = settings.BASE_DIR = tmp_path
    return tmp_path / "sign-ins"


def test_password_and_printed_code_sign_each_of_them_in(kept: Path) -> None:
    load_people(kept)
    for person in PEOPLE:
        client, printed = Client(REMOTE_ADDR=f"192.0.2.{len(person.name)}"), StringIO()
        client.post("/sign-in", {"login": person.email, "password": sign_ins_of_people(kept)[person.email].password})
        call_command("demo_code", person.email, stdout=printed)
        answer = client.post("/sign-in/second-factor", {"code": printed.getvalue().strip()})
        assert answer.headers.get("Location") == "/board/", person.email


def test_only_this_account_reads_what_was_kept(kept: Path) -> None:
    load_people(kept)
    assert kept.stat().st_mode & 0o077 == 0


def test_without_a_demonstration_there_is_no_code(kept: Path) -> None:
    with pytest.raises(CommandError, match="make demo"):
        call_command("demo_code", "security@sluice.example")


def test_nobody_else_has_a_code(kept: Path) -> None:
    load_people(kept)
    with pytest.raises(CommandError, match="Nobody in the demonstration"):
        call_command("demo_code", "stranger@sluice.example")
