"""The thread on an advisory and its checklist: who writes, who reads, what stays."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, Comment, CommentAudience, Event, Tick
from advisories.models.seat import Right
from advisories.release import checklists, ticking
from advisories.release.checklists import ITEMS, Kind, items_for
from advisories.release.ticking import NoSuchItem
from advisories.writing import commenting
from tests.advisories.writing.browsers import guest_of
from tests.make import make_advisory, make_user


def shown(client: Client, advisory: Advisory) -> str:
    return client.get(f"/advisories/{advisory.number}/").content.decode()


def test_guests_write_to_everyone_on_the_advisory(db: None) -> None:
    advisory = make_advisory()
    guest_of(advisory).post(f"/advisories/{advisory.number}/thread", {"text": "I *see*.", "audience": "team"})
    assert Comment.objects.get().audience == CommentAudience.SEATS
    assert "I <em>see</em>." in shown(guest_of(advisory, Right.READ), advisory)


def test_who_may_only_read_does_not_write(db: None) -> None:
    advisory = make_advisory()
    answer = guest_of(advisory, Right.READ).post(f"/advisories/{advisory.number}/thread", {"text": "Words."})
    assert answer.status_code == 403
    assert not Comment.objects.exists()


def test_guests_do_not_read_what_is_for_the_team(team: Client) -> None:
    advisory = make_advisory()
    team.post(f"/advisories/{advisory.number}/thread", {"text": "Among us.", "audience": "team"})
    assert "Among us." in shown(team, advisory)
    assert "Among us." not in shown(guest_of(advisory), advisory)


def test_nobody_reads_the_thread_of_a_public_advisory_without_a_seat(writer: User) -> None:
    advisory = make_advisory(state=State.PUBLIC)
    commenting.write(advisory, "Among us.", audience=CommentAudience.MEMBERS, by=writer)
    assert "Among us." not in shown(Client(), advisory)
    assert not Comment.objects.visible_to(make_user("manager@sluice.example", Role.RELEASE_MANAGER)).exists()


def test_files_are_kept_byte_for_byte(team: Client) -> None:
    advisory, content = make_advisory(), bytes(range(256))
    sent = {"text": "Look.", "audience": "seats", "attached": SimpleUploadedFile("../core.bin", content)}
    team.post(f"/advisories/{advisory.number}/thread", sent)
    file = Comment.objects.get().files.get()
    assert (file.file_name, file.sha256) == ("core.bin", hashlib.sha256(content).hexdigest())
    answer = guest_of(advisory).get(f"/advisories/{advisory.number}/thread/files/{file.pk}/core.bin")
    assert answer.content == content
    assert answer["Content-Disposition"] == 'attachment; filename="core.bin"'


def test_files_of_the_team_and_of_others_are_not_there(team: Client) -> None:
    advisory, other = make_advisory(), make_advisory()
    sent = {"text": "Look.", "audience": "team", "attached": SimpleUploadedFile("core.bin", b"x")}
    team.post(f"/advisories/{advisory.number}/thread", sent)
    address = f"thread/files/{Comment.objects.get().files.get().pk}/core.bin"
    assert guest_of(advisory).get(f"/advisories/{advisory.number}/{address}").status_code == 404
    assert team.get(f"/advisories/{other.number}/{address}").status_code == 404


def test_a_form_that_cannot_be_taken_loses_neither_text_nor_file(team: Client) -> None:
    advisory = make_advisory()
    sent = {"text": "[" * 65_537, "audience": "seats", "attached": SimpleUploadedFile("core.bin", b"x")}
    answer = team.post(f"/advisories/{advisory.number}/thread", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "[" * 65_537 in page
    token = page.split('name="draft" value="')[1].split('"')[0]
    team.post(f"/advisories/{advisory.number}/thread", {"text": "Look.", "audience": "seats", "draft": token})
    assert Comment.objects.get().files.get().file_name == "core.bin"


def test_a_retracted_comment_keeps_its_place_and_is_read_by_nobody(team: Client, writer: User) -> None:
    advisory = make_advisory()
    comment = commenting.write(advisory, "Too much.", [("core.bin", b"x")], audience=CommentAudience.SEATS, by=writer)
    team.post(f"/advisories/{advisory.number}/thread/{comment.pk}/retract")
    page = shown(team, advisory)
    assert "Too much." not in page
    assert "Retracted by" in page
    address = f"/advisories/{advisory.number}/thread/files/{comment.files.get().pk}/core.bin"
    assert team.get(address).status_code == 404
    assert Event.objects.filter(kind="comment-retracted").count() == 1
    assert commenting.retract(comment, by=writer) is False


def test_guests_retract_their_own_and_no_other(writer: User) -> None:
    advisory = make_advisory()
    guest = guest_of(advisory)
    guest.post(f"/advisories/{advisory.number}/thread", {"text": "Mine."})
    mine = Comment.objects.get()
    theirs = commenting.write(advisory, "Theirs.", audience=CommentAudience.SEATS, by=writer)
    assert guest.post(f"/advisories/{advisory.number}/thread/{mine.pk}/retract").status_code == 302
    assert guest.post(f"/advisories/{advisory.number}/thread/{theirs.pk}/retract").status_code == 403


def test_an_item_is_ticked_off_with_who_and_taken_back(team: Client, writer: User) -> None:
    advisory = make_advisory()
    team.post(f"/advisories/{advisory.number}/tick", {"item": "text-read"})
    tick = Tick.objects.get()
    assert (tick.key, tick.by, tick.kind) == ("text-read", writer, Kind.EMBARGOED)
    assert "1 of " in shown(team, advisory)
    team.post(f"/advisories/{advisory.number}/tick", {"undo": "text-read"})
    assert not Tick.objects.exists()
    kinds = Event.objects.about(advisory).filter(kind__startswith="item-").values_list("kind", flat=True)
    assert list(kinds) == ["item-ticked", "item-unticked"]


def test_an_item_of_another_kind_of_release_cannot_be_ticked(writer: User, team: Client) -> None:
    advisory = make_advisory()
    with pytest.raises(NoSuchItem):
        ticking.tick(advisory, "change-said", by=writer)
    assert team.post(f"/advisories/{advisory.number}/tick", {"item": "change-said"}).status_code == 404


def test_ticking_twice_is_one_tick_and_one_event(writer: User) -> None:
    advisory = make_advisory()
    assert ticking.tick(advisory, "text-read", by=writer)
    assert not ticking.tick(advisory, "text-read", by=writer)
    assert Event.objects.filter(kind="item-ticked").count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Tick.objects.create(advisory=advisory, kind=Kind.EMBARGOED, key="text-read", by=writer)


def test_the_checklist_follows_the_kind_of_release(team: Client) -> None:
    advisory = make_advisory()
    assert "Checklist: embargoed release" in shown(team, advisory)
    team.post(f"/advisories/{advisory.number}/release-kind", {"is_public": "on"})
    assert "Checklist: already public release" in shown(team, advisory)
    assert "Checklist: re-issue release" in shown(team, make_advisory(state=State.PUBLIC))


def test_a_second_re_issue_begins_with_an_empty_list(writer: User) -> None:
    advisory = make_advisory(state=State.PUBLIC)
    ticking.tick(advisory, "text-read", by=writer)
    ticking.begin_anew(advisory, by=writer)
    assert not Tick.objects.exists()


def test_every_item_belongs_to_some_release_and_has_a_key_of_its_own() -> None:
    assert all(item.kinds for item in ITEMS)
    assert len({item.key for item in ITEMS}) == len(ITEMS)
    assert all(items_for(kind) for kind in Kind)
    assert checklists.kind_of(State.WITHDRAWN, is_already_public=False) is Kind.REISSUE
