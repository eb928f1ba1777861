"""`python -m bench.site`: what public pages and the exported site cost, against a constant text and a file server.

Nothing of the portal is imported before its settings are: each contender is a process of its own.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from bench import archive, machine, page

_WHAT = """\
Requests per second of one gunicorn process (sync, as `deploy/` starts it), asked by one client on the same machine, a
connection for each request. *bare* is a Django view without any middleware that gives 20 kB of constant text, under the
same gunicorn; the contenders take turns, several rounds, and a share is the median of the rounds with the least and the
most in parentheses. Pages are asked for as browsers do, packed. *made anew* is the same page with nothing kept, a
query string different each time. The exported site is served by Python's own file server, which a file of 20 kB is
asked of as well. The archive is made up (`bench/archive.py`): three patches each, a fifth in two versions. Exporting
is timed as a command, with Python's start and end, and in a worker, which has started before. The run of all of
it lays two spares besides, which the next ones take instead of making thousands of folders. In the end a tree comes
with releases on eight branches: of four a list is kept for each release, the releases of the others, which nobody
follows any more, are answered for by every advisory, so that one more changes all of their pages."""

_BARE = """
from django.conf import settings
settings.configure(DEBUG=False, ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__, SECRET_KEY="x", MIDDLEWARE=[])
import django
django.setup()
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path
TEXT = b"constant text " * 1463
urlpatterns = [path("", lambda request: HttpResponse(TEXT))]
application = get_wsgi_application()
"""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Of one run."""

    advisories: int = 500
    requests: int = 400
    rounds: int = 5
    releases: int = 12
    """Of each of eight branches."""


@dataclass(frozen=True, slots=True)
class Took:
    """How long an export took, in seconds."""

    clock: float
    """By the clock, with the start and the end of its process."""
    run: float
    """By the clock, as the run itself says."""
    cpu: float


