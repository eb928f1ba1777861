"""What stays inside: no embargoed byte in a mirror, no secret of the worker in a child, no word of a patch in a log."""

import os
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from releases.engine.children import start
from releases.engine.mirror import Mirror
from releases.mirroring.mirrors import mirror_of
from releases.models import Branch, Check, Patch, Tree, Upload
from tests.make import checked, fetched, make_advisory, make_series, verdicts
from tests.upstream import Upstream, fix, numbered

CANARY = "kanarienvogel"


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


def objects_of(mirror: Mirror) -> set[str]:
    listed = mirror.git.run("cat-file", "--batch-all-objects", "--batch-check=%(objectname)").stdout
    return set(listed.decode().split())


def test_checking_writes_nothing_into_the_mirror(branch: Branch) -> None:
    mirror = mirror_of(branch.tree)
    before = objects_of(mirror)
    ahead = numbered("queue", l10="queue is long")
    series = make_series(branch, fix(ahead, numbered("queue", l10=f"queue is {CANARY}")))
    checked(branch)
    assert verdicts(series, branch)["release"] == "needs prerequisites"
    assert objects_of(mirror) == before
    assert not [path for path in mirror.path.rglob("*") if path.is_file() and CANARY.encode() in path.read_bytes()]


def test_nothing_of_a_patch_or_a_title_is_logged(branch: Branch, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("DEBUG")
    queue, timer = numbered("queue"), numbered("timer")
    make_series(
        branch,
        fix(queue, queue.replace(b"queue line 25", CANARY.encode()), subject=CANARY),
        fix(timer, timer.replace(b"timer line 31", CANARY.encode()), "timer.c"),
        advisory=make_advisory(title=CANARY),
    )
    checked(branch)
    logged = "\n".join(record.getMessage() for record in caplog.records if record.name.startswith("releases"))
    assert "series" in logged
    assert CANARY not in logged
    assert "queue.c" not in logged


def test_a_child_knows_nothing_of_the_worker_s_environment(
    upstream: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PENSTOCK_SECRET_KEY", CANARY)
    monkeypatch.setenv("GIT_SSH_COMMAND", CANARY)
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.fetch(upstream.url, limit_s=30)
    with mirror.git.converse("cat-file", "--batch") as child:
        seen = Path(f"/proc/{child.pid}/environ")
        if seen.exists():
            assert CANARY.encode() not in seen.read_bytes()


def test_a_hook_or_a_setting_of_the_upstream_is_not_run(upstream: Upstream, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    for hook in ("post-checkout", "reference-transaction", "post-update", "pre-auto-gc"):
        path = upstream.path / "hooks" / hook
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\ntouch {ran}\n")
        path.chmod(0o755)
    upstream.git("config", "uploadpack.packObjectsHook", f"touch {ran}; exec")
    mirror = Mirror(tmp_path / "mirror.git")
    mirror.fetch(upstream.url, limit_s=30)
    mirror.fetch(upstream.url, limit_s=30)
    assert not ran.exists()


def test_a_mirror_is_for_its_account_alone(upstream: Upstream, tmp_path: Path) -> None:
    mirror = Mirror(tmp_path / "mirrors" / "mirror.git")
    mirror.fetch(upstream.url, limit_s=30)
    assert mirror.path.stat().st_mode & 0o077 == 0
    assert not list(mirror.path.parent.glob("*.new-*"))


def test_no_command_line_names_a_file_that_a_patch_touches(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []

    def noted(verb: str, arguments: Sequence[str | bytes], *more: Any, **how: Any) -> Any:
        started.extend(os.fsdecode(argument) for argument in (verb, *arguments))
        return start(verb, arguments, *more, **how)

    monkeypatch.setattr("releases.engine.git.start", noted)
    ahead = numbered("queue", l10="queue is long")
    series = make_series(branch, fix(ahead, ahead.replace(b"line 12", b"line short")))
    checked(branch)
    assert verdicts(series, branch)["release"] == "needs prerequisites"
    assert "ls-files" in started
    assert not [argument for argument in started if "queue.c" in argument]


def test_keys_in_addresses_are_in_order_and_count_nothing(branch: Branch) -> None:
    timer = numbered("timer")
    several = [make_series(branch, fix(timer, numbered("timer", l5=f"{n}"), "timer.c")) for n in range(3)]
    checked(branch)
    for keys in (
        [series.pk for series in several],
        list(Check.objects.order_by("checked_at", "pk").values_list("pk", flat=True)),
        list(Patch.objects.order_by("pk").values_list("pk", flat=True)),
        list(Upload.objects.order_by("pk").values_list("pk", flat=True)),
    ):
        gaps = [later - earlier for earlier, later in pairwise(keys)]
        assert min(gaps) > 0
        assert len(set(gaps)) == len(gaps)
        assert max(gaps) > 100
