"""`manage.py policy`: out to a file, back from one, and refused where it would be wrong."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from advisories import policies
from advisories.models import PolicyVersion
from advisories.policy import Policy


def run(*words: str) -> str:
    out = io.StringIO()
    call_command("policy", *words, stdout=out)
    return out.getvalue()


def changed(folder: Path, **changes: object) -> Path:
    file = folder / "policy.json"
    run("--export", str(file))
    file.write_text(json.dumps(json.loads(file.read_text()) | changes))
    return file


def test_a_policy_kept_in_a_file_comes_back(db: None, tmp_path: Path) -> None:
    told = run("--import", str(changed(tmp_path, quorum=3)), "--why", "From git.")
    assert "2 members of the team -> 3 members of the team" in told
    assert policies.current_policy() == Policy("SSA", quorum=3)


def test_it_is_shown_with_its_version(db: None, tmp_path: Path) -> None:
    assert run().startswith("Version 0: the defaults\n{")
    run("--import", str(changed(tmp_path, quorum=3)), "--why", "From git.")
    assert run().startswith(f"Version 1, sha256 {PolicyVersion.objects.get().sha256}\n")
    assert run("--export", "-") == run().split("\n", 1)[1]


@pytest.mark.parametrize(
    ("changes", "words", "told"),
    [
        ({"qorum": 3}, ["--why", "x"], "no field 'qorum'"),
        ({"prefix": "XSA"}, ["--why", "x"], "PENSTOCK_ADVISORY_PREFIX"),
        ({"quorum": 3}, [], "say why"),
        ({}, ["--why", "x"], "already"),
        ({"quorum": 3}, ["--why", "x", "--based-on", "4"], "version 0 holds"),
    ],
)
def test_what_is_wrong_is_told_and_changes_nothing(
    db: None, tmp_path: Path, changes: dict[str, object], words: list[str], told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        run("--import", str(changed(tmp_path, **changes)), *words)
    assert not PolicyVersion.objects.exists()


def test_a_file_that_is_not_there_is_told(db: None) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        run("--import", "/nonexistent/policy.json", "--why", "x")
