"""The page of a check, and the list as an mbox."""

import re
import subprocess
from pathlib import Path

import pytest
from django.test import Client

from accounts.models import Role
from advisories.lifecycle import State
from releases.models import Branch, Check, Tree
from tests.make import check_of, checked, fetched, make_advisory, make_series, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import (
    CONFLICTS,
    NEEDS_TWO,
    check_on,
    checked_everywhere,
    flag_on,
    needs_series,
    revise,
    series_for,
)
from tests.upstream import Upstream, fix, numbered


@pytest.fixture
def anyone() -> Client:
    return Client()


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_every_hunk_says_where_it_went_in(branches: list[Branch], anyone: Client) -> None:
    check = check_on(series_for(branches), branches[0])
    shown = page(anyone, f"/checks/{check.pk}/")
    assert "Hunk 1 went in at line 31" in shown
    assert "14 lines further down than it said" in shown
    assert "4" * 40 in shown
    assert f"<title>{check.revision.series.advisory.label} on {check.branch.name}, last point release ·" in shown


def test_a_conflict_shows_expected_beside_found_and_the_commits_in_the_way(
    branches: list[Branch], anyone: Client
) -> None:
    check = check_on(series_for(branches), branches[0], CONFLICTS)
    shown = page(anyone, f"/checks/{check.pk}/")
    assert "Patch 1 of 1 stops at hunk 1 of queue.c" in shown
    assert "The patch expects" in shown
    assert "R-1.7.3 has" in shown
    assert "Rename the queue" in shown
    assert "prerequisites.mbox" not in shown


def test_the_list_can_be_copied_as_cherry_picks_in_order(branches: list[Branch], anyone: Client) -> None:
    check = check_on(series_for(branches), branches[0], NEEDS_TWO)
    shown = page(anyone, f"/checks/{check.pk}/")
    assert f"git cherry-pick -x {'a' * 40}\ngit cherry-pick -x {'b' * 40}" in shown
    assert shown.index("Split the queue") < shown.index("Count the queue")


def test_a_verdict_that_leans_on_a_hidden_fix_withholds_its_evidence(
    branches: list[Branch], anyone: Client, sign_in: SignIn
) -> None:
    hidden = make_advisory(state=State.READY, title="Hidden words")
    check = check_on(series_for(branches), branches[0], needs_series(series_for(branches, hidden)), leans_on=[hidden])
    # A release manager knows that there is another fix, and not what it is.
    manager = sign_in(make_user("r@sluice.example", Role.RELEASE_MANAGER))
    shown = page(manager, f"/checks/{check.pk}/")
    assert "The evidence is withheld" in shown
    for told in ("Hidden words", "went in at line", "prerequisites.mbox", "cherry-pick"):
        assert told not in shown
    assert manager.get(f"/checks/{check.pk}/prerequisites.mbox").status_code == 404
    assert hidden.label in page(sign_in(make_user("s@sluice.example", Role.SECURITY)), f"/checks/{check.pk}/")


def test_a_verdict_that_leans_on_a_fix_nobody_knows_of_is_none_to_strangers(
    branches: list[Branch], anyone: Client
) -> None:
    hidden = make_advisory(state=State.READY)
    check = check_on(series_for(branches), branches[0], needs_series(series_for(branches, hidden)), leans_on=[hidden])
    for address in (f"/checks/{check.pk}/", f"/checks/{check.pk}/prerequisites.mbox"):
        assert anyone.get(address).status_code == 404
    assert "waiting" in page(anyone, f"/series/{check.revision.series_id}/").lower()


def test_the_tree_that_git_reached_is_told_only_of_the_commit_it_was_reached_on(
    branches: list[Branch], anyone: Client
) -> None:
    check = check_on(series_for(branches), branches[0], NEEDS_TWO)
    assert "d" * 12 in page(anyone, f"/checks/{check.pk}/")
    Check.objects.update(was_computed=False)
    looked_up = page(anyone, f"/checks/{check.pk}/")
    assert "d" * 12 not in looked_up
    assert "every file it touches is the same" in looked_up


