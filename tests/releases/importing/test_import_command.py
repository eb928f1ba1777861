"""`manage.py import_advisories` and `undo_import` from end to end, with a tree whose commits the recipes name."""

import io
import subprocess
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.utils import DatabaseError
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Role
from advisories.models import Advisory, Event, ImportRun, Publication, Revision
from advisories.writing import drafting
from releases.models import PatchMatch, Series, Tree, Trial
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.importing.conftest import Letter
from tests.make import fetched, make_advisory, make_branch, make_series, make_user
from tests.releases.importing.archive import BOUNDED, FIRST, SECOND, lay_down, record
from tests.upstream import Upstream, fix, numbered

pytestmark = pytest.mark.django_db


@pytest.fixture
def key(rsa: RsaSigner, tmp_path: Path) -> Path:
    file = tmp_path / "key.pgp"
    file.write_bytes(rsa.public)
    return file


def run(*words: object) -> str:
    out = io.StringIO()
    call_command("import_advisories", *map(str, words), stdout=out, stderr=io.StringIO())
    return out.getvalue()


def undo(*words: object) -> str:
    out = io.StringIO()
    call_command("undo_import", *map(str, words), stdout=out)
    return out.getvalue()


def trials() -> dict[int, tuple[str, str]]:
    return {one.number: (one.alone, one.after) for one in Trial.objects.all()}


def test_without_write_everything_is_said_and_nothing_done(rsa: RsaSigner, key: Path, tmp_path: Path) -> None:
    told = run(lay_down(tmp_path / "archive", rsa, record(30, FIRST)), "--key", key)
    assert "archive/30-v1/text: SSA-30 version 1, 1 patches, signed by" in told
    assert "With --write: 1 brought in." in told
    assert not Advisory.objects.exists()
    assert not ImportRun.objects.exists()


def test_series_are_made_for_the_branches_that_the_tree_has(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree
) -> None:
    fetched(tree)
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST, branches=("1.0", "0.9"))), "--key", key, "--write")
    series = Series.objects.get()
    assert [branch.name for branch in series.branches.all()] == ["1.0"]
    assert series.current is not None
    assert bytes(series.current.patches.get().content) == FIRST


def test_a_newer_version_revises_the_series(rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree) -> None:
    fetched(tree)
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST)), "--key", key, "--write")
    better = fix(numbered("queue"), numbered("queue", l12="queue is better"))
    run(lay_down(tmp_path / "b", rsa, record(30, better, version=2)), "--key", key, "--write")
    series = Series.objects.get()
    assert series.current is not None
    assert series.current.number == 2
    assert bytes(series.current.patches.get().content) == better


def test_a_newer_version_says_what_comes_first(rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree) -> None:
    fetched(tree)
    run(lay_down(tmp_path / "a", rsa, record(31, SECOND)), "--key", key, "--write")
    newer = record(31, SECOND, stable_ref="1" * 40, prereqs=(30,), version=2)
    run(lay_down(tmp_path / "b", rsa, record(30, FIRST), newer), "--key", key, "--write")
    series = Series.objects.get(advisory__number=31)
    assert [needed.advisory.number for needed in series.depends_on.all()] == [30]


def test_of_two_series_for_one_branch_each_goes_on_as_its_own(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree
) -> None:
    fetched(tree)
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST, SECOND)), "--key", key, "--write")
    run(lay_down(tmp_path / "b", rsa, record(30, FIRST, SECOND, version=2)), "--key", key, "--write")
    kept = [(one.current.number, bytes(one.current.patches.get().content)) for one in Series.objects.all()]  # type: ignore[union-attr]
    assert sorted(kept) == sorted([(1, FIRST), (1, SECOND)])


