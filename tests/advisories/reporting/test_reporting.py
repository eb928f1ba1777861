"""What a finder does without an account: report, come back by the private link, add, choose a credit."""

import logging
import re

import pytest
from django.conf import settings as installed
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

from accounts.models import Role
from advisories.models import (
    Attachment,
    Credit,
    DoorKind,
    DraftFile,
    Event,
    Finder,
    Message,
    OutgoingMail,
    Report,
    ReportDoor,
)
from advisories.reporting import triage
from config.logs import WithoutPrivateLinks
from tests.make import make_report, make_user

TYPED = {"title": "Queue overflows", "text": "  Steps:\r\n\r\n1. bind\r\n", "credit": "undecided"}
BYTES = b"\x00\xffPK\r\n\x1a not text"


@pytest.fixture
def stranger(db: None) -> Client:
    """A browser without a cookie that checks cross-site tokens as a real one is checked."""
    return Client(enforce_csrf_checks=True)


def a_file(name: str = "proof.bin", content: bytes = BYTES) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content)


def door(report: Report) -> str:
    return f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"


def test_a_report_needs_no_account_no_cookie_and_no_name(stranger: Client) -> None:
    answer = stranger.post("/report/", TYPED)
    report = Report.objects.get()
    assert answer.status_code == 302
    assert (str(report.finder), report.state) == ("Anonymous", "received")
    assert not answer.cookies


def test_a_text_is_kept_as_it_was_typed(stranger: Client) -> None:
    stranger.post("/report/", TYPED)
    assert Message.objects.get().text == "  Steps:\n\n1. bind\n"


def test_the_answer_leads_to_a_private_page_with_the_report(stranger: Client) -> None:
    page = stranger.post("/report/", TYPED, follow=True)
    shown = page.content.decode()
    assert "We have your report" in shown
    assert "Steps:" in shown
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert "no-store" in page.headers["Cache-Control"]


def test_attachments_are_kept_and_served_byte_for_byte(stranger: Client) -> None:
    page = stranger.post("/report/", TYPED | {"attached": [a_file(), a_file("../log.txt", b"log")]}, follow=True)
    assert [bytes(row.content) for row in Attachment.objects.all()] == [BYTES, b"log"]
    [address] = re.findall(r'href="(/report/\w+/files/\d+/proof\.bin)"', page.content.decode())
    served = stranger.get(address)
    assert served.content == BYTES
    assert served.headers["Content-Disposition"] == 'attachment; filename="proof.bin"'


def test_what_was_typed_and_attached_survives_a_mistake(stranger: Client) -> None:
    answer = stranger.post("/report/", TYPED | {"title": "", "name": "Ada", "attached": a_file()})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert "1. bind" in shown
    assert 'value="Ada"' in shown
    assert "proof.bin" in shown
    [token] = re.findall(r'name="draft" value="(\w+)"', shown)
    stranger.post("/report/", TYPED | {"draft": token})
    assert bytes(Attachment.objects.get().content) == BYTES
    assert not DraftFile.objects.exists()


def test_a_kept_file_can_be_left_out(stranger: Client) -> None:
    shown = stranger.post("/report/", TYPED | {"title": "", "attached": a_file()}).content.decode()
    [token] = re.findall(r'name="draft" value="(\w+)"', shown)
    stranger.post("/report/", TYPED | {"draft": token, "leave_out": str(DraftFile.objects.get().position)})
    assert Report.objects.count() == 1
    assert not Attachment.objects.exists()


def test_nobody_takes_the_kept_files_of_another_form(stranger: Client) -> None:
    stranger.post("/report/", TYPED | {"title": "", "attached": a_file()})
    stranger.post("/report/", TYPED | {"draft": "0" * 40, "leave_out": str(DraftFile.objects.get().position)})
    assert not Attachment.objects.exists()
    assert DraftFile.objects.exists()


def test_a_file_that_is_too_large_is_named_and_the_others_are_kept(stranger: Client, settings: Settings) -> None:
    settings.REPORT_FILE_BYTES = 100
    answer = stranger.post("/report/", TYPED | {"attached": [a_file(), a_file("core.dump", b"x" * 101)]})
    assert "core.dump is larger than" in answer.content.decode()
    assert DraftFile.objects.get().file_name == "proof.bin"


def test_too_many_files_are_refused(stranger: Client, settings: Settings) -> None:
    settings.REPORT_FILES = 2
    answer = stranger.post("/report/", TYPED | {"attached": [a_file(f"{number}.txt") for number in range(3)]})
    assert "More than 2 files" in answer.content.decode()
    assert not Report.objects.exists()


def test_one_address_sends_only_so_many_reports_an_hour_and_loses_none_of_its_words(
    stranger: Client, settings: Settings
) -> None:
    settings.REPORTS_PER_HOUR = 1
    stranger.post("/report/", TYPED)
    answer = stranger.post("/report/", TYPED)
    assert answer.status_code == 429
    assert "1. bind" in answer.content.decode()
    assert stranger.post("/report/", TYPED, REMOTE_ADDR="192.0.2.7").status_code == 302


def test_behind_a_proxy_the_visitor_is_the_one_the_proxy_saw(stranger: Client, settings: Settings) -> None:
    settings.REPORTS_PER_HOUR, settings.BEHIND_PROXY = 1, True
    stranger.post("/report/", TYPED, headers={"X-Forwarded-For": "192.0.2.1"})
    forged = {"X-Forwarded-For": "198.51.100.9, 192.0.2.1"}
    assert stranger.post("/report/", TYPED, headers=forged).status_code == 429