def test_the_history_of_a_cell_leads_from_check_to_check(branches: list[Branch], anyone: Client) -> None:
    series = series_for(branches)
    first = check_on(series, branches[0], CONFLICTS)
    second = check_on(series, branches[0], NEEDS_TWO)
    assert f'href="/checks/{first.pk}/" rel="prev"' in page(anyone, f"/checks/{second.pk}/")
    earlier = page(anyone, f"/checks/{first.pk}/")
    assert f'href="/checks/{second.pk}/" rel="next"' in earlier
    assert "This is an earlier check" in earlier


def test_a_reader_is_not_led_to_the_check_of_a_draft(branches: list[Branch], anyone: Client, sign_in: SignIn) -> None:
    series = series_for(branches)
    draft = checked_everywhere(series, branches[0], CONFLICTS)
    revise(series)
    check = check_on(series, branches[0])
    drafts = Check.objects.filter(revision=draft.revision, baseline="stable").get()
    assert f"/checks/{drafts.pk}/" not in page(anyone, f"/checks/{check.pk}/")
    team = sign_in(make_user("s@sluice.example", Role.SECURITY))
    assert f"/checks/{drafts.pk}/" in page(team, f"/checks/{check.pk}/")


def test_a_patch_cannot_bring_markup_or_hidden_characters_onto_the_page(branches: list[Branch], anyone: Client) -> None:
    content = fix(numbered("queue"), numbered("queue", l20="<script>alert(1)</script> \u202e \x1b[0m"))
    check = check_on(series_for(branches, content=content), branches[0])
    shown = page(anyone, f"/checks/{check.pk}/")
    assert "<script>alert" not in shown
    assert "\u202e" not in shown
    assert "&lt;U+202E&gt;" in re.sub(r"<[^>]*>", "", shown)


def test_only_those_who_take_flags_are_offered_them(branches: list[Branch], anyone: Client, sign_in: SignIn) -> None:
    series = series_for(branches)
    check = check_on(series, branches[0], CONFLICTS)
    flag = flag_on(series, branches[0])
    assert f"/flags/{flag.pk}/take" not in page(anyone, f"/checks/{check.pk}/")
    manager = sign_in(make_user("rm@sluice.example", Role.RELEASE_MANAGER))
    assert f"/flags/{flag.pk}/take" in page(manager, f"/checks/{check.pk}/")


def test_the_page_asks_as_much_for_many_checks_as_for_one(
    branches: list[Branch], anyone: Client, django_assert_max_num_queries: object
) -> None:
    series = series_for(branches)
    for verdict in (CONFLICTS, NEEDS_TWO) * 4:
        check = checked_everywhere(series, branches[0], verdict)
    with django_assert_max_num_queries(12):  # type: ignore[operator]  # the fixture's type isn't exported
        page(anyone, f"/checks/{check.pk}/")


def am(repository: Path, mbox: bytes, base: str) -> list[str]:
    """Apply an mbox with real git in a work tree at `base`; the subjects of what was committed."""

    def git(*arguments: str, stdin: bytes = b"") -> str:
        who = ["-c", "user.name=A", "-c", "user.email=a@sluice.example"]
        done = subprocess.run(["git", *who, *arguments], cwd=work, input=stdin, capture_output=True, check=False)
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()

    work = repository.with_name("work")
    subprocess.run(["git", "clone", "--quiet", str(repository), str(work)], check=True)
    git("checkout", "--quiet", base)
    git("am", "--quiet", stdin=mbox)
    return git("log", "--format=%s", "--reverse", f"{base}..HEAD").splitlines()