def test_what_would_come_before_itself_is_told_and_left(rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree) -> None:
    fetched(tree)
    second = record(31, SECOND, stable_ref="1" * 40, prereqs=(30,))
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST), second), "--key", key, "--write")
    turned = record(30, FIRST, stable_ref="1" * 40, prereqs=(31,), version=2)
    told = run(lay_down(tmp_path / "b", rsa, turned), "--key", key, "--write")
    assert "SSA-30 on sluice: what comes first stays as it was, SSA-31 cannot come first" in told
    assert not Series.objects.get(advisory__number=30).depends_on.exists()


def test_a_patch_that_a_newer_version_gives_to_fewer_branches_stays_theirs(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree
) -> None:
    fetched(tree)
    make_branch(tree, "1.1")
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST, branches=("1.1", "1.0"))), "--key", key, "--write")
    told = run(lay_down(tmp_path / "b", rsa, record(30, FIRST, version=2)), "--key", key, "--write")
    assert "no series was made" not in told
    assert [branch.name for branch in Series.objects.get().branches.all()] == ["1.0"]


def test_recipes_are_followed_on_the_commits_that_they_name(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree, upstream: Upstream
) -> None:
    fetched(tree)
    at = upstream.git("rev-parse", "R-1.0.0^{commit}")
    archive = lay_down(
        tmp_path / "a", rsa,
        record(29, FIRST, stable_ref=at),
        record(30, SECOND, stable_ref=at, prereqs=[29]),
        record(31, SECOND, stable_ref=at),
        record(32, FIRST, stable_ref="f" * 40),
    )  # fmt: skip
    told = run(archive, "--key", key, "--write")
    assert trials() == {
        29: ("applies", "applies"),
        30: ("fails", "applies"),
        31: ("fails", "fails"),
        32: ("no-commit", "no-commit"),
    }
    assert "2 of 4 recipes can be followed." in told
    assert [one.advisory.number for one in Series.objects.get(advisory__number=30).depends_on.all()] == [29]


def test_what_the_archive_lacks_is_taken_from_the_trees_history(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree, upstream: Upstream
) -> None:
    at = upstream.git("rev-parse", "R-1.0.0^{commit}")
    upstream.commit("stable-1.0", {"queue.c": BOUNDED}, "Bound queues\n\nThis is SSA-29.")
    upstream.commit("stable-1.0", {"README": b"Since SSA-29 queues are bounded.\n"}, "Tell of SSA-29")
    fetched(tree)
    archive = lay_down(
        tmp_path / "a", rsa,
        record(30, SECOND, stable_ref=at, prereqs=[29]),
        record(31, SECOND, stable_ref=at, prereqs=[28]),
    )  # fmt: skip
    run(archive, "--key", key, "--write")
    assert trials() == {30: ("fails", "applies"), 31: ("fails", "unclear")}
    assert Trial.objects.get(number=30).stand_ins == [29]
    assert Trial.objects.get(number=31).absent == [28]


def test_patches_are_held_against_the_tree_and_the_report_says_so(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree, upstream: Upstream
) -> None:
    upstream.commit("stable-1.0", {"queue.c": BOUNDED}, "Bound queues\n\nThis is SSA-29.")
    upstream.commit("stable-1.0", {"queue.c": numbered("queue", l12="other")}, "Bound queues\n\nThis is SSA-30.")
    fetched(tree)
    archive = lay_down(tmp_path / "a", rsa, record(29, FIRST), record(30, FIRST), record(31, FIRST))
    assert "1 of 3 patches are the fix of every branch" in run(archive, "--key", key)
    assert not PatchMatch.objects.exists()
    told = run(archive, "--key", key, "--write")
    assert "SSA-30 v1 ssa30-1.patch" in told
    rows = {one.number: (one.same, one.other, one.absent) for one in PatchMatch.objects.all()}
    assert rows == {29: (["1.0"], [], []), 30: ([], ["1.0"], []), 31: ([], [], ["1.0"])}
    reader = Client()
    reader.force_login(make_user("", Role.SECURITY))
    page = reader.get(ImportRun.objects.get().get_absolute_url()).text
    assert '<td role="cell" data-says="another fix on"><strong>1.0</strong></td>' in page


