"""OSV records as a scanner reads them: what it concludes of every commit is what stands in that commit."""

from dataclasses import replace
from pathlib import Path

import pytest

from advisories.affected import Status
from advisories.formats import osv
from advisories.formats.record import BranchFix
from advisories.versions import parse_version
from tests.advisories.formats.editions import EDITION, TREE, parsed, saying, twelve
from tests.advisories.formats.scanner import affecting, affects_commit
from tests.upstream import Upstream, numbered

FLAWED, FIXED = numbered("queue", l20="queue overflows"), numbered("queue", l20="queue is bounded")
CLEAN = numbered("queue")


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """A flaw that came in after 1.8 had left, fixed on the main line before 2.1 left it, and on 1.9 and 2.0."""
    upstream = Upstream.make(tmp_path / "upstream.git")
    upstream.commit("master", {"queue.c": CLEAN}, "Begin")
    upstream.branch("stable-1.8", "master")
    upstream.commit("stable-1.8", {"README": b"1.8\n"}, "Go on")
    upstream.commit("master", {"queue.c": FLAWED}, "Introduce it")
    for name in ("1.9", "2.0"):
        upstream.commit("master", {"README": name.encode()}, f"Go on to {name}")
        upstream.branch(f"stable-{name}", "master")
        upstream.commit(f"stable-{name}", {"NEWS": name.encode()}, "Release")
        upstream.commit(f"stable-{name}", {"queue.c": FIXED}, f"Fix it on {name}")
        upstream.commit(f"stable-{name}", {"NEWS": b"again\n"}, "Go on")
    upstream.commit("master", {"queue.c": FIXED}, "Fix it")
    upstream.branch("stable-2.1", "master")
    upstream.commit("stable-2.1", {"NEWS": b"2.1\n"}, "Release")
    upstream.commit("master", {"README": b"later\n"}, "Go on")
    return upstream


def find(upstream: Upstream, subject: str) -> str:
    [commit] = upstream.git("log", "--all", "--format=%H", f"--grep=^{subject}$").split()
    return commit


def test_a_scanner_calls_just_those_commits_affected_that_hold_the_flaw(upstream: Upstream) -> None:
    fixes = tuple(
        BranchFix("sluice", branch, find(upstream, subject))
        for branch, subject in (("master", "Fix it"), ("2.0", "Fix it on 2.0"), ("1.9", "Fix it on 1.9"))
    )
    said = saying((Status.AFFECTED, "1.9 and later"), (Status.NOT_AFFECTED, "1.8 and earlier"))
    releases = tuple(parse_version(one) for one in ("1.8.0", "1.9.0", "2.0.0"))
    edition = replace(
        EDITION,
        trees=(replace(TREE, releases=releases),),
        introduced=(BranchFix("sluice", "", find(upstream, "Introduce it")),),
    )
    record = replace(twelve(), affected=said, fixes=fixes, table=(), patches=(), recipes=None)
    document = parsed(osv.write(record, edition))
    histories = {commit: set(upstream.git("rev-list", commit).split()) for commit in commits(upstream)}

    def reaches(one: str, other: str) -> bool:
        return other in histories[one]

    called = {one for one in histories if affects_commit(document, TREE.repository, one, reaches)}
    holding = {one for one in histories if b"overflows" in upstream.git("show", f"{one}:queue.c").encode()}
    assert called == holding
    assert len(holding) == 5
    assert affecting([document], "1.9.0") == affecting([document], "2.0.0") == {document["id"]}
    assert affecting([document], "1.8.0") == set()


def commits(upstream: Upstream) -> list[str]:
    return upstream.git("rev-list", "--all").split()


RANGE = {"type": "SEMVER", "events": [{"introduced": "1.2.0"}, {"fixed": "1.4.1"}, {"introduced": "2.0.0"}]}


@pytest.mark.parametrize(
    ("version", "is_affected"),
    [("1.1.9", False), ("1.2.0", True), ("1.4.0", True), ("1.4.1", False), ("1.9.0", False), ("2.0.3", True)],
)
def test_the_scanner_itself_walks_events_as_the_schema_says(version: str, is_affected: bool) -> None:
    assert affecting([{"id": "x", "affected": [{"ranges": [RANGE]}]}], version) == ({"x"} if is_affected else set())


def test_what_was_withdrawn_affects_nothing() -> None:
    told = {"id": "x", "withdrawn": "2026-01-01T00:00:00Z", "affected": [{"versions": ["1.2.0"]}]}
    assert affecting([told], "1.2.0") == set()