def test_the_mbox_is_what_git_am_takes_on_the_baseline(tree: Tree, upstream: Upstream, anyone: Client) -> None:
    branch = fetched(tree)
    before, after = numbered("queue", l10="queue is long"), numbered("queue", l10="queue is long", l11="and bounded")
    series = make_series(branch, fix(before, after), advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "needs prerequisites"
    answer = anyone.get(f"/checks/{check.pk}/prerequisites.mbox")
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert am(upstream.path, answer.content, "R-1.0.0") == ["Lengthen queues", "Fix an overflow"]


def test_the_mbox_holds_the_series_that_must_come_first(tree: Tree, upstream: Upstream, sign_in: SignIn) -> None:
    branch = fetched(tree)
    original, first = numbered("timer"), numbered("timer", l5="timer is first")
    second = numbered("timer", l5="timer is first", l6="timer is second")
    needed = make_series(branch, fix(original, first, "timer.c", subject="First"), advisory=make_advisory())
    series = make_series(
        branch, fix(first, second, "timer.c", subject="Second"), advisory=make_advisory(), depends_on=[needed]
    )
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "needs prerequisites"
    team = sign_in(make_user("s@sluice.example", Role.SECURITY))
    answer = team.get(f"/checks/{check.pk}/prerequisites.mbox")
    assert am(upstream.path, answer.content, "R-1.0.0") == ["First", "Second"]


def test_patches_that_the_baseline_has_are_left_out_of_the_mbox(
    tree: Tree, upstream: Upstream, sign_in: SignIn
) -> None:
    taken = numbered("queue", l3="queue is taken")
    upstream.commit("stable-1.0", {"queue.c": taken}, "Take a part")
    upstream.tag("R-1.0.1", "stable-1.0")
    upstream.branch("staging-1.0", "stable-1.0")
    branch = fetched(tree)
    rest = numbered("queue", l3="queue is taken", l20="queue is bounded")
    whole = numbered("queue", l3="queue is taken", l20="queue is bounded", l21="at last")
    part = fix(numbered("queue"), taken, subject="Take a part")
    needed = make_series(branch, part, fix(taken, rest, subject="Bound it"), advisory=make_advisory())
    series = make_series(
        branch, fix(rest, whole, subject="Bound it at last"), advisory=make_advisory(), depends_on=[needed]
    )
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "needs prerequisites"
    team = sign_in(make_user("s@sluice.example", Role.SECURITY))
    mbox = team.get(f"/checks/{check.pk}/prerequisites.mbox").content
    assert am(upstream.path, mbox, "R-1.0.1") == ["Bound it", "Bound it at last"]


def test_commits_with_carriage_returns_survive_the_mbox(tree: Tree, upstream: Upstream, anyone: Client) -> None:
    upstream.commit("stable-1.0", {"dos.txt": b"one\r\ntwo\r\nthree\r\n"}, "Bring a DOS file")
    upstream.tag("R-1.0.1", "stable-1.0")
    upstream.branch("staging-1.0", "stable-1.0")
    upstream.commit("staging-1.0", {"dos.txt": b"one\r\n2\r\nthree\r\n"}, "Count in figures")
    branch = fetched(tree)
    patch = fix(b"one\r\n2\r\nthree\r\n", b"one\r\n2\r\n3\r\n", "dos.txt", subject="Go on")
    bare = patch[patch.index(b"diff --git") :].split(b"-- \n")[0]
    series = make_series(branch, bare, advisory=make_advisory(state=State.PUBLIC))
    checked(branch)
    check = check_of(series, branch)
    assert check.verdict.kind == "needs prerequisites"
    mbox = anyone.get(f"/checks/{check.pk}/prerequisites.mbox").content
    assert am(upstream.path, mbox, "R-1.0.1")[0] == "Count in figures"


def test_without_a_mirror_the_mbox_is_honestly_not_there(branches: list[Branch], anyone: Client) -> None:
    check = check_on(series_for(branches), branches[0], NEEDS_TWO)
    answer = anyone.get(f"/checks/{check.pk}/prerequisites.mbox")
    assert answer.status_code == 503
    assert "no mirror of" in answer.content.decode()


def test_a_conflict_has_no_mbox(branches: list[Branch], anyone: Client) -> None:
    check = check_on(series_for(branches), branches[0], CONFLICTS)
    assert anyone.get(f"/checks/{check.pk}/prerequisites.mbox").status_code == 404
