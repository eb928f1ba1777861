"""Uploads: kept byte for byte, refused where they are no patches, never half."""

import hashlib
import io
import tarfile

import pytest
from pytest_django import Settings

from advisories.models import Advisory
from releases import uploading
from releases.engine.limits import OverLimit
from releases.engine.mailbox import UploadRefused
from releases.models import Branch, Patch, Series, SeriesRevision, Upload
from tests.make import make_advisory, make_branch, make_series, make_tree
from tests.upstream import fix, numbered

ONE = fix(numbered("queue"), numbered("queue", l25="queue is safe"), subject="Fix the first")
TWO = fix(numbered("timer"), numbered("timer", l25="timer is safe"), "timer.c", subject="Fix the second")


@pytest.fixture
def branch(db: None) -> Branch:
    return make_branch(make_tree())


def upload(branch: Branch, *files: tuple[str, bytes], advisory: Advisory | None = None) -> SeriesRevision:
    return uploading.upload_series(
        advisory or make_advisory(), tree=branch.tree, branches=[branch], files=files, by=None
    )


def test_what_is_uploaded_is_kept_byte_for_byte(branch: Branch) -> None:
    mbox = ONE + TWO
    revision = upload(branch, ("fixes.mbox", mbox))
    kept = revision.uploads.get()
    assert (bytes(kept.content), kept.sha256) == (mbox, hashlib.sha256(mbox).hexdigest())
    assert [bytes(patch.content) for patch in revision.patches.all()] == [ONE, TWO]
    assert [patch.subject for patch in revision.patches.all()] == ["Fix the first", "Fix the second"]
    assert revision.patches.all()[0].author == "Ada Sluice <ada@sluice.example>"
    assert len(revision.patches.all()[0].patch_id) == 40


def test_a_quilt_series_as_tar_is_taken_in_its_order(branch: Branch) -> None:
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as archive:
        for name, content in (("patches/a", TWO), ("patches/b", ONE), ("patches/series", b"b\na\n")):
            member = tarfile.TarInfo(name)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    revision = upload(branch, ("series.tar.gz", raw.getvalue()))
    assert [bytes(patch.content) for patch in revision.patches.all()] == [ONE, TWO]


def test_what_is_no_patch_is_refused_with_the_line_that_shows_it(branch: Branch) -> None:
    broken = ONE.replace(b" queue line 24\n", b"queue line 24\n")
    with pytest.raises(UploadRefused, match=r"2\.patch: not a patch, as line \d+ shows: .*queue line 24"):
        upload(branch, ("1.patch", TWO), ("2.patch", broken))
    assert not Series.objects.exists()
    assert not Upload.objects.exists()
    assert not Patch.objects.exists()


def test_an_upload_past_a_limit_is_refused_with_the_limit_named(branch: Branch, settings: Settings) -> None:
    settings.ENGINE_LIMITS = {**settings.ENGINE_LIMITS, "patch_bytes": 100}
    with pytest.raises(OverLimit, match="patch_bytes"):
        upload(branch, ("1.patch", ONE))


def test_a_patch_with_an_unsafe_path_is_kept(branch: Branch) -> None:
    assert upload(branch, ("1.patch", fix(b"", b"x\n", ".git/config"))).patches.count() == 1


def test_the_next_revision_keeps_the_one_before(branch: Branch) -> None:
    series = make_series(branch, ONE)
    second = uploading.upload_revision(series, files=[("1.patch", ONE), ("2.patch", TWO)], by=None, note="Both")
    series.refresh_from_db()
    assert (second.number, series.current) == (2, second)
    assert [str(revision) for revision in series.revisions.all()] == ["s1", "s2"]


def test_the_same_patches_again_are_no_new_revision(branch: Branch) -> None:
    series = make_series(branch, ONE)
    with pytest.raises(uploading.NothingNew, match="revision s1"):
        uploading.upload_revision(series, files=[("other-name.patch", ONE)], by=None)
    with pytest.raises(uploading.NothingNew, match="already, revision s1"):
        upload(branch, ("1.patch", ONE), advisory=series.advisory)
    assert SeriesRevision.objects.count() == 1


def test_a_branch_of_another_tree_is_refused(branch: Branch) -> None:
    other = make_branch(make_tree(slug="other"), "9.9")
    with pytest.raises(uploading.NotMeantHere, match=r"9\.9: not a branch of sluice"):
        uploading.upload_series(
            make_advisory(), tree=branch.tree, branches=[branch, other], files=[("1.patch", ONE)], by=None
        )


def test_names_are_kept_without_their_directories_and_control_characters(branch: Branch) -> None:
    revision = upload(branch, ("../../etc/pass\x1bwd.patch", ONE))
    assert revision.uploads.get().file_name == "pass�wd.patch"