def test_mails_come_out_of_folders_maildirs_mboxes_and_public_inboxes(
    twelve: Letter, key: Path, tmp_path: Path
) -> None:
    letters = {number: twelve(number).content for number in (3, 4, 5, 6)}
    (tmp_path / "in" / "list" / "cur").mkdir(parents=True)
    (tmp_path / "in" / "list" / "cur" / "1:2,S").write_bytes(letters[3])
    (tmp_path / "in" / "one.eml").write_bytes(letters[4])
    (tmp_path / "in" / "old.mbox").write_bytes(b"From x Thu Jan  1 00:00:00 2026\n" + letters[5])
    inbox = Upstream.make(tmp_path / "in" / "inbox" / "git" / "0.git")
    inbox.commit("master", {"m": letters[6]}, "Sluice Security Advisory 12 v6")
    run(tmp_path / "in", "--key", key, "--write")
    assert sorted(Publication.objects.values_list("version", flat=True)) == [3, 4, 5, 6]


def test_an_epoch_that_git_cannot_read_is_said_and_the_next_is_read(twelve: Letter, key: Path, tmp_path: Path) -> None:
    Upstream.make(tmp_path / "inbox" / "git" / "0.git")
    epoch = Upstream.make(tmp_path / "inbox" / "git" / "1.git")
    epoch.commit("master", {"m": twelve().content}, "Sluice Security Advisory 12 v3")
    told = run(tmp_path / "inbox", "--key", key)
    assert "REFUSED  inbox/0.git: git cannot read it: git rev-parse: no commit is found at its HEAD" in told
    assert "1 brought in" in told


def test_what_cannot_be_read_is_said_and_stops_nothing(twelve: Letter, key: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "twelve.eml").write_bytes(twelve().content)
    (folder / "elsewhere.eml").symlink_to("/etc/passwd")
    (folder / "broken.gz").write_bytes(b"\x1f\x8bnothing")
    subprocess.run(["mkfifo", folder / "pipe"], check=True)
    told = run(folder, tmp_path / "missing", "--key", key, "--write")
    for line in ("elsewhere.eml: a symbolic link", "broken.gz", "pipe: neither a file", "missing: there is no such"):
        assert line in told
    assert Publication.objects.count() == 1


def test_what_is_refused_only_while_it_is_written_is_told_too(
    rsa: RsaSigner, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def somebody_takes_the_next_number(command: object, what: str, done: int, total: int) -> None:
        if (what, done) == ("advisories", 1):
            make_advisory(number=31)

    monkeypatch.setattr("releases.management.commands.import_advisories.Command._show", somebody_takes_the_next_number)
    told = run(lay_down(tmp_path / "a", rsa, record(30, FIRST), record(31, SECOND)), "--key", key, "--write")
    assert "1 brought in, 1 refused" in told
    assert "SSA-31 stays out: an advisory of this number was written here." in told


def test_where_no_text_is_the_projects_the_words_of_the_settings_are_told(
    twelve: Letter, key: Path, tmp_path: Path, settings: Settings
) -> None:
    (tmp_path / "12.eml").write_bytes(twelve().content)
    settings.ADVISORY_PREFIX = "XSA"
    told = run(tmp_path / "12.eml", "--key", key)
    assert "An advisory of this project begins “Sluice Security Advisory … / XSA-12”" in told
    settings.ADVISORY_PREFIX = "SSA"
    assert "begins" not in run(tmp_path / "12.eml", "--key", key)


def test_a_key_that_is_none_is_refused(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(b"hello")
    with pytest.raises(CommandError, match="key"):
        run(tmp_path, "--key", tmp_path / "key")


def test_undoing_leaves_nothing_but_the_report_and_the_record(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree
) -> None:
    fetched(tree)
    archive = lay_down(tmp_path / "a", rsa, record(30, FIRST))
    run(archive, "--key", key, "--write")
    brought = ImportRun.objects.get()
    assert "Import" in undo(brought.pk, "--yes")
    assert not Advisory.objects.exists()
    assert not Series.objects.exists()
    brought.refresh_from_db()
    assert brought.undone_at is not None
    assert brought.findings.exists()
    assert Event.objects.order_by("sequence").last().kind == "import-undone"  # type: ignore[union-attr]
    assert Client().get("/advisories/30/").status_code == 404
    run(archive, "--key", key, "--write")
    assert Client().get("/advisories/30/").status_code == 200


def test_what_somebody_has_worked_on_is_not_undone(rsa: RsaSigner, key: Path, tmp_path: Path) -> None:
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST), record(31, SECOND)), "--key", key, "--write")
    by = make_user("", Role.SECURITY)
    drafting.keep_text(Advisory.objects.get(number=31), {"impact": "Worse."}, read_version=1, by=by)
    with pytest.raises(CommandError, match="SSA-31"):
        undo(ImportRun.objects.get().pk, "--yes")
    assert Advisory.objects.count() == 2


