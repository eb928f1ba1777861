"""`make demo` as a newcomer meets it: real processes, a directory of its own."""

import contextlib
import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def _environment(place: Path) -> dict[str, str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**kept, "PENSTOCK_VAR": str(place), "PENSTOCK_TICK_S": "1", "PYTHONUNBUFFERED": "1"}


def _demo(place: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "manage.py", "demo", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=_environment(place), capture_output=True, text=True, timeout=150, check=False
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _processes_in(place: Path) -> list[int]:
    """Processes whose environment names `place`, our own children apart from ourselves."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        with contextlib.suppress(OSError):
            if f"PENSTOCK_VAR={place}\0".encode() in entry.read_bytes() + b"\0":
                found.append(int(entry.parent.name))
    return found


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demonstration that has run once: its place and what it printed."""
    place = tmp_path_factory.mktemp("demo") / "var"
    place.mkdir()
    done = _demo(place, "--once", "--port", str(_free_port()))
    assert done.returncode == 0, done.stdout + done.stderr
    return place, done.stdout


@pytest.mark.timeout(300)
def test_the_board_shows_every_verdict(shown: tuple[Path, str]) -> None:
    _, printed = shown
    for verdict in ("applies", "needs 3", "conflicts", "merged", "invalid"):
        assert re.search(rf"^SSA-\d+ .*{verdict}", printed, re.MULTILINE), verdict


@pytest.mark.timeout(300)
def test_a_list_names_another_embargoed_fix(shown: tuple[Path, str]) -> None:
    _, printed = shown
    assert re.search(r"SSA-45, series s1\s+\[under embargo\]", printed)


@pytest.mark.timeout(300)
def test_negotiations_and_releases_stand_in_the_states_that_people_want_to_look_at(shown: tuple[Path, str]) -> None:
    place, _ = shown
    with contextlib.closing(sqlite3.connect(next(place.glob("*.sqlite3")))) as kept:
        embargoes = {row[0] for row in kept.execute("SELECT state FROM advisories_embargo")}
        proposals = {row[0] for row in kept.execute("SELECT state FROM advisories_proposal")}
        batches = {row[0] for row in kept.execute("SELECT state FROM advisories_batch")}
        [[overruns]] = kept.execute("SELECT count(*) FROM advisories_overrun")
        [[moves]] = kept.execute("SELECT count(*) FROM advisories_batchmove")
        [[checked]] = kept.execute("SELECT count(*) FROM releases_fixanswer")
    assert embargoes >= {"proposed", "active", "under revision"}
    assert proposals >= {"open", "accepted", "rejected"}
    assert batches >= {"open", "frozen", "pre-disclosed", "armed", "cancelled"}
    assert overruns
    assert moves
    assert checked


@pytest.mark.timeout(300)
def test_every_role_gets_a_sign_in(shown: tuple[Path, str]) -> None:
    _, printed = shown
    for role in ("security", "coordinator", "release-manager", "guest", "operator", "finder", "reader"):
        assert re.search(rf"^  {role} ", printed, re.MULTILINE), role


@pytest.mark.timeout(300)
def test_no_process_is_left_when_it_has_ended(shown: tuple[Path, str]) -> None:
    place, _ = shown
    assert _processes_in(place) == []


@pytest.mark.timeout(300)
def test_a_second_run_takes_up_what_is_there(shown: tuple[Path, str]) -> None:
    place, printed = shown
    again = _demo(place, "--once", "--port", str(_free_port()))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "Fetching the upstream" not in again.stdout
    assert re.findall(r"^SSA-\d+.*$", again.stdout, re.MULTILINE) == re.findall(r"^SSA-\d+.*$", printed, re.MULTILINE)


def test_a_taken_port_is_told_in_a_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        refused = _demo(tmp_path, "--once", "--port", str(port))
    assert refused.returncode != 0
    assert f"Port {port} is taken." in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.timeout(300)
def test_a_killed_run_leaves_no_process_and_the_next_says_so_and_starts_afresh(tmp_path: Path) -> None:
    command = [sys.executable, "manage.py", "demo", "--port", str(_free_port())]
    first = subprocess.Popen(
        command, cwd=ROOT, env=_environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    limit = time.monotonic() + 60
    while not (tmp_path / "logs" / "web.log").exists() and time.monotonic() < limit:
        time.sleep(0.05)
    (tmp_path / "loaded").unlink(missing_ok=True)
    first.kill()
    first.wait()
    while _processes_in(tmp_path) and time.monotonic() < limit:
        time.sleep(0.1)
    assert _processes_in(tmp_path) == []
    again = _demo(tmp_path, "--once", "--port", str(_free_port()))
    assert again.returncode == 0, again.stdout + again.stderr
    assert "starting afresh" in again.stdout


@pytest.mark.timeout(300)
def test_ctrl_c_ends_every_process_and_two_at_once_are_refused(shown: tuple[Path, str]) -> None:
    place, _ = shown
    command = [sys.executable, "manage.py", "demo", "--port", str(_free_port())]
    # A shell that starts the suite in the background has Ctrl-C ignored in all that follows.
    serving = subprocess.Popen(
        command, cwd=ROOT, env=_environment(place), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    assert serving.stdout is not None
    for line in serving.stdout:
        if "Serving until Ctrl-C" in line:
            break
    second = _demo(place, "--once", "--port", str(_free_port()))
    assert "Another demonstration runs" in second.stderr
    serving.send_signal(signal.SIGINT)
    rest = serving.communicate(timeout=60)[0]
    assert "Ended, and every process with it." in rest
    assert serving.returncode == 0
    assert _processes_in(place) == []
