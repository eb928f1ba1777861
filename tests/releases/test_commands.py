"""The commands, as an operator uses them on the first day."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import Advisory
from releases.models import Branch, Series, SeriesRevision, Tree
from tests.make import checked, fetched, make_advisory, make_branch, make_series, make_tree, make_user, verdicts
from tests.upstream import Upstream, fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))
LATE = fix(numbered("timer"), numbered("timer", l31="timer is safe"), "timer.c")


def told(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out, stderr=out)
    return out.getvalue()


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


@pytest.fixture
def patch(tmp_path: Path) -> str:
    path = tmp_path / "safe.patch"
    path.write_bytes(SAFE)
    return str(path)


def test_from_nothing_to_a_board(db: None, upstream: Upstream, patch: str) -> None:
    told("add_tree", "sluice", upstream.url, "--release-tag", r"R-(\d+\.\d+)\.(\d+)")
    assert "branches: 1.0" in told("fetch_trees", "sluice")
    told("add_advisory", "7", "A queue overflows")
    assert "1 patch for 1.0" in told("add_series", "7", "sluice", patch, "--branches", "1.0")
    assert "3 of 3 cells, done" in told("check_branches")
    make_user("team@sluice.example", Role.SECURITY)
    assert "SSA-7 * A queue overflows" in told("board", "--as", "team@sluice.example")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("--upload-pack=touch x", "begin with a dash"),
        ("ext::sh -c id", "helper program"),
        ("ssh://-oProxyCommand=id/x", "begin with a dash"),
        ("ftp://example.org/x", "not among the transports"),
        ("some/where", "nor an absolute path"),
        ("https://example.org/\nx", "control characters"),
    ],
)
def test_an_address_that_git_must_not_see_is_refused(db: None, url: str, why: str) -> None:
    with pytest.raises(CommandError, match=why):
        call_command("add_tree", "sluice", "--", url)
    assert not Tree.objects.exists()


def test_a_pattern_that_is_no_expression_is_refused(db: None, upstream: Upstream) -> None:
    with pytest.raises(CommandError, match=r"release_tag_pattern: .*two groups"):
        call_command("add_tree", "sluice", upstream.url, "--release-tag", r"R-(\d+)")


def test_the_public_board_tells_nothing_of_what_is_under_embargo(branch: Branch) -> None:
    make_series(branch, LATE, advisory=make_advisory(number=70412, title="Geheim"))
    checked(branch)
    board = told("board")
    assert "Geheim" not in board
    assert "70412" not in board


def test_the_board_shows_what_stands_in_the_way(branch: Branch) -> None:
    make_series(branch, LATE, advisory=make_advisory(number=12, state=State.PUBLIC))
    checked(branch)
    board = told("board")
    assert "timer is late" in board
    assert "Make timers late" in board
    assert "\x1b" not in board


def test_the_board_shows_the_list_that_would_help(branch: Branch) -> None:
    ahead = numbered("queue", l10="queue is long")
    bounded = fix(ahead, numbered("queue", l10="queue is bounded"))
    make_series(branch, bounded, advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    assert "needs 1 ~+" in told("board")
    assert "Lengthen queues" in told("board")


def test_a_commit_does_not_speak_to_the_terminal(branch: Branch, upstream: Upstream) -> None:
    red = numbered("queue", l10="queue \x1b[31mred")
    upstream.commit("staging-1.0", {"queue.c": red}, "Paint \x1b]0;title\x07 it")
    branch = fetched(branch.tree)
    needing = fix(red, red.replace(b"queue line 11", b"queue is safe"))
    make_series(branch, needing, advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    board = told("board")
    assert "Paint" in board
    assert "\x1b" not in board
    assert "\x07" not in board


def test_the_same_series_again_is_its_next_revision(branch: Branch, patch: str) -> None:
    make_advisory(number=7)
    told("add_series", "7", "sluice", patch, "--branches", "1.0")
    assert "Nothing new" in told("add_series", "7", "sluice", patch, "--branches", "1.0")
    Path(patch).write_bytes(LATE)
    assert "revision s2" in told("add_series", "7", "sluice", patch, "--branches", "1.0", "--note", "Better")
    assert Series.objects.count() == 1
    assert SeriesRevision.objects.count() == 2


def test_branches_are_named_as_a_range_or_a_list(branch: Branch, patch: str) -> None:
    for name in ("1.1", "1.2", "1.3"):
        make_branch(branch.tree, name)
    make_advisory(number=7)
    told("add_series", "7", "sluice", patch, "--branches", "1.1..1.3")
    told("add_series", "7", "sluice", patch, "--branches", "1.0,1.2", "--new")
    names = [sorted(one.branches.values_list("name", flat=True)) for one in Series.objects.order_by("pk")]
    assert names == [["1.1", "1.2", "1.3"], ["1.0", "1.2"]]


@pytest.mark.parametrize(
    ("told_branches", "why"),
    [("1.0..9.9", "no branch called 9.9"), ("x", "it has 1.0"), ("1.0..1.0..1.0", "no branch")],
)
def test_a_branch_that_is_not_there_is_named(branch: Branch, patch: str, told_branches: str, why: str) -> None:
    make_advisory(number=7)
    with pytest.raises(CommandError, match=why):
        call_command("add_series", "7", "sluice", patch, "--branches", told_branches)


def test_what_is_no_patch_is_refused_with_its_line(branch: Branch, patch: str) -> None:
    make_advisory(number=7)
    Path(patch).write_bytes(b"@@ -1 +1 @@\n-a\n+b\n")
    with pytest.raises(CommandError, match=r"safe\.patch: not a patch, as line 1 shows"):
        call_command("add_series", "7", "sluice", patch, "--branches", "1.0")


def test_a_dependency_is_named_by_its_advisory(branch: Branch, patch: str) -> None:
    first = make_series(branch, LATE, advisory=make_advisory(number=6))
    make_advisory(number=7)
    told("add_series", "7", "sluice", patch, "--branches", "1.0", "--depends-on", "6")
    assert list(Series.objects.get(advisory__number=7).depends_on.all()) == [first]


def test_a_step_of_the_lifecycle_is_taken_and_followed(branch: Branch) -> None:
    series = make_series(branch, SAFE, advisory=make_advisory(number=7))
    checked(branch)
    told("move_advisory", "7", "unused", "--because", "It was a duplicate.")
    assert Advisory.objects.get().state == "unused"
    checked(branch)
    assert verdicts(series, branch) == {}
    with pytest.raises(CommandError, match="does not go from unused to drafting"):
        call_command("move_advisory", "7", "drafting")


def test_nothing_goes_out_by_a_command(branch: Branch) -> None:
    make_series(branch, SAFE, advisory=make_advisory(number=7, state=State.READY))
    with pytest.raises(CommandError, match="invalid choice: 'public'"):
        call_command("move_advisory", "7", "public")
    assert not Advisory.objects.public().exists()


def test_a_tree_that_cannot_be_fetched_ends_with_a_sentence(tree: Tree) -> None:
    Tree.objects.update(url="/nowhere")
    with pytest.raises(CommandError, match="Not fetched: sluice"):
        call_command("fetch_trees", stderr=io.StringIO())


@pytest.mark.parametrize("told_id", ["12ab34cd", "master", "z" * 40, "a" * 41, "a" * 40 + "\nb"])
def test_a_commit_to_depend_on_that_is_no_full_id_is_refused(db: None, patch: str, told_id: str) -> None:
    make_branch(make_tree())
    make_advisory(number=7)
    with pytest.raises(CommandError, match="40 or 64 hexadecimal digits"):
        told("add_series", "7", "sluice", patch, "--branches", "1.0", "--depends-on-commit", told_id)
    assert not Series.objects.exists()


def test_a_commit_to_depend_on_may_be_told_in_upper_case(db: None, patch: str) -> None:
    make_branch(make_tree())
    make_advisory(number=7)
    told("add_series", "7", "sluice", patch, "--branches", "1.0", "--depends-on-commit", "AB" * 20)
    assert Series.objects.get().depends_on_commits == ["ab" * 20]
