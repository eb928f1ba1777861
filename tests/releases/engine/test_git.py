"""How git is started: what it knows, how long it may take, what it can't touch."""

import time
from pathlib import Path

import pytest

from releases.engine.children import check_version, git_program, kill_group, start
from releases.engine.environment import environment, scratch_directory
from releases.engine.git import Git, GitMissing, GitTimeout, GitTrouble
from releases.engine.history import History
from releases.engine.objects import MissingObject, Objects
from releases.engine.trouble import redacted
from tests.upstream import Upstream, numbered


@pytest.fixture
def git(upstream: Upstream) -> Git:
    upstream.commit("master", {"a.c": numbered("a")}, "First")
    return Git(upstream.path)


@pytest.fixture
def slow_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, git: Git) -> tuple[Git, Path]:
    """A program in git's place that starts another and then never ends."""
    told = tmp_path / "child"
    program = tmp_path / "git"
    program.write_text(f"#!/bin/sh\nsleep 600 &\necho $! > {told}\nwait\n")
    program.chmod(0o755)
    monkeypatch.setattr("releases.engine.children.git_program", lambda: str(program))
    return git, told


def is_alive(pid: int) -> bool:
    """Whether a process runs; one that has ended and waits for its parent does not."""
    try:
        return Path("/proc", str(pid), "stat").read_text().split()[2] != "Z"
    except FileNotFoundError:
        return False


def test_a_command_that_takes_too_long_is_stopped_with_all_it_started(slow_git: tuple[Git, Path]) -> None:
    git, told = slow_git
    with pytest.raises(GitTimeout, match="took longer than"):
        git.run("log", limit_s=0.5)
    time.sleep(0.1)
    assert not is_alive(int(told.read_text()))


def test_an_answer_that_takes_too_long_ends_the_conversation(slow_git: tuple[Git, Path]) -> None:
    git, told = slow_git
    talk = git.converse("cat-file", "--batch", limit_s=0.5)
    talk.say(b"HEAD\n")
    with pytest.raises(GitTimeout):
        talk.line()
    time.sleep(0.1)
    assert not is_alive(int(told.read_text()))


