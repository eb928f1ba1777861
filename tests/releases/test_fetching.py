"""Fetching: what is taken up, what survives an upstream that misbehaves, and what is said of it."""

import shutil
import time
from datetime import date, timedelta

import pytest
from django.db.models.functions import Now
from django.utils import timezone

from releases.mirroring import fetching
from releases.mirroring.following import date_in, version_key
from releases.mirroring.mirrors import mirror_of
from releases.models import Branch, PointRelease, Tree
from tests.make import checked, fetched, make_series, make_tree, verdicts
from tests.upstream import Upstream, fix, numbered


def test_a_fetch_finds_branches_releases_fork_and_dates(tree: Tree, upstream: Upstream) -> None:
    branch = fetched(tree)
    assert (branch.name, branch.stable_ref, branch.staging_ref) == ("1.0", "stable-1.0", "staging-1.0")
    assert branch.stable_commit == upstream.git("rev-parse", "stable-1.0")
    assert branch.fork_commit == upstream.git("merge-base", "master", "stable-1.0")
    assert (branch.supported_until, branch.security_supported_until) == (date(2027, 6, 30), date(2028, 12, 31))
    release = branch.point_releases.get()
    assert (release.tag, release.number) == ("R-1.0.0", 0)
    assert release.commit == upstream.git("rev-parse", "R-1.0.0^{commit}")
    assert release.tagged_at is not None


def test_branches_are_sorted_by_version_and_topics_are_left_out(tree: Tree, upstream: Upstream) -> None:
    for name in ("stable-1.10", "stable-1.9", "stable-1.9/topic", "unstable-2.0"):
        if name != "stable-1.9/topic":
            upstream.branch(name, "master")
    upstream.branch("topic/stable-1.9", "master")
    fetched(tree)
    assert list(tree.branches.order_by("position").values_list("name", flat=True)) == ["1.0", "1.9", "1.10"]
    assert tree.branches.get(name="1.9").staging_ref == ""


def test_a_release_candidate_comes_before_its_release() -> None:
    assert sorted(["4.17.rc", "4.17", "4.9"], key=version_key) == ["4.9", "4.17", "4.17.rc"]


def test_dates_that_a_person_entered_stay(tree: Tree, upstream: Upstream) -> None:
    branch = fetched(tree)
    Branch.objects.update(dates_were_entered=True, supported_until=date(2030, 1, 1))
    upstream.commit("stable-1.0", {"SUPPORT.md": b"Supported-Until: 2026-01-01\n"})
    branch = fetched(tree)
    assert branch.supported_until == date(2030, 1, 1)


@pytest.mark.parametrize("support", [b"Supported-Until: soon\n", b"Supported-Until: 2026-02-31\n", b"\xff\xfe"])
def test_a_support_file_that_says_nothing_gives_no_date(tree: Tree, upstream: Upstream, support: bytes) -> None:
    upstream.commit("stable-1.0", {"SUPPORT.md": support})
    assert fetched(tree).supported_until is None


def test_a_tag_that_moves_moves_its_release_and_one_that_goes_takes_it_along(tree: Tree, upstream: Upstream) -> None:
    branch = fetched(tree)
    upstream.tag("R-1.0.0", "master", annotated=False)
    fetched(tree)
    assert branch.point_releases.get().commit == upstream.git("rev-parse", "master")
    upstream.drop("refs/tags/R-1.0.0")
    fetched(tree)
    assert not PointRelease.objects.exists()


def test_a_rewritten_branch_is_followed(tree: Tree, upstream: Upstream) -> None:
    branch = fetched(tree)
    series = make_series(branch, fix(numbered("timer"), numbered("timer", l31="timer is safe"), "timer.c"))
    checked(branch)
    assert verdicts(series, branch)["stable"] == "conflicts"
    upstream.branch("stable-1.0", "R-1.0.0")
    upstream.commit("stable-1.0", {"README": b"Another past\n"}, "Rewrite history")
    branch = fetched(tree)
    checked(branch)
    assert verdicts(series, branch)["stable"] == "applies"


