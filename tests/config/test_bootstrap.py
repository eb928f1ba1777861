"""What a newcomer is told before anything is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """As much of a fresh clone as `bootstrap.py` looks at."""
    place = tmp_path / "checkout"
    place.mkdir()
    for name in ("bootstrap.py", "requirements.txt", "requirements-dev.txt"):
        (place / name).write_bytes((ROOT / name).read_bytes())
    return place


def _bootstrap(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {"PATH": os.environ["PATH"], "HOME": str(checkout)}
    return subprocess.run(
        [sys.executable, "bootstrap.py", "runtime"],
        cwd=checkout, env={**kept, **environment}, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip


def test_without_a_package_index_one_sentence_says_so(checkout: Path) -> None:
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "https://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    refused = _bootstrap(checkout, **nowhere)
    assert refused.returncode == 1
    assert "no package index answers" in refused.stderr
    assert "Traceback" not in refused.stderr


def test_an_interrupted_installation_is_taken_up_again(checkout: Path) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").write_text("half written")
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "https://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    again = _bootstrap(checkout, **nowhere)
    assert "Making the virtual environment" in again.stderr
    assert "Traceback" not in again.stderr


def test_an_old_git_is_named_with_what_is_needed(checkout: Path) -> None:
    old = checkout / "bin" / "git"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho git version 2.30.1\n")
    old.chmod(0o755)
    refused = _bootstrap(checkout, PATH=f"{old.parent}:{os.environ['PATH']}")
    assert refused.returncode == 1
    assert refused.stderr.strip() == "penstock: git 2.39 or newer is needed, and this is git version 2.30.1."


def test_without_git_one_sentence_says_so(checkout: Path) -> None:
    (checkout / "empty").mkdir()
    refused = _bootstrap(checkout, PATH=str(checkout / "empty"))
    assert refused.returncode == 1
    assert "git is not installed" in refused.stderr
    assert "Traceback" not in refused.stderr
