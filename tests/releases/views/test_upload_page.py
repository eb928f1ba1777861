"""Uploading by form, and getting the same bytes back."""

import hashlib
from collections.abc import Sequence

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import Advisory, Seat
from releases.models import Branch, Series, Upload
from tests.make import make_advisory, make_branch, make_tree, make_user
from tests.releases.views.conftest import SignIn
from tests.releases.views.rows import PATCH, series_for
from tests.upstream import fix, numbered


@pytest.fixture
def team(db: None, sign_in: SignIn) -> Client:
    return sign_in(make_user("security@sluice.example", Role.SECURITY))


@pytest.fixture
def advisory(branches: list[Branch]) -> Advisory:
    return make_advisory(state=State.DRAFTING)


def form(branches: Sequence[Branch], *files: tuple[str, bytes], **more: object) -> dict[str, object]:
    return {
        "tree": branches[0].tree.pk,
        "branches": [branch.pk for branch in branches],
        "patch_files": [SimpleUploadedFile(name, content) for name, content in files],
        "pasted": "",
        "note": "",
    } | more


def address(advisory: Advisory) -> str:
    return f"/advisories/{advisory.number}/series/add"


def test_a_file_is_kept_byte_for_byte_and_comes_back_the_same(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    answer = team.post(address(advisory), form(branches, ("fix.patch", PATCH)))
    series = Series.objects.get(advisory=advisory)
    assert answer["Location"] == f"/series/{series.pk}/"
    upload = Upload.objects.get(revision=series.current)
    assert bytes(upload.content) == PATCH
    patch = series.revisions.get().patches.get()
    back = team.get(f"/patches/{patch.pk}/download")
    assert back.content == PATCH
    assert back["Content-Type"] == "text/plain; charset=utf-8"
    assert back["X-Content-Type-Options"] == "nosniff"
    assert back["Content-Disposition"].startswith("attachment")
    assert hashlib.sha256(PATCH).hexdigest() in team.get(f"/series/{series.pk}/").content.decode()


def test_several_files_stand_in_the_order_of_their_names(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    second = fix(numbered("timer"), numbered("timer", l3="timer waits"), "timer.c", subject="Second")
    team.post(address(advisory), form(branches, ("0002-second.patch", second), ("0001-first.patch", PATCH)))
    assert [patch.subject for patch in Series.objects.get().revisions.get().patches.all()] == [
        "Fix an overflow", "Second"
    ]  # fmt: skip


def test_a_pasted_patch_loses_the_carriage_returns_that_the_browser_put_in(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    pasted = PATCH.decode().replace("\n", "\r\n")
    team.post(address(advisory), form(branches, pasted=pasted))
    assert bytes(Upload.objects.get().content) == PATCH


@pytest.mark.parametrize("way", ["file", "paste"])
def test_what_is_not_a_patch_is_refused_with_the_file_and_the_line(
    team: Client, advisory: Advisory, branches: list[Branch], way: str
) -> None:
    page = "<html>\n<p>Please sign in first\n</html>\n"
    data = form(branches, ("fix.patch", page.encode())) if way == "file" else form(branches, pasted=page)
    answer = team.post(address(advisory), data)
    assert answer.status_code == 422
    assert "not a patch, as line 1 shows" in answer.content.decode()
    assert ("fix.patch" if way == "file" else "pasted.patch") in answer.content.decode()
    assert not Series.objects.exists()


def test_neither_nothing_nor_both_ways_at_once_are_taken(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    for data in (form(branches), form(branches, ("fix.patch", PATCH), pasted=PATCH.decode())):
        assert "one of the two" in team.post(address(advisory), data).content.decode()
    assert not Series.objects.exists()


def test_branches_of_another_tree_are_refused(team: Client, advisory: Advisory, branches: list[Branch]) -> None:
    strange = make_branch(make_tree(slug="qemu"), "9.0")
    answer = team.post(address(advisory), form([branches[0], strange], ("fix.patch", PATCH)))
    assert "belong to sluice" in answer.content.decode()
    assert not Series.objects.exists()


def meant(advisory: Advisory) -> set[str]:
    return set(Series.objects.get(advisory=advisory).branches.values_list("name", flat=True))


def test_a_key_that_no_row_can_have_is_a_choice_that_there_is_not(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    answer = team.post(address(advisory), form(branches, ("fix.patch", PATCH)) | {"branches": [str(2**70)]})
    assert answer.status_code == 422
    assert not Series.objects.exists()


def test_a_range_takes_every_followed_branch_between_its_ends(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    tree = branches[0].tree
    newer = [make_branch(tree, "1.9"), make_branch(tree, "1.10", is_followed=False), make_branch(tree, "1.11")]
    make_branch(tree, "1.12")
    ends = {"from_branch": branches[1].pk, "to_branch": newer[2].pk, "branches": []}
    team.post(address(advisory), form(branches, ("fix.patch", PATCH)) | ends)
    assert meant(advisory) == {"1.8", "1.9", "1.11"}


def test_ticked_branches_and_a_range_are_taken_together(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    newer = [make_branch(branches[0].tree, name) for name in ("1.9", "1.10")]
    ticked = [branches[0].pk, newer[0].pk]
    ends = {"from_branch": newer[0].pk, "to_branch": newer[0].pk, "branches": ticked}
    team.post(address(advisory), form(branches, ("fix.patch", PATCH)) | ends)
    assert meant(advisory) == {"1.7", "1.9"}


def test_a_range_that_is_none_is_refused_in_words(team: Client, advisory: Advisory, branches: list[Branch]) -> None:
    strange = make_branch(make_tree(slug="qemu"), "9.0")
    old, new = branches
    for ends, words in (
        ((new.pk, old.pk), "1.8 is newer than 1.7: a range goes from the older to the newer."),
        ((old.pk, ""), "A range has two ends"),
        (("", old.pk), "A range has two ends"),
        ((old.pk, strange.pk), "9.0 doesn&#x27;t belong to sluice"),
        (("", ""), "Tick at least one branch, or choose both ends of a range."),
    ):
        asked: dict[str, object] = {"from_branch": ends[0], "to_branch": ends[1], "branches": []}
        answer = team.post(address(advisory), form(branches, ("fix.patch", PATCH)) | asked)
        assert answer.status_code == 422
        assert words in answer.content.decode()
    assert not Series.objects.exists()


def test_only_series_that_the_uploader_may_see_are_offered_as_dependencies(
    advisory: Advisory, branches: list[Branch], sign_in: SignIn
) -> None:
    hidden = series_for(branches, make_advisory(state=State.READY, title="Hidden words"))
    guest = make_user("guest@vendor.example")
    Seat.objects.create(advisory=advisory, user=guest, right="upload")
    client = sign_in(guest)
    assert "Hidden words" not in client.get(address(advisory)).content.decode()
    answer = client.post(address(advisory), form(branches, ("fix.patch", PATCH), depends_on=[hidden.pk]))
    assert not Series.objects.filter(depends_on=hidden).exists()
    assert "Hidden words" not in answer.content.decode()


def test_a_revision_takes_the_place_of_the_one_before(team: Client, advisory: Advisory, branches: list[Branch]) -> None:
    series = series_for(branches, advisory)
    better = fix(numbered("queue"), numbered("queue", l21="queue is better"))
    data = {"patch_files": [SimpleUploadedFile("fix.patch", better)], "pasted": "", "note": "Cleaner"}
    assert team.post(f"/series/{series.pk}/revise", data).status_code == 302
    series.refresh_from_db()
    assert series.current is not None
    assert (series.current.number, series.current.note) == (2, "Cleaner")
    again = team.post(f"/series/{series.pk}/revise", data | {"patch_files": [SimpleUploadedFile("x", better)]})
    assert "these are the patches of revision s2 already" in again.content.decode()


def test_a_file_name_cannot_write_headers(team: Client, advisory: Advisory, branches: list[Branch]) -> None:
    team.post(address(advisory), form(branches, ('we"ird\\name;.patch', PATCH)))
    patch = Series.objects.get().revisions.get().patches.get()
    answer = team.get(f"/patches/{patch.pk}/download")
    assert answer["Content-Disposition"].count('"') == 2


def test_patches_of_an_advisory_that_was_given_up_stay_as_they_are(
    team: Client, advisory: Advisory, branches: list[Branch]
) -> None:
    series = series_for(branches, advisory)
    advisory.move_to(State.UNUSED, by=None, ended_because="Nothing to fix.")
    page = f"/series/{series.pk}/"
    assert "Upload a revision" not in team.get(page).text
    for form_page in (f"{page}revise", f"{page}change"):
        assert "An advisory that is unused is over" in team.get(form_page, follow=True).text
    answer = team.post(address(advisory), form(branches, ("fix.patch", PATCH)))
    assert (answer.status_code, Series.objects.count()) == (422, 1)
    assert "An advisory that is unused is over" in answer.text
