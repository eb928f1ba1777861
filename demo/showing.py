"""The demonstration from start to end: processes, data, progress, the board, the sign-ins."""

import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import pysequoia
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import OutputWrapper
from django.db import connection
from django.urls import reverse

from accounts.models import User
from advisories.models import Batch
from advisories.release.batching import BatchState
from demo.loading import SignIn, load_advisories, load_people, load_tree, sign_ins_of_people
from demo.loading_answers import load_answers
from demo.loading_embargoes import load_embargoes
from demo.loading_members import load_latecomer, load_members
from demo.loading_releases import AGAIN, ARMED, FIRST, load_next, load_releases, load_second_revision
from demo.loading_reports import link_of_a_finder, load_reports
from demo.processes import Processes
from demo.scenario_people import PEOPLE
from demo.upstream import build_upstream
from releases.checking import requesting
from releases.models import BranchRun, Cell, Tree

WAIT_S = 300
"""How long the worker gets for everything; it needs a few seconds."""

_PUBLISHER = {
    "PENSTOCK_PUBLIC_URL": "https://security.sluice.example",
    "PENSTOCK_PUBLISHER_NAMESPACE": "https://sluice.example",
    "PENSTOCK_PUBLISHER_CONTACT": "security@sluice.example",
    "PENSTOCK_PUBLISHER_CVE_ORGANISATION": "5b8f2e1a-7c3d-4e6f-9a0b-1c2d3e4f5a6b",
    "PENSTOCK_PUBLISHER_CVE_SHORT_NAME": "sluice",
}
"""Who publishes: what the documents for machines need whose formats take nothing but https."""


