"""Every document of one advisory, byte for byte as it was read and found good."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.advisories.formats.golden import FOLDER, documents

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_is_what_it_was(name: str) -> None:
    assert DOCUMENTS[name].decode() == (FOLDER / name).read_bytes().decode()


def test_no_golden_file_is_left_over() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(DOCUMENTS)


def test_another_process_with_other_hashes_writes_the_same() -> None:
    script = (
        "import hashlib, tests.advisories.formats.golden as golden;"
        "print(hashlib.sha256(repr(sorted(golden.documents().items())).encode()).hexdigest())"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={"PYTHONHASHSEED": seed},
            cwd=Path(__file__).parents[3],
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1