def main() -> None:
    """Measure and write the page."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--advisories", type=int, default=500)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--releases", type=int, default=12)
    parser.add_argument("--page", type=Path, default=Path(__file__).with_name("site.md"))
    parser.add_argument("--archive", type=int, nargs=2, metavar=("FIRST", "COUNT"), help="publish, and nothing else")
    parser.add_argument("--tree", type=int, metavar="RELEASES", help="bring a tree with releases, and nothing else")
    parser.add_argument("--worker", type=Path, metavar="DIR", help="export to it for each line that comes in")
    told = parser.parse_args()
    if told.worker:
        _be_worker(told.worker)
        return
    if told.archive or told.tree:
        archive.set_up(Path(os.environ["PENSTOCK_VAR"]))
        if told.archive:
            archive.publish(told.archive[1], first=told.archive[0])
        else:
            archive.bring_tree(told.tree)
        return
    write_page(told.page, Sizes(told.advisories, told.requests, told.rounds, told.releases))


def write_page(to: Path, sizes: Sizes) -> None:
    """Everything, one after the other, and the page."""
    load, began = machine.load(), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="penstock-bench-") as place:
        var, site = Path(place) / "var", Path(place) / "site"
        var.mkdir()
        env = archive.environment(var)
        _python(env, "-m", "bench.site", "--archive", "1", str(sizes.advisories))
        exports = _exports(env, site, sizes)
        speeds = _speeds(env, Path(place), site, sizes)
        exports += _exports_with_releases(env, site, sizes)
    head = page.head("The public site", _WHAT, _command(sizes), load, time.monotonic() - began)
    to.write_text(
        f"{head}\n## Requests\n\n{_requests_table(speeds)}\n## Exporting\n\n{_exports_table(exports)}", "utf-8"
    )


def _command(sizes: Sizes) -> list[str]:
    changed = [f"--{name}={value}" for name, value in asdict(sizes).items() if value != getattr(Sizes(), name)]
    return ["python", "-m", "bench.site", *changed]


def _exports(env: dict[str, str], site: Path, sizes: Sizes) -> list[tuple[str, Took]]:
    """What was exported, how long it took by the clock, and on processors."""
    found = [(f"{sizes.advisories} advisories, all of it", _export(env, site))]
    found.append(("nothing new", _export(env, site)))
    for number in range(3):
        _publish(env, sizes.advisories + 1 + number)
        found.append(("one more advisory", _export(env, site)))
    return found + _exports_of_a_worker(env, site, sizes)


def _exports_with_releases(env: dict[str, str], site: Path, sizes: Sizes) -> list[tuple[str, Took]]:
    """The same archive with releases, each of which has pages that lean on what is public."""
    _python(env, "-m", "bench.site", "--tree", str(sizes.releases))
    count = len(archive.BRANCHES) * sizes.releases
    found = [(f"all of it with {count} releases, which every document names", _export(env, site))]
    for number in range(3):
        _publish(env, sizes.advisories + 7 + number)
        found.append((f"one more advisory, with {count} releases", _export(env, site)))
    return found


def _exports_of_a_worker(env: dict[str, str], site: Path, sizes: Sizes) -> list[tuple[str, Took]]:
    """The same in a process that has started and exported before, as a worker with `EXPORT_DIR` has."""
    found = []
    worker = [sys.executable, "-m", "bench.site", "--worker", str(site)]
    with subprocess.Popen(worker, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        for number in range(3):
            _publish(env, sizes.advisories + 4 + number)
            process.stdin.write("\n")
            process.stdin.flush()
            clock, cpu = map(float, process.stdout.readline().split())
            found.append(("one more advisory, in a worker that runs", Took(clock, clock, cpu)))
        process.stdin.close()
    return found


def _be_worker(site: Path) -> None:
    """Export for each line that comes in, and say how long that took by the clock and on processors."""
    archive.set_up(Path(os.environ["PENSTOCK_VAR"]))
    from advisories.exporting.site import export

    export(site, jobs=1)
    print("started", flush=True)
    for _ in sys.stdin:
        began, before = time.monotonic(), time.process_time()
        export(site, jobs=1)
        print(time.monotonic() - began, time.process_time() - before, flush=True)


def _publish(env: dict[str, str], number: int) -> None:
    _python(env, "-m", "bench.site", "--archive", str(number), "1")


def _export(env: dict[str, str], site: Path) -> Took:
    began, before = time.monotonic(), os.times()
    said = _python(env, "manage.py", "export_site", str(site))
    clock, after = time.monotonic() - began, os.times()
    cpu = after.children_user + after.children_system - before.children_user - before.children_system
    return Took(clock, float(said.rpartition(" in ")[2].removesuffix(" s\n")), cpu)


def _python(env: dict[str, str], *arguments: str) -> str:
    """What a process says. Ends this one where it fails."""
    done = subprocess.run([sys.executable, *arguments], env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr[-2000:])
    return done.stdout


def _speeds(env: dict[str, str], place: Path, site: Path, sizes: Sizes) -> dict[str, list[float]]:
    """Requests per second of each contender, round by round."""
    (place / "bare.py").write_text(_BARE)
    shutil.copytree(site / "current", place / "served", symlinks=False)
    (place / "served" / "constant.txt").write_bytes(b"constant text " * 1463)
    found: dict[str, list[float]] = {}
    gunicorn = [sys.executable, "-m", "gunicorn", "--workers", "1", "--log-level", "error", "--bind"]
    bare_env = {**os.environ, "PYTHONPATH": str(place)}
    files = [sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(place / "served")]
    with (
        _started([*gunicorn, "127.0.0.1:{port}", "bare:application"], bare_env) as bare,
        _started([*gunicorn, "127.0.0.1:{port}", "config.wsgi"], env) as portal,
        _started([*files, "{port}"], dict(os.environ)) as served,
    ):
        asked = {
            "bare": (bare, "/"),
            "list": (portal, "/advisories/"),
            "advisory": (portal, "/advisories/15/"),
            "advisory confirmed (304)": (portal, "/advisories/15/"),
            "list, made anew": (portal, "/advisories/?q={each}"),
            "advisory, made anew": (portal, "/advisories/15/?each={each}"),
            "file of 20 kB": (served, "/constant.txt"),
            "exported list": (served, "/advisories/"),
            "exported advisory": (served, "/advisories/15/"),
        }
        for _ in range(sizes.rounds):
            for name, (port, path) in asked.items():
                count = sizes.requests if "anew" not in name else max(20, sizes.requests // 10)
                found.setdefault(name, []).append(_per_second(port, path, count, is_confirmed="304" in name))
    return found


@contextmanager
def _started(argv: list[str], env: dict[str, str]) -> Iterator[int]:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    process = subprocess.Popen(
        [part.replace("{port}", str(port)) for part in argv],
        env=env,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        for _ in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def _per_second(port: int, path: str, count: int, *, is_confirmed: bool) -> float:
    """How many answers came in a second. Asserts that each is what was asked for."""
    tag = b""
    for _ in range(4):
        head = _ask(port, path.replace("{each}", "warm"), b"")
        tag = next((line.split(b": ", 1)[1] for line in head.split(b"\r\n") if line.lower().startswith(b"etag:")), b"")
    wanted = b" 304 " if is_confirmed else b" 200 "
    began = time.perf_counter()
    for each in range(count):
        head = _ask(port, path.replace("{each}", f"{each}x{time.monotonic_ns()}"), tag if is_confirmed else b"")
        assert wanted in head.split(b"\r\n", 1)[0], head[:200]
    return count / (time.perf_counter() - began)


def _ask(port: int, path: str, tag: bytes) -> bytes:
    """The head of an answer, all of which is read."""
    condition = b"If-None-Match: " + tag + b"\r\n" if tag else b""
    with socket.create_connection(("127.0.0.1", port)) as one:
        one.sendall(
            b"GET " + path.encode() + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\nConnection: close\r\n"
            + condition + b"\r\n"
        )  # fmt: skip
        parts = []
        while part := one.recv(65536):
            parts.append(part)
    return b"".join(parts).partition(b"\r\n\r\n")[0]


def _requests_table(speeds: dict[str, list[float]]) -> str:
    rows = []
    for name, rounds in speeds.items():
        rival = "file of 20 kB" if name.startswith(("file", "exported")) else "bare"
        shares = sorted(100 * one / other for one, other in zip(rounds, speeds[rival], strict=True))
        middle = sorted(rounds)[len(rounds) // 2]
        share = f"**{shares[len(shares) // 2]:.0f} %** ({shares[0]:.0f}–{shares[-1]:.0f})"
        rows.append([name, f"{middle:,.0f}", rival, share])
    return page.table(["asked for", "requests per second", "against", "share"], rows)


def _exports_table(exports: list[tuple[str, Took]]) -> str:
    rows = [[name, page.took(one.run), page.took(one.clock), page.took(one.cpu)] for name, one in exports]
    return page.table(["exported", "the run, as it says", "with Python's start and end", "on processors"], rows)


if __name__ == "__main__":
    main()