class Demonstration:
    """One run of the demonstration, in `PENSTOCK_VAR`."""

    def __init__(self, out: OutputWrapper, *, port: int) -> None:
        self.out = out
        self.port = port
        self.place: Path = settings.VAR_DIR
        # By this name and not by number: browsers let security keys answer to no number.
        self.address = f"http://localhost:{port}"

    def run(self, *, once: bool) -> None:
        """Set up, wait for the worker, print; unless `once`, serve until interrupted."""
        for name, value in {"PENSTOCK_SITE_URL": self.address, **_PUBLISHER}.items():
            os.environ.setdefault(name, value)
        self._prepare()
        self._sign_with(self.place / "team.key")
        # Nothing is under way any more when the board has been printed once; when somebody interrupts, there may be.
        with Processes(self.place / "logs", patience_s=1 if once else 8) as processes:
            processes.start("worker", "celery", "-A", "config", "worker", "--loglevel", "WARNING", "--concurrency", "2")
            processes.start("beat", "celery", "-A", "config", "beat", "--loglevel", "WARNING")
            processes.start(
                "web",
                "gunicorn",
                "config.wsgi",
                "--bind",
                f"127.0.0.1:{self.port}",
                "--workers",
                "2",
                "--no-control-socket",
            )
            self._load(processes)
            self._wait_for_checks(processes)
            self._load_releases(processes)
            processes.wait_for_answer(self.port, "/readyz")
            if once:
                processes.ask_to_end("worker", "beat")
            self._print_board()
            self._print_doors(sign_ins_of_people(self.place / "sign-ins"))
            if once:
                return
            self.out.write("\nServing until Ctrl-C.")
            while True:
                time.sleep(1)
                processes.check()

    def _prepare(self) -> None:
        """Database, static files, upstream; a run that was cut short while loading starts afresh."""
        stamp = self.place / "loaded"
        is_whole = stamp.exists() and (self.place / "released").exists()
        if not is_whole or stamp.read_text() != _digest():
            if any(self.place.glob("*.sqlite3")):
                self.out.write("The previous run was cut short, or was of another version: starting afresh.")
            self._start_afresh()
        call_command("migrate", verbosity=0)
        call_command("collectstatic", interactive=False, verbosity=0)
        connection.close()

    def _sign_with(self, key: Path) -> None:
        """A team key of the demonstration's own, so that readers have signatures to verify."""
        if not key.exists():
            key.touch(mode=0o600)
            key.write_text(str(pysequoia.Tsk.generate("Sluice security team <security@sluice.example>")))
        os.environ["PENSTOCK_SIGNING_KEY_FILE"] = str(key)
        settings.SIGNING_KEY_FILE = key

    def _start_afresh(self) -> None:
        connection.close()
        for found in self.place.iterdir():
            if found.name in {"lock", "secret-key"}:
                continue
            if found.is_dir() and not found.is_symlink():
                shutil.rmtree(found)
            else:
                found.unlink()
        for folder in ("messages", "control"):
            (self.place / "broker" / folder).mkdir(parents=True)

    def _load(self, processes: Processes) -> None:
        stamp = self.place / "loaded"
        if stamp.exists():
            return
        upstream = build_upstream(self.place / "upstream.git")
        load_people(self.place / "sign-ins")
        load_members(self.place / "member.key")
        tree = load_tree(upstream.git_dir)
        self._wait(processes, "Fetching the upstream", lambda: _fetched(tree))
        for refusal in load_advisories(tree, upstream):
            self.out.write(f"Refused at the door, as it should be: {refusal}")
        load_reports()
        load_latecomer()
        stamp.write_text(_digest())

    def _load_releases(self, processes: Processes) -> None:
        """Once the verdicts are there, since releases lean on them; pre-disclosure asks for some of them anew."""
        stamp = self.place / "released"
        if stamp.exists():
            return
        load_releases()
        requesting.request_where_inputs_moved()
        self._wait(processes, "Trying again what the releases touched", _checked)
        load_second_revision()
        load_answers()
        load_embargoes()
        load_next()
        stamp.touch()
        self._wait(processes, "Arming what is approved", _armed)

    def _wait_for_checks(self, processes: Processes) -> None:
        self._wait(processes, "Trying every series on every branch", _checked)

    def _wait(self, processes: Processes, what: str, progress: Callable[[], tuple[int, int]]) -> None:
        """Show a bar until `progress` says that all is done; it answers (done, total)."""
        limit = time.monotonic() + WAIT_S
        is_terminal = sys.stdout.isatty()
        while True:
            done, total = progress()
            if is_terminal:
                self.out.write(f"\r{_bar(done, total)} {what}: {done} of {total} ", ending="")
                self.out.flush()
            if total and done == total:
                break
            if time.monotonic() > limit:
                raise TimeoutError(f"{what} took more than {WAIT_S} seconds; see {self.place / 'logs'}.")
            processes.check()
            time.sleep(0.2)
        self.out.write("" if is_terminal else f"{what}: {total} of {total}")

    def _print_board(self) -> None:
        viewer = User.objects.get(email=PEOPLE[0].email)
        call_command("board", as_=viewer.email, stdout=self.out)

    def _print_doors(self, sign_ins: Mapping[str, SignIn]) -> None:
        self.out.write(f"\nThe portal: {self.address}/    the branch board: {self.address}/board/")
        self.out.write("Sign in at /sign-in with an address and its password. Then a code is asked for: print it with")
        self.out.write("`make code FOR=ADDRESS`, or type the secret, last on the line, into an authenticator app.\n")
        for person in PEOPLE:
            made = sign_ins[person.email]
            self.out.write(f"  {person.role:<16} {person.email:<32} {made.password}  {made.secret}")
        self.out.write(
            f"  {'finder':<16} no sign-in: {self.address}{reverse('reports:thread', args=[link_of_a_finder()])}"
        )
        self.out.write(f"  {'reader':<16} no sign-in: see what the public sees")


def _bar(done: int, total: int, width: int = 30) -> str:
    filled = width * done // total if total else 0
    return "█" * filled + "░" * (width - filled)


def _fetched(tree: Tree) -> tuple[int, int]:
    tree.refresh_from_db()
    if tree.fetch_error:
        raise OSError(f"The demonstration's upstream could not be fetched: {tree.fetch_error}")
    return int(tree.fetched_at is not None), 1


def _checked() -> tuple[int, int]:
    due = Cell.objects.filter(is_due=True).count()
    total = Cell.objects.count()
    if BranchRun.objects.unfinished().exists():
        due = max(due, 1)
    return total - due, total


def _armed() -> tuple[int, int]:
    """The worker arms what a quorum has approved once its verdicts are there again."""
    approved = Batch.objects.filter(entries__advisory__number__in=[ARMED, AGAIN, FIRST], entries__left_at__isnull=True)
    return approved.filter(state=BatchState.ARMED).count(), 3


def _digest() -> str:
    """What the demonstration was loaded from: another version of it starts afresh."""
    sha = hashlib.sha256()
    here = Path(__file__).parent
    for path in sorted([*here.glob("*.py"), *here.glob("sources/**/*"), *here.parent.glob("*/migrations/*.py")]):
        if path.is_file():
            sha.update(path.read_bytes())
    return sha.hexdigest()
