"""What a killed worker leaves: no git that goes on, and no throw-away directory for long."""

import contextlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from releases.engine import leash
from releases.engine.git import scratch_directory

ROOT = Path(__file__).resolve().parents[2]

ASKING = """
import sys
from pathlib import Path
from releases.engine.git import Git
Git(Path(sys.argv[1])).run("ls-remote", sys.argv[2], limit_s=600, protocols=("git", "http"))
"""
WORKING = """
import sys, time
from releases.engine.git import scratch_directory
with scratch_directory() as scratch:
    scratch.index.write_bytes(b"under embargo")
    print(scratch.index.parent, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def silent() -> Iterator[socket.socket]:
    """A server that takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        yield server


@contextlib.contextmanager
def running(program: str, *arguments: str) -> Iterator["subprocess.Popen[str]"]:
    child = subprocess.Popen([sys.executable, "-c", program, *arguments], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        yield child
    finally:
        child.kill()
        child.communicate()


def becomes_true(condition: Callable[[], bool]) -> bool:
    for _ in range(600):
        if condition():
            return True
        time.sleep(0.1)
    return False


def asking_for(address: str) -> list[int]:
    """Processes of git, and what watches it, that name `address` on their command line."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            if address.encode() in words and ASKING.encode() not in words:
                found.append(int(folder.name))
    return found


@pytest.mark.parametrize("protocol", ["git", "http"])
def test_git_and_its_helpers_end_with_a_worker_that_is_killed(
    tmp_path: Path, silent: socket.socket, protocol: str
) -> None:
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path)], check=True)
    address = f"{protocol}://127.0.0.1:{silent.getsockname()[1]}/x"
    with running(ASKING, str(tmp_path), address) as worker:
        connection, _ = silent.accept()
        with connection:
            assert len(asking_for(address)) > 1
            worker.send_signal(signal.SIGKILL)
            assert becomes_true(lambda: not asking_for(address))


def test_the_directory_of_a_killed_worker_is_swept() -> None:
    with running(WORKING) as worker:
        assert worker.stdout is not None
        left = Path(worker.stdout.readline().strip())
        with pytest.raises(BlockingIOError):
            leash.swept(left, young_s=-1)
        assert (left / "index").exists()
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    assert left.exists()
    assert leash.swept(left, young_s=-1)
    assert not left.exists()


def test_a_directory_in_use_is_left_alone() -> None:
    with scratch_directory() as scratch:
        leash.sweep()
        assert scratch.objects.exists()


def test_a_young_directory_is_left_alone_though_nobody_holds_it(tmp_path: Path) -> None:
    young = tmp_path / f"{leash.SCRATCH}new"
    young.mkdir()
    assert leash.sweep(tmp_path) == 0
    assert young.exists()


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept", tmp_path / f"{leash.SCRATCH}link"
    kept.mkdir()
    link.symlink_to(kept)
    with pytest.raises(OSError, match=r"Not a directory|Too many levels"):
        leash.swept(link, young_s=-1)
    assert kept.exists()


def test_what_is_called_otherwise_is_somebody_else_s(tmp_path: Path) -> None:
    (tmp_path / "penstock-tests-1").mkdir()
    assert leash.sweep(tmp_path) == 0
    assert (tmp_path / "penstock-tests-1").exists()