def test_what_comes_first_for_somebody_elses_series_is_not_undone(
    rsa: RsaSigner, key: Path, tmp_path: Path, tree: Tree
) -> None:
    """Unless that came with it: the second stands on the first."""
    fetched(tree)
    first, second = record(30, FIRST), record(31, SECOND, stable_ref="1" * 40, prereqs=(30,))
    run(lay_down(tmp_path / "a", rsa, first, second), "--key", key, "--write")
    needed = Series.objects.get(advisory__number=30)
    assert needed.needed_by.get().advisory.number == 31
    theirs = make_series(tree.branches.get(name="1.0"), SECOND, depends_on=[needed])
    with pytest.raises(CommandError, match="comes after one of SSA-30"):
        undo(ImportRun.objects.get().pk, "--yes")
    assert theirs.depends_on.get() == needed
    theirs.depends_on.clear()
    assert "2 advisories are gone" in undo(ImportRun.objects.get().pk, "--yes")


def test_no_way_back_is_promised_where_versions_were_added(
    twelve: Letter, key: Path, tmp_path: Path, client: Client
) -> None:
    client.force_login(make_user("", Role.SECURITY))
    for version in (3, 4):
        (tmp_path / f"{version}.eml").write_bytes(twelve(version).content)
    assert "The way back" in run(tmp_path / "3.eml", "--key", key, "--write")
    first = ImportRun.objects.get()
    assert f"manage.py undo_import {first.pk}" in client.get(first.get_absolute_url()).text
    assert "There is no way back" in run(tmp_path / "4.eml", "--key", key, "--write")
    for one in ImportRun.objects.all():
        page = client.get(one.get_absolute_url()).text
        assert "There is none: versions were added" in page
        assert "manage.py undo_import" not in page
        with pytest.raises(CommandError, match="Nothing was removed"):
            undo(one.pk, "--yes")


def test_after_undoing_what_is_frozen_is_guarded_again(rsa: RsaSigner, key: Path, tmp_path: Path) -> None:
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST)), "--key", key, "--write")
    undo(ImportRun.objects.get().pk, "--yes")
    run(lay_down(tmp_path / "b", rsa, record(31, FIRST)), "--key", key, "--write")
    with pytest.raises(DatabaseError), connection.cursor() as cursor:
        cursor.execute("DELETE FROM advisories_revision")


def test_undoing_asks_first(rsa: RsaSigner, key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run(lay_down(tmp_path / "a", rsa, record(30, FIRST)), "--key", key, "--write")
    monkeypatch.setattr("builtins.input", lambda prompt: "no")
    with pytest.raises(CommandError, match="Nothing was removed"):
        undo(ImportRun.objects.get().pk)
    assert Revision.objects.exists()
    assert Publication.objects.filter(public_at__lte=timezone.now()).exists()
