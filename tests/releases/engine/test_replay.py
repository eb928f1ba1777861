"""Replaying a small upstream whose answer is known, and what the command says to mistakes."""

import json
import os
import re
from contextlib import closing
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from releases.engine.confirming import droppable
from releases.engine.lineup import Element, LineUp
from releases.engine.replay import Repository
from releases.engine.trees import Overlay
from releases.engine.windows import Window
from releases.replaying.spans import NothingToReplay, spans_of
from tests.upstream import Upstream, numbered

TAG = r"v(\d+\.\d+)\.(\d+)"


@pytest.fixture
def history(upstream: Upstream) -> dict[str, str]:
    """Series 1.9 and 1.10: fixes that apply, that need a commit, and one on the staging branch."""
    ids = {}
    for series in ("1.9", "1.10"):
        branch = f"staging-{series}"
        upstream.commit(branch, {"a.c": numbered("a"), "b.c": numbered("b")}, f"Release {series}")
        upstream.tag(f"v{series}.0", branch, annotated=series == "1.9")
        upstream.commit(branch, {"b.c": numbered("b", l20="other")}, "Elsewhere")
        ids[f"needed {series}"] = upstream.commit(branch, {"a.c": numbered("a", l4="near")}, "Near")
        ids[f"easy {series}"] = upstream.commit(branch, {"b.c": numbered("b", l20="other", l3="x")}, "This is XSA-1")
        ids[f"hard {series}"] = upstream.commit(branch, {"a.c": numbered("a", l4="near", l5="y")}, "Part of XSA-2")
        upstream.tag(f"v{series}.1", branch)
        upstream.commit(branch, {"a.c": numbered("a", l4="near", l5="y", l30="z")}, "Title\n\nThis is XSA-3")
    return ids


def replay(upstream: Upstream, report: Path, **options: str) -> dict[str, object]:
    asked = {"release_tag": TAG, "staging": "staging-{series}", "fix": r"XSA-\d+"} | options
    call_command("replay", str(upstream.path), json=report, **asked)
    told: dict[str, object] = json.loads(report.read_text())
    return told


def test_the_report_says_what_is_known(upstream: Upstream, history: dict[str, str], tmp_path: Path) -> None:
    told = replay(upstream, tmp_path / "report.json")
    windows = told["windows"]
    assert isinstance(windows, list)
    assert [(window["base"], window["tip"], window["commits"]) for window in windows] == [
        ("v1.9.0", "v1.9.1", 4),
        ("v1.9.1", "staging-1.9", 1),
        ("v1.10.0", "v1.10.1", 4),
        ("v1.10.1", "staging-1.10", 1),
    ]
    assert windows[0]["fixes"] == [
        {"commit": history["easy 1.9"], "subject": "This is XSA-1", "verdict": "applies"},
        {"commit": history["hard 1.9"], "subject": "Part of XSA-2", "verdict": "needs prerequisites"},
    ]
    assert windows[0]["prerequisites"] == [history["needed 1.9"]]
    assert windows[1]["prerequisites"] == []
    assert all(window["verified"] is True for window in windows)
    assert set(told) == {"windows", "seconds", "cpu_seconds", "peak_rss_bytes"}


def test_git_applying_everything_comes_to_the_same(upstream: Upstream, history: dict[str, str], tmp_path: Path) -> None:
    quick = replay(upstream, tmp_path / "quick.json")
    call_command(
        "replay", str(upstream.path), json=tmp_path / "thorough.json", thorough=True,
        release_tag=TAG, staging="staging-{series}", fix=r"XSA-\d+",
    )  # fmt: skip
    thorough = json.loads((tmp_path / "thorough.json").read_text())["windows"]
    assert [window.pop("applied_again") for window in thorough] == [2, 1, 2, 1]
    assert isinstance(quick["windows"], list)
    assert [window.pop("applied_again") for window in quick["windows"]] == [1, 0, 1, 0]
    assert thorough == quick["windows"]