def test_git_inherits_nothing(git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SECRET_KEY", "canary")
    monkeypatch.setenv("GIT_OBJECT_DIRECTORY", "/nowhere")
    child = start("cat-file", ["--batch"], environment(git.git_dir))
    try:
        known = Path("/proc", str(child.pid), "environ").read_bytes()
    finally:
        kill_group(child)
    assert b"canary" not in known
    assert b"/nowhere" not in known


def test_a_user_s_configuration_does_not_count(git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitconfig").write_text("[alias]\n\tcanary = log\n[user]\n\tname = Canary\n")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / ".gitconfig"))
    assert git.run("config", "--get", "user.name", expected=(1,)).stdout == b""


def test_a_hook_of_the_repository_does_not_run(git: Git, tmp_path: Path) -> None:
    hook = git.git_dir / "hooks" / "reference-transaction"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    git.run("update-ref", "refs/heads/other", "refs/heads/master")
    assert not (tmp_path / "ran").exists()


def test_a_repository_s_own_settings_cannot_change_how_its_patches_read(upstream: Upstream, git: Git) -> None:
    commit = upstream.commit("master", {"a.c": numbered("a", l5="five")}, "Second")
    upstream.git("config", "diff.noprefix", "true")
    upstream.git("config", "diff.context", "0")
    upstream.git("config", "diff.external", "/bin/false")
    with History(git) as history:
        text = history.patches([commit])[commit]
    assert text.startswith(b"diff --git a/a.c b/a.c\n")
    assert b"\n@@ -2,7 +2,7 @@" in text


@pytest.mark.parametrize("url", ["https://example.org/x", "file:///x", "/x", "ext::sh -c true", "ssh://example.org/x"])
def test_no_transport_is_open_unless_it_is_asked_for(git: Git, url: str) -> None:
    with pytest.raises(GitTrouble, match="not allowed"):
        git.run("fetch", "--end-of-options", url, limit_s=10)


def test_a_name_that_looks_like_an_option_is_only_a_name(git: Git) -> None:
    assert History(git).resolve("--output=/tmp/canary") is None


def test_a_repository_of_another_user_can_be_fetched_from(
    git: Git, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "git"  # git's own way of pretending, for those who can't give a directory away
    program.write_text(f'#!/bin/sh\nGIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec {git_program()} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setattr("releases.engine.children.git_program", lambda: str(program))
    other = Upstream.make(tmp_path / "other.git")
    Git(other.path).run("fetch", "--end-of-options", str(git.git_dir), "+refs/*:refs/*", protocols=("file",))
    assert other.has("master")


def test_a_scratch_directory_is_gone_afterwards() -> None:
    with scratch_directory() as scratch:
        assert scratch.objects.is_dir()
    assert not scratch.objects.parent.exists()


def test_a_failure_names_the_verb_and_hides_credentials(git: Git) -> None:
    with pytest.raises(GitTrouble, match=r"^git cat-file: fatal"):
        git.run("cat-file", "blob", "0" * 40)
    assert redacted(b"fatal: https://user:pw@example.org/x\x1b[2J") == "fatal: https://example.org/x?[2J"


@pytest.mark.parametrize("told", [b"git version 2.38.9\n", b"git version 1.9\n", b"zsh: not found\n"])
def test_an_old_git_is_refused(told: bytes) -> None:
    with pytest.raises(GitMissing):
        check_version(told)


def test_the_versions_of_other_builds_are_understood() -> None:
    assert check_version(b"git version 2.39.5 (Apple Git-154)\n") == (2, 39, 5)
    assert check_version(b"git version 2.47.1.windows.2\n") == (2, 47, 1)


def test_the_environment_closes_every_transport_by_default(git: Git) -> None:
    assert environment(git.git_dir)["GIT_ALLOW_PROTOCOL"] == "none"
    assert environment(git.git_dir, protocols=("https",))["GIT_ALLOW_PROTOCOL"] == "https"


def test_messages_that_are_not_utf_8_and_empty_commits_are_read(upstream: Upstream, git: Git) -> None:
    tree = upstream.git("rev-parse", "master^{tree}")
    raw = b"tree %s\nauthor J\xf6rg <j@x> 1 +0000\ncommitter a <a@b> 1 +0000\n\nGr\xfc\xdfe\n\nmore\n" % tree.encode()
    root = upstream.git("hash-object", "-t", "commit", "-w", "--stdin", stdin=raw)
    upstream.branch("odd", root)
    empty = upstream.commit("odd", {}, "Nothing")
    with History(git) as history:
        assert [commit.subject for commit in history.named([root, empty])] == ["Gr\ufffd\ufffde", "Nothing"]
        patches = history.patches([root, empty])
    assert patches[empty] == b""
    assert b"new file mode 100644" in patches[root]


def test_a_tag_of_a_tag_leads_to_its_commit(upstream: Upstream, git: Git) -> None:
    upstream.tag("inner", "master")
    upstream.git("tag", "-a", "-m", "outer", "outer", "inner")
    assert History(git).refs()["refs/tags/outer"] == upstream.git("rev-parse", "master")


def test_objects_are_read_and_missing_ones_are_trouble(upstream: Upstream, git: Git) -> None:
    with Objects(git) as objects:
        tree = objects.tree(objects.root(upstream.git("rev-parse", "master")))
        assert objects.blob(tree[b"a.c"].oid) == numbered("a")
        with pytest.raises(MissingObject):
            objects.blob("1" * 40)
        with pytest.raises(MissingObject):
            objects.tree(tree[b"a.c"].oid)
        assert objects.blob(tree[b"a.c"].oid) == numbered("a")