def test_a_vanished_upstream_leaves_everything_and_says_so(tree: Tree, upstream: Upstream) -> None:
    branch = fetched(tree)
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    shutil.move(upstream.path, upstream.path.with_name("moved"))
    assert not fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert "does not appear to be a git repository" in tree.fetch_error
    assert tree.stands == "failing"
    assert tree.fetch_failed_at is not None
    checked(branch)
    assert verdicts(series, branch)["release"] == "applies"
    shutil.move(upstream.path.with_name("moved"), upstream.path)
    fetched(tree)
    assert tree.stands == "fetched"


def test_a_broken_mirror_is_cloned_anew(tree: Tree, upstream: Upstream) -> None:
    fetched(tree)
    for path in (mirror_of(tree).path / "objects").rglob("*"):
        if path.is_file():
            path.chmod(0o600)
            path.write_bytes(b"")
    commit = upstream.commit("stable-1.0", {"README": b"Read me\n"})
    assert fetched(tree).stable_commit == commit


def test_what_a_killed_fetch_left_behind_does_not_stop_the_next(tree: Tree, upstream: Upstream) -> None:
    fetched(tree)
    mirror = mirror_of(tree).path
    (mirror / "packed-refs.lock").touch()
    (mirror / "refs" / "heads" / "stable-1.0.lock").touch()
    (mirror / "objects" / "pack" / "tmp_pack_x").touch()
    commit = upstream.commit("stable-1.0", {"README": b"Read me\n"})
    assert fetched(tree).stable_commit == commit


def test_a_check_on_a_machine_without_a_mirror_makes_one(tree: Tree) -> None:
    branch = fetched(tree)
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    shutil.rmtree(mirror_of(tree).path)
    checked(branch)
    assert verdicts(series, branch)["release"] == "applies"


def test_names_that_do_not_match_are_said(tree: Tree) -> None:
    Tree.objects.update(stable_ref_pattern="release/{series}")
    fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert tree.fetch_error == "no branch of the upstream is named as in release/{series}"


def test_a_main_ref_that_is_missing_is_said_and_checks_go_on(tree: Tree) -> None:
    Tree.objects.update(main_ref="trunk")
    fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert "no branch trunk" in tree.fetch_error
    branch = tree.branches.get()
    series = make_series(branch, fix(numbered("queue"), numbered("queue", l25="queue is safe")))
    checked(branch)
    assert verdicts(series, branch)["release"] == "applies"


def test_an_address_with_a_password_is_never_told(db: None) -> None:
    tree = make_tree(url="https://ada:geheim@127.0.0.1:1/x.git", slug="secret")
    assert not fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert tree.fetch_error
    assert "geheim" not in tree.fetch_error
    assert tree.shown_url == "https://127.0.0.1:1/x.git"


def test_an_address_of_a_helper_program_is_refused_without_running_it(db: None, tmp_path: object) -> None:
    tree = make_tree(url=f"ext::touch {tmp_path}/ran", slug="helper")
    assert not fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert "helper program" in tree.fetch_error


def test_of_two_beats_one_rings_and_only_when_it_is_due(tree: Tree) -> None:
    assert fetching.ring_for_due_trees() == 1
    assert fetching.ring_for_due_trees() == 0
    Tree.objects.update(fetch_due_at=timezone.now() - timedelta(seconds=1))
    assert fetching.ring_for_due_trees() == 1


def test_a_tree_that_is_being_fetched_is_left_to_whoever_does(tree: Tree) -> None:
    Tree.objects.update(fetch_lease_until=Now() + timedelta(minutes=1))
    assert fetching.ring_for_due_trees() == 0
    assert not fetching.fetch(tree.pk)
    Tree.objects.update(fetch_lease_until=Now() - timedelta(minutes=1))
    assert fetching.fetch(tree.pk)


def test_the_interval_counts_from_the_end_of_a_fetch(tree: Tree) -> None:
    fetched(tree)
    tree.refresh_from_db()
    assert tree.fetch_lease_until is None
    assert tree.fetch_due_at is not None
    assert timedelta(seconds=290) < tree.fetch_due_at - timezone.now() <= timedelta(seconds=300)


def test_a_support_file_of_blanks_takes_no_time() -> None:
    pattern = Tree._meta.get_field("supported_until_pattern").default
    began = time.monotonic()
    assert date_in(" \n" * 200_000 + "Supported-Until: 2027-06-30\n", pattern) == date(2027, 6, 30)
    assert date_in(" " * 1_000_000, pattern) is None
    assert time.monotonic() - began < 5