def test_what_a_machine_fills_in_is_kept_and_not_answered(stranger: Client) -> None:
    stranger.post("/report/", TYPED | {"website": "https://pills.example", "address": "victim@other.example"})
    assert Report.objects.get().is_suspect
    assert not OutgoingMail.objects.exists()


def test_a_wrong_token_looks_like_a_page_that_is_not_there(stranger: Client) -> None:
    report = make_report()
    address_token = ReportDoor.open_for(report, DoorKind.ADDRESS)
    for token in ("0" * 40, address_token, report.reference):
        for page in (f"/report/{token}/", f"/report/{token}/files/1/proof.bin"):
            assert stranger.get(page).status_code == 404
        assert stranger.post(f"/report/{token}/", {"text": "Words"}).status_code == 404
        assert stranger.post(f"/report/{token}/credit", {"credit": "named"}).status_code == 404
    assert Message.objects.count() == 1


def test_the_database_holds_no_token(stranger: Client) -> None:
    page = door(make_report())
    assert page.split("/")[2] not in str(list(ReportDoor.objects.values()))


def test_a_finder_adds_to_the_thread_and_the_record_says_so(stranger: Client) -> None:
    report = make_report()
    stranger.post(door(report), {"text": "One more step.", "attached": a_file()})
    assert [message.text for message in Message.objects.filter(report=report)][-1] == "One more step."
    assert [event.kind for event in Event.objects.about(report)][-1] == "finder-wrote"


def test_an_empty_message_is_refused_and_its_file_is_kept(stranger: Client) -> None:
    answer = stranger.post(door(make_report()), {"text": " ", "attached": a_file()})
    assert answer.status_code == 422
    assert "proof.bin" in answer.content.decode()


def test_a_finder_chooses_a_credit(stranger: Client) -> None:
    report = make_report()
    stranger.post(f"{door(report)}credit", {"credit": "named", "credit_as": "Ada of Example"})
    finder = Finder.objects.get()
    assert (finder.credit, finder.wanted_credit) == (Credit.NAMED, "as “Ada of Example”")


def test_a_finder_reads_answers_and_no_notes_of_the_team(stranger: Client) -> None:
    report, person = make_report(), make_user("insider@sluice.example", Role.SECURITY)
    triage.answer(report, "We are on it.", by=person)
    triage.answer(report, "Looks like the old one.", by=person, is_internal=True)
    triage.promise_terms(report, "Secret promise", by=person)
    shown = stranger.get(door(report)).content.decode()
    assert "We are on it." in shown
    assert "the old one" not in shown
    assert "insider" not in shown


def test_what_a_finder_types_is_shown_as_text(stranger: Client) -> None:
    shown = stranger.get(door(make_report("<script>x</script>", "<img src=x>"))).content.decode()
    assert "<script>x" not in shown
    assert "<img" not in shown


def test_one_finder_reads_no_file_of_another(stranger: Client) -> None:
    stranger.post("/report/", TYPED | {"attached": a_file()})
    pk = Attachment.objects.get().pk
    assert stranger.get(f"{door(make_report())}files/{pk}/proof.bin").status_code == 404


def test_no_log_holds_a_private_link(db: None) -> None:
    page = door(make_report())
    record = logging.LogRecord("django.request", logging.WARNING, "", 0, "%s: %s", ("Not Found", page), None)
    WithoutPrivateLinks().filter(record)
    assert record.getMessage() == "Not Found: /report/…/"


def test_every_handler_leaves_private_links_out() -> None:
    assert all("without private links" in handler["filters"] for handler in installed.LOGGING["handlers"].values())


def test_a_finder_cannot_count_what_others_write_meanwhile(stranger: Client) -> None:
    def files() -> dict[str, SimpleUploadedFile]:
        return {"attached": SimpleUploadedFile("proof.bin", b"\x00")}

    def wrote(page: str) -> str:
        return stranger.post(page, {"text": "More of it."} | files())["Location"]

    mine = stranger.post("/report/", TYPED | files())["Location"].partition("?")[0]
    for _ in range(3):
        wrote(stranger.post("/report/", TYPED | files())["Location"].partition("?")[0])
    assert wrote(mine) == f"{mine}#message-2"
    page = stranger.get(mine).content.decode()
    assert re.findall(r'id="message-(\d+)"', page) == ["1", "2"]
    assert re.findall(r"/files/(\d+)/proof", page) == ["1", "2"]
    assert stranger.get(f"{mine}files/2/proof.bin").status_code == 200
    assert [stranger.get(f"{mine}files/{place}/proof.bin").status_code for place in (0, 3, 2**70)] == [404] * 3


def test_a_file_that_was_struck_out_takes_no_other_one_along(stranger: Client) -> None:
    first = {"title": "", "attached": [SimpleUploadedFile(f"{name}.bin", b"\x00") for name in "ab"]}
    token = re.findall(r'name="draft" value="(\w+)"', stranger.post("/report/", first).content.decode())[0]
    again = {"title": "", "draft": token, "leave_out": "1", "attached": SimpleUploadedFile("c.bin", b"\x00")}
    stranger.post("/report/", again)
    assert list(DraftFile.objects.values_list("file_name", "position")) == [("b.bin", 2), ("c.bin", 3)]
