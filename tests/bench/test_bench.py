"""The bench at a size that takes a moment: it must run, agree with git, and say only what it measured."""

from pathlib import Path

import pytest

from bench import standard, synthetic
from bench.applying import Job
from bench.cases import Case, mails
from bench.removing import NotMinimal, Remembered, prove
from bench.standard import Plan, write_page
from bench.studies import Differing, study_applying
from bench.synthetic import Size
from bench.timing import Contender, in_turns, ratio

_SMALL = Size(commits=24, fixes=8)


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    [made] = synthetic.build(tmp_path_factory.mktemp("bench") / "synthetic.git", 70, [_SMALL])
    return made


def test_a_made_up_upstream_has_the_size_that_was_asked_for(case: Case) -> None:
    assert (len(case.commits), len(case.fixes)) == (_SMALL.commits, _SMALL.fixes)


def test_a_made_up_upstream_is_the_same_in_every_run(case: Case, tmp_path: Path) -> None:
    [again] = synthetic.build(tmp_path / "again.git", 70, [_SMALL])
    assert (again.base, again.tip) == (case.base, case.tip)


def test_a_list_of_which_something_can_be_dropped_is_not_passed(case: Case, tmp_path: Path) -> None:
    with pytest.raises(NotMinimal, match="isn't needed"):
        prove(case, case.commits, tmp_path)


def test_a_list_that_does_not_apply_is_not_passed(case: Case, tmp_path: Path) -> None:
    found = Remembered(case).search().commits
    needed = next(commit for commit in found if commit not in case.fixes)
    with pytest.raises(NotMinimal, match="doesn't apply"):
        prove(case, [commit for commit in found if commit != needed], tmp_path)


def test_contenders_that_come_to_different_trees_are_not_compared(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    job = Job(case.git_dir, case.base, tuple(mails(case.git_dir, case.commits[:1])))
    monkeypatch.setattr("bench.applying.with_git_apply", lambda jobs: Contender("git apply", lambda place: ["other"]))
    with pytest.raises(Differing):
        study_applying("one commit", case.files, [job], rounds=1)


def test_contenders_take_turns() -> None:
    turns: list[str] = []
    contenders = [Contender("a", lambda place: turns.append("a")), Contender("b", lambda place: turns.append("b"))]
    in_turns(contenders, rounds=2)
    assert turns == ["a", "b", "a", "b"]


def test_a_ratio_is_that_of_rounds_side_by_side() -> None:
    contenders = [Contender("slow", lambda place: sum(range(200_000))), Contender("fast", lambda place: 0)]
    slow, fast = in_turns(contenders, rounds=3).values()
    found = ratio(slow, fast)
    assert 1 < found.least <= found.median <= found.most


def test_a_small_run_writes_every_section(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standard, "say", lambda what: None)
    plan = Plan(
        lines=("1.9",),
        fixes=(2,), commits=(12,), files=(70,), memory_files=(70,), usual=Size(12, 3), usual_files=70,
        small=Size(10, 3), large=Size(16, 4), rounds=1, growth_rounds=1,
    )  # fmt: skip
    write_page(tmp_path / "page.md", plan, ["make", "bench"])
    text = (tmp_path / "page.md").read_text()
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    assert headings == ["## Applying", "## Prerequisites", "## How both grow", "## Memory", "## A real repository"]
