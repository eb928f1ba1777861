"""What comes of an archive: advisories with every version, as readers and the team find them."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from django.utils.html import strip_tags

from accounts.models import Role
from advisories.formats import clearsign, index
from advisories.formats.documents import Document
from advisories.formats.index import Entry
from advisories.formats.openpgp import Keyring, Verified
from advisories.models import (
    Advisory,
    Event,
    Identifier,
    ImportedNumber,
    ImportRun,
    Origin,
    Publication,
    Revision,
    SignedText,
)
from advisories.writing import drafting
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE, attached, sample
from tests.advisories.importing.bringing import bring, kinds, outcomes, prepared, why
from tests.advisories.importing.conftest import Letter
from tests.make import make_advisory, make_user

pytestmark = pytest.mark.django_db


def test_looking_writes_nothing(twelve: Letter, keys: Keyring) -> None:
    ready = prepared([twelve()], keys)
    assert [step.outcome for step in ready.weighed.steps] == ["made"]
    assert not Advisory.objects.exists()
    assert not ImportRun.objects.exists()
    assert not Event.objects.exists()


def test_an_advisory_comes_in_with_its_text_byte_for_byte(twelve: Letter, keys: Keyring, rsa: RsaSigner) -> None:
    bring(twelve(), keys=keys)
    kept = SignedText.objects.get()
    assert bytes(kept.text) == rsa.sign(sample("ssa12-v3.txt"))
    assert kept.fingerprint == rsa.fingerprint
    served = Client().get("/advisories/12/v3/ssa12-v3.txt")
    assert served.content == bytes(kept.text)


def test_it_is_published_without_an_arming_at_the_instant_of_its_mail(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(), keys=keys)
    [publication] = Publication.objects.live()
    assert publication.arming is None
    assert publication.version == 3
    assert publication.public_at == datetime(2026, 3, 17, 12, 0, 42, tzinfo=UTC)


def test_the_index_gives_the_instant_of_the_first_version(twelve: Letter, keys: Keyring) -> None:
    at = datetime(2026, 3, 16, 12, tzinfo=UTC)
    entry = Entry(12, "gate may stay open", ("CVE-2026-0012", "CVE-2026-0013"), 3, at)
    listing = Document("index.json", index.write([entry], SLUICE, licence="CC-BY-4.0"))
    bring(twelve(), listing, keys=keys)
    assert Publication.objects.get().public_at == at


def test_every_version_is_a_page_with_what_it_changed(twelve: Letter, keys: Keyring) -> None:
    changed = (b"Public release.", b"The impact is larger.")
    bring(twelve(3), twelve(4, replace=changed), keys=keys)
    page = Client().get("/advisories/12/")
    assert page.status_code == 200
    assert "The impact is larger." in page.content.decode()
    assert Client().get("/advisories/12/v3/").status_code == 200
    assert Client().get("/advisories/12/v2/").status_code == 404


def test_readers_get_the_patches_as_they_were_attached(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(), keys=keys)
    got = Client().get("/advisories/12/v3/patches/ssa12-1.9.patch")
    assert got.content == attached("ssa12-1.9.patch")


def test_a_patch_in_a_folder_is_served_under_its_name(twelve: Letter, keys: Keyring, rsa: RsaSigner) -> None:
    text = sample("ssa12-v3.txt").replace(b"  ssa12-1.9.patch\n$", b"  ssa12-1.9/1.patch\n$")
    text = text.replace(b"ssa12-1.9.patch        Sluice", b"ssa12-1.9/*            Sluice")
    loose = [Document(name, attached(name)) for name in ("ssa12.patch", "ssa12.meta", "ssa12-1.9.patch")]
    bring(Document("12.txt", rsa.sign(text)), *loose, keys=keys)
    client = Client()
    assert client.get("/advisories/12/v3/patches/ssa12-1.9/1.patch").content == attached("ssa12-1.9.patch")
    assert client.get("/advisories/12/v3/lines/ssa12-1.9/1.patch/").status_code == 200
    assert "ssa12-1.9/1.patch" in client.get("/advisories/12/").content.decode()


def test_the_page_says_what_the_recipe_puts_first(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(), keys=keys)
    page = Client().get("/advisories/12/").content.decode()
    assert "SSA-11, SSA-7" in strip_tags(page)
    assert "master – 2.0" in page


def test_readers_get_the_recipe_whose_digest_was_signed_unless_the_text_corrects_it(
    twelve: Letter, keys: Keyring
) -> None:
    bring(twelve(), keys=keys)
    assert Client().get("/advisories/12/records/ssa12.meta").content == attached("ssa12.meta")
    table = b"Sluice 2.0.x\nssa12-1.9.patch        Sluice 1.9.x"
    bring(twelve(4, replace=(table, table.replace(b"1.9.x", b"1.8.x").replace(b"2.0.x", b"1.9.x"))), keys=keys)
    corrected = Client().get("/advisories/12/records/ssa12.meta").content
    assert b"ssa12-1.9.patch" in attached("ssa12.meta")
    assert b"ssa12-1.9.patch" not in corrected


def test_the_draft_goes_on_from_the_newest_version(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3), twelve(4, replace=(b"gate may stay open\n", b"gate stays open\n")), keys=keys)
    advisory = Advisory.objects.get()
    assert advisory.title == "gate stays open"
    assert advisory.impact == "A guest can keep a gate open and read what flows past it."
    assert advisory.vulnerable_systems.startswith("All versions from 1.7 on")
    assert "sluice gate=single" in advisory.mitigation
    assert [one.value for one in advisory.identifiers.all()] == ["CVE-2026-0012", "CVE-2026-0013"]
    assert advisory.state == "public"


def test_the_record_tells_of_it_and_of_nobody(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(), keys=keys)
    [event] = Event.objects.about(Advisory.objects.get())
    assert (event.kind, event.by) == ("advisory-imported", None)
    assert event.detail == {"run": run.pk, "versions": [3], "state": "public"}


def test_where_it_came_from_is_kept_with_the_recipe_as_attached(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(where="a.eml"), twelve(where="b.eml"), keys=keys)
    origin = Origin.objects.get()
    assert origin.sources == ["a.eml", "b.eml"]
    assert origin.message_id == "<12.3@sluice.example>"
    assert bytes(origin.recipe) == attached("ssa12.meta")
    assert (origin.run, origin.is_verified) == (run, True)


def test_a_file_whose_name_is_no_text_is_kept_under_what_can_be_shown_of_it(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(where="\udcff\n.eml"), keys=keys)
    assert run.sources == ["��.eml"]
    assert Origin.objects.get().sources == ["��.eml"]


def test_a_withdrawal_is_a_withdrawn_advisory_with_its_reason(fourteen: Document, keys: Keyring) -> None:
    bring(fourteen, keys=keys)
    advisory = Advisory.objects.get()
    assert (advisory.state, advisory.ended_because) == (
        "withdrawn",
        "SSA-14 has been withdrawn: there was nothing to fix.",
    )
    assert "This advisory has been withdrawn" in Client().get("/advisories/14/").content.decode()


def test_a_second_import_changes_nothing(twelve: Letter, fourteen: Document, keys: Keyring) -> None:
    bring(twelve(), fourteen, keys=keys)
    before = list(Publication.objects.values_list("pk", "public_at")), Event.objects.count()
    run = bring(twelve(), fourteen, keys=keys)
    assert outcomes(run) == {12: "unchanged", 14: "unchanged"}
    assert (list(Publication.objects.values_list("pk", "public_at")), Event.objects.count()) == before


def test_files_that_come_after_their_text_are_said_to_be_left_behind(
    twelve: Letter, keys: Keyring, rsa: RsaSigner
) -> None:
    text = Document("12.txt", rsa.sign(sample("ssa12-v3.txt")))
    first = bring(text, keys=keys)
    run = bring(twelve(3), keys=keys)
    assert outcomes(run) == {12: "unchanged"}
    left = run.findings.get(kind="file-left-behind")
    assert left.message == (
        "version 3 came in without ssa12.patch, ssa12-1.9.patch, its recipe; "
        f"to have that, undo import {first.pk} and bring it in again"
    )
    assert not bring(text, keys=keys).findings.filter(kind="file-left-behind")


def test_a_later_version_is_added_and_the_draft_follows(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3), keys=keys)
    run = bring(twelve(3), twelve(4, replace=(b"A guest can", b"Any guest can")), keys=keys)
    assert outcomes(run) == {12: "extended"}
    assert list(Publication.objects.order_by("version").values_list("version", flat=True)) == [3, 4]
    assert Advisory.objects.get().impact.startswith("Any guest can")
    assert Advisory.objects.get().text_version == 2


def test_an_earlier_version_is_added_and_the_draft_stays(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(4), keys=keys)
    run = bring(twelve(3, replace=(b"A guest can", b"Any guest can")), keys=keys)
    assert outcomes(run) == {12: "extended"}
    assert Advisory.objects.get().impact.startswith("A guest can")
    assert Advisory.objects.get().public_at == Publication.objects.get(version=3).public_at
    assert Client().get("/advisories/12/v3/").status_code == 200


def test_an_added_version_is_held_against_the_one_that_is_here(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3, replace=(b"CVE-2026-0012,CVE-2026-0013", b"CVE-2026-0012")), keys=keys)
    bring(twelve(4), keys=keys)
    assert Revision.objects.get(number=4).reason == "late-identifier"


def test_a_text_counts_more_than_an_index_that_called_its_number_unused(twelve: Letter, keys: Keyring) -> None:
    bring(Document("index.json", index.write([Entry(12)], SLUICE, licence="")), keys=keys)
    assert outcomes(bring(twelve(3), keys=keys)) == {12: "extended"}
    advisory = Advisory.objects.get()
    assert (advisory.state, advisory.title, advisory.ended_because) == ("public", "gate may stay open", "")
    assert advisory.public_at == Publication.objects.get().public_at
    assert Client().get("/advisories/12/").status_code == 200


def test_what_people_edited_is_left_alone(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3), keys=keys)
    advisory = Advisory.objects.get()
    by = make_user("", Role.SECURITY)
    drafting.keep_text(advisory, {"impact": "Worse than we thought."}, read_version=1, by=by)
    run = bring(twelve(3), twelve(4), keys=keys)
    assert outcomes(run) == {12: "refused"}
    assert "worked on it" in why(run, 12)
    advisory.refresh_from_db()
    assert advisory.impact == "Worse than we thought."
    assert Publication.objects.count() == 1


def test_an_advisory_that_was_written_here_is_left_alone(twelve: Letter, keys: Keyring) -> None:
    make_advisory(number=12, title="Ours")
    run = bring(twelve(), keys=keys)
    assert outcomes(run) == {12: "refused"}
    assert Advisory.objects.get().title == "Ours"
    assert not Publication.objects.exists()


def test_another_text_under_a_version_that_is_here_is_refused(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3), keys=keys)
    run = bring(twelve(3, replace=(b"A guest can", b"Nobody can")), keys=keys)
    assert why(run, 12) == "version 3 is here already and says something else"


def test_two_signed_texts_of_one_version_are_both_refused(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(3), twelve(3, "other.eml", (b"A guest can", b"Nobody can")), keys=keys)
    assert outcomes(run) == {12: "refused"}
    assert ("refused", "texts-conflict") in kinds(run)
    assert not Advisory.objects.exists()


def test_a_text_that_no_key_signed_stays_out_unless_somebody_takes_it(twelve: Letter) -> None:
    run = bring(twelve(), keys=Keyring())
    assert outcomes(run) == {12: "refused"}
    assert ("refused", "not-vouched-for") in kinds(run)
    bring(twelve(), keys=Keyring(), takes_unverified=True)
    assert SignedText.objects.get().fingerprint == ""
    assert not Origin.objects.get().is_verified


def test_a_date_that_lies_ahead_promises_nothing(twelve: Letter, keys: Keyring) -> None:
    letter = twelve()
    ahead = f"{timezone.now() + timedelta(days=400):%Y}".encode()
    run = bring(Document("ahead.eml", letter.content.replace(b"Mar 2026", b"Mar " + ahead)), keys=keys)
    assert outcomes(run) == {12: "refused"}
    assert ("refused", "date-odd") in kinds(run)
    assert not Publication.objects.exists()


def test_an_identifier_of_two_advisories_is_kept_by_both_and_doubted(
    twelve: Letter, rsa: RsaSigner, keys: Keyring
) -> None:
    other = sample("ssa14-v2.txt").replace(b"Advisory SSA-14", b"Advisory CVE-2026-0012 / SSA-14")
    run = bring(twelve(), Document("14.txt", rsa.sign(other)), keys=keys)
    assert outcomes(run) == {12: "made", 14: "made"}
    assert ("doubt", "identifier-shared") in kinds(run)
    assert Identifier.objects.filter(value="CVE-2026-0012").count() == 2


def test_numbers_that_the_index_calls_unused_are_taken_for_good(keys: Keyring) -> None:
    entries = [Entry(20), Entry(21, "a flaw of which no text is here", ("CVE-2026-0021",), 2)]
    listing = Document("index.json", index.write(entries, SLUICE, licence=""))
    run = bring(listing, keys=keys)
    assert outcomes(run) == {20: "unused"}
    assert ("doubt", "no-text") in kinds(run)
    assert Advisory.next_number() == 21
    assert outcomes(bring(listing, keys=keys)) == {20: "unchanged"}


def test_a_number_whose_date_cannot_be_read_is_not_called_unused(keys: Keyring) -> None:
    listing = Document("index.json", b'[{"ssas": [{"ssa": "20", "public_time": "next Tuesday"}]}]')
    run = bring(listing, keys=keys)
    assert outcomes(run) == {}
    assert {("doubt", "entry-date"), ("doubt", "no-text")} <= kinds(run)


def test_an_import_that_stops_goes_on_where_it_was(twelve: Letter, fourteen: Document, keys: Keyring) -> None:
    def stop(advisory: Advisory, record: object) -> None:
        if advisory.number == 14:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(twelve(), fourteen, keys=keys, also=stop)
    assert [one.number for one in Advisory.objects.all()] == [12]
    assert ImportRun.objects.get().finished_at is None
    assert outcomes(bring(twelve(), fourteen, keys=keys)) == {12: "unchanged", 14: "made"}


def test_the_report_says_what_is_doubtful_with_its_line(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(replace=(b"Sluice 1.9.x ... 1.7.x", b"whatever you like")), keys=keys)
    row = run.findings.get(kind="branches-not-understood")
    assert (row.weight, row.where, row.line) == ("doubt", "twelve-v3.eml text", 50)


def test_the_report_counts_101_before_1001(keys: Keyring, rsa: RsaSigner) -> None:
    texts = [
        Document(f"ssa{number}.txt", rsa.sign(sample("ssa14-v2.txt").replace(b"SSA-14", b"SSA-%d" % number)))
        for number in (1001, 9, 101)
    ]
    listing = Document("index.json", index.write([Entry(3)], SLUICE, licence=""))
    lines = [(one.weight, one.kind, one.where, one.message) for one in prepared([*texts, listing], keys).report]
    understood = [where for weight, _, where, _ in lines if weight == "understood"]
    assert understood == ["index.json", "ssa9.txt", "ssa101.txt", "ssa1001.txt"]
    unlisted = [message for _, kind, _, message in lines if kind == "not-in-index"]
    assert [message.split()[0] for message in unlisted] == ["SSA-9", "SSA-101", "SSA-1001"]


def test_only_the_security_team_reads_what_an_archive_held(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(), keys=keys)
    assert not ImportRun.objects.visible_to(make_user("", Role.RELEASE_MANAGER)).exists()
    assert ImportRun.objects.visible_to(make_user("", Role.SECURITY)).get() == run


def test_the_database_refuses_an_outcome_without_its_reason(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(), keys=keys)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImportedNumber.objects.create(run=run, number=99, outcome="refused")


def test_the_signed_text_still_verifies_as_served(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(), keys=keys)
    served = clearsign.read(Client().get("/advisories/12/v3/ssa12-v3.txt").content)
    assert isinstance(keys.verify(served.signed, served.signature), Verified)