def test_an_audit_finds_nothing_to_drop(
    upstream: Upstream, history: dict[str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command(
        "replay", str(upstream.path), json=tmp_path / "report.json", audit=True,
        release_tag=TAG, staging="staging-{series}", fix=r"XSA-\d+",
    )  # fmt: skip
    windows = json.loads((tmp_path / "report.json").read_text())["windows"]
    assert [window["droppable"] for window in windows] == [[], [], [], []]
    assert "0 of 2 can be dropped" in capsys.readouterr().out


def test_an_audit_names_what_git_does_without(upstream: Upstream, history: dict[str, str]) -> None:
    base, tip = (upstream.git("rev-parse", f"v1.9.{number}^{{commit}}") for number in (0, 1))
    with closing(Repository(upstream.path)) as repository:
        window = Window(repository.history, repository.history.walk(base, tip), base)
        elements = [
            Element(commit.id, frozenset(change.path for change in commit.changes), commit=index)
            for index, commit in enumerate(window.commits)
        ]
        lineup = LineUp(Overlay(repository.objects, repository.objects.root(base)), window, elements, fixed={2, 3})
        assert droppable(repository.git, base, window, lineup, {0, 1, 2, 3}, (0, 1)) == (0,)


def test_nothing_in_the_repository_changes(upstream: Upstream, history: dict[str, str], tmp_path: Path) -> None:
    upstream.git("repack", "-a", "-d", "-q")
    upstream.git("symbolic-ref", "HEAD", "refs/heads/nobody-fetched-it")
    for path in (upstream.path, *upstream.path.rglob("*")):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    before = listing(upstream.path)
    replay(upstream, tmp_path / "report.json")
    assert listing(upstream.path) == before


def listing(folder: Path) -> list[tuple[str, int, int]]:
    return sorted((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in (folder, *folder.rglob("*")))


def test_windows_are_in_numerical_order_and_gaps_are_named() -> None:
    refs = {f"refs/tags/v{name}": "0" * 40 for name in ("1.10.0", "1.9.0", "1.9.2", "1.9.10", "1.9.11", "1.9.11-rc1")}
    spans, notes = spans_of(refs, re.compile(TAG), "staging-{series}")
    assert [[(span.base, span.tip) for span in series] for series in spans] == [[("v1.9.10", "v1.9.11")], []]
    assert notes == [
        "v1.9.0 has no window: there is no tag with number 1",
        "v1.9.2 has no window: there is no tag with number 3",
        "v1.9.11 has no window: there is no staging-1.9",
        "v1.10.0 has no window: there is no staging-1.10",
    ]


def test_a_staging_ref_may_be_one_that_was_fetched() -> None:
    refs = {"refs/tags/v1.0.0": "0" * 40, "refs/remotes/origin/staging-1.0": "1" * 40}
    [[span]], notes = spans_of(refs, re.compile(TAG), "staging-{series}")
    assert (span.tip, notes) == ("origin/staging-1.0", [])


def test_a_series_without_tags_to_match_is_refused() -> None:
    with pytest.raises(NothingToReplay):
        spans_of({"refs/heads/master": "0" * 40}, re.compile(TAG), None)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"release_tag": "v(.*)"}, "needs two groups"),
        ({"release_tag": "v((.*)"}, "not a regular expression"),
        ({"release_tag": "nothing(.)(.)"}, "no tag matches"),
        ({"release_tag": r"v(\d+)\.(.*)"}, "is not a number"),
        ({"fix": "["}, "--fix is not a regular expression"),
    ],
)
def test_a_mistake_is_one_sentence(
    upstream: Upstream, history: dict[str, str], tmp_path: Path, options: dict[str, str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        replay(upstream, tmp_path / "report.json", **options)


@pytest.mark.parametrize("name", ["missing", "empty"])
def test_what_is_no_repository_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(CommandError, match="is not a"):
        call_command("replay", str(tmp_path / name), release_tag=TAG, fix="x")
