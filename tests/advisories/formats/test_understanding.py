"""A whole archive understood: what there is, what is doubtful, and what is refused, each with its place."""

import gzip
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.formats import index
from advisories.formats.documents import Document, Kind, kind_of, opened
from advisories.formats.doubts import Doubt
from advisories.formats.index import Entry
from advisories.formats.openpgp import Keyring
from advisories.formats.understanding import Understanding, understand
from tests.advisories.formats import sluice
from tests.advisories.formats.editions import PUBLIC_AT, twelve
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE, files, sample

TWELVE = files("ssa12.meta", "ssa12.patch", "ssa12-1.9.patch")
LUNCH = b"From: a@b.example\nSubject: lunch\n\nShall we have lunch?\n"


def letter(rsa: RsaSigner, where: str = "twelve.eml", attachments: dict[str, bytes] = TWELVE) -> Document:
    return Document(where, sluice.mail(rsa.sign(sample("ssa12-v3.txt")), attachments))


def version(rsa: RsaSigner, number: int, where: str) -> Document:
    """Another version of SSA-12 as a signed text."""
    text = (
        sample("ssa12-v3.txt")
        .replace(b"version 3", b"version %d" % number)
        .replace(b"VERSION 3", b"VERSION %d" % number)
    )
    return Document(where, rsa.sign(text))


def read(rsa: RsaSigner, *documents: Document) -> Understanding:
    return understand(documents, SLUICE, Keyring([rsa.public]))


def kinds(found: Understanding) -> list[tuple[str, str, int]]:
    return [(doubt.kind, doubt.where, doubt.line) for doubt in found.doubts]


def loose(*names: str) -> list[Document]:
    return [Document(f"files/{name}", content) for name, content in files(*names).items()]


def test_a_mail_with_everything_is_understood_without_a_doubt(rsa: RsaSigner) -> None:
    found = read(rsa, letter(rsa))
    [advisory] = found.advisories
    [revision] = advisory.revisions
    assert revision.record == twelve()
    assert revision.is_verified
    assert revision.announced_at == datetime(2026, 3, 17, 12, 0, 42, tzinfo=UTC)
    assert found.doubts == ()
    assert [one.message for one in found.understood] == [f"SSA-12 version 3, 2 patches, signed by {rsa.fingerprint}"]


def test_a_signed_text_finds_its_files_where_they_lie(rsa: RsaSigner) -> None:
    found = read(rsa, Document("ssa12.txt", rsa.sign(sample("ssa12-v3.txt"))), *loose(*TWELVE))
    assert found.advisories[0].revisions[0].record == twelve()
    assert found.doubts == ()


def test_a_file_is_found_by_its_digest_under_any_name(rsa: RsaSigner) -> None:
    moved = [Document(f"old/{at}.patch", content) for at, content in enumerate(TWELVE.values())]
    found = read(rsa, Document("ssa12.txt", rsa.sign(sample("ssa12-v3.txt"))), *moved)
    assert found.advisories[0].revisions[0].record == twelve()


def test_a_mail_without_its_attachments_takes_those_of_another_revision(rsa: RsaSigner) -> None:
    found = read(rsa, letter(rsa), version(rsa, 4, "later.txt"))
    third, fourth = found.advisories[0].revisions
    assert fourth.record.patches == third.record.patches
    assert fourth.record.version == 4


def test_a_changed_file_is_refused_with_its_line(rsa: RsaSigner) -> None:
    text = Document("ssa12.txt", rsa.sign(sample("ssa12-v3.txt")))
    found = read(rsa, text, Document("files/ssa12.patch", b"other"), *loose("ssa12.meta", "ssa12-1.9.patch"))
    assert kinds(found) == [("file-not-listed", "files/ssa12.patch", 0), ("sum-differs", "ssa12.txt text", 54)]


def test_the_same_announcement_on_two_lists_is_one_revision(rsa: RsaSigner) -> None:
    footed = Document("b.eml", sluice.mail(rsa.sign(sample("ssa12-v3.txt")), TWELVE, footer=True))
    found = read(rsa, letter(rsa, "a.eml"), footed, Document("plain.txt", sample("ssa12-v3.txt")))
    [revision] = found.advisories[0].revisions
    assert revision.sources == ("a.eml", "b.eml", "plain.txt")
    assert [kind for kind, _, _ in kinds(found)] == ["not-signed"]


def test_the_copy_that_verifies_counts_and_another_text_is_doubted(rsa: RsaSigner) -> None:
    forged = Document("a.txt", sample("ssa12-v3.txt").replace(b"is not.", b"is fine."))
    found = read(rsa, forged, letter(rsa))
    [revision] = found.advisories[0].revisions
    assert revision.record == twelve()
    assert ("two-texts", "a.txt", 0) in kinds(found)


def test_revisions_come_in_order_and_gaps_are_noted(rsa: RsaSigner) -> None:
    found = read(rsa, version(rsa, 6, "c"), letter(rsa), version(rsa, 4, "a"))
    assert [one.record.version for one in found.advisories[0].revisions] == [3, 4, 6]
    assert [doubt.message for doubt in found.doubts if doubt.kind == "revision-missing"] == ["no text of version 5"]


def test_mails_about_something_else_are_counted_and_passed_over(rsa: RsaSigner) -> None:
    quoting = LUNCH + b"".join(b"> " + line + b"\n" for line in rsa.sign(sample("ssa12-v3.txt")).split(b"\n"))
    found = read(rsa, Document("a.eml", LUNCH), Document("b.eml", quoting), letter(rsa))
    assert found.passed_over == 2
    assert found.doubts == ()


def test_a_mail_whose_subject_announces_what_cannot_be_found_in_it_is_named(rsa: RsaSigner) -> None:
    """Its headers name a boundary that isn't there, or its text was cut off."""
    whole = letter(rsa).content
    lying = Document("a.eml", re.sub(rb'boundary="[^"]*"', b'boundary="another"', whole, count=1))
    answer = Document("b.eml", LUNCH.replace(b"lunch\n", b"Re: Sluice Security Advisory 12 v3 - Lunch\n"))
    found = read(rsa, lying, answer)
    assert kinds(found) == [("no-text", "a.eml", 0)]
    assert "SSA-12" in found.doubts[0].message
    assert found.passed_over == 2


def test_an_archive_of_mails_is_taken_apart_packed_or_not(rsa: RsaSigner) -> None:
    parted = b"From x Thu Jan  1 00:00:00 2026\n"
    mbox = parted + LUNCH + b"\n" + parted + letter(rsa).content.replace(b"\nFrom ", b"\n>From ")
    found = read(rsa, Document("list.mbox.gz", gzip.compress(mbox, mtime=0)))
    assert found.advisories[0].revisions[0].sources == ("list.mbox:8",)
    assert found.passed_over == 1


def test_a_bad_signature_is_refused_by_its_line_in_the_report(rsa: RsaSigner) -> None:
    changed = Document("a.txt", rsa.sign(sample("ssa12-v3.txt")).replace(b"stay open", b"stay shut"))
    found = read(rsa, changed)
    assert "not-verified" in {doubt.kind for doubt in found.refused}
    assert not found.advisories[0].revisions[0].is_verified


ENTRIES = (
    Entry(12, "gate may stay open", ("CVE-2026-0012", "CVE-2026-0013"), 3, PUBLIC_AT),
    Entry(17, "never used"),
)


def listing(*entries: Entry) -> Document:
    return Document("index.json", index.write(entries, SLUICE, licence="CC-BY-4.0"))


def test_a_signature_that_is_cut_short_is_refused_with_its_line_in_the_mails_text(rsa: RsaSigner) -> None:
    whole = letter(rsa).content
    cut = whole[: whole.index(b"-----END PGP SIGNATURE")]
    begins = cut.index(b"-----BEGIN PGP SIGNED")
    line = cut.count(b"\n", begins, cut.index(b"-----BEGIN PGP SIGNATURE")) + 1
    assert kinds(read(rsa, Document("12.eml", cut))) == [("signature-cut-short", "12.eml body", line)]
    assert kinds(read(rsa, Document("12.txt", cut[begins:]))) == [("signature-cut-short", "12.txt", line)]


def test_the_index_gives_instants_numbers_without_a_text_and_the_licence(rsa: RsaSigner) -> None:
    found = read(rsa, letter(rsa), listing(*ENTRIES))
    assert found.advisories[0].public_at == PUBLIC_AT
    assert [entry.number for entry in found.numbers] == [17]
    assert found.licence == "CC-BY-4.0"
    assert found.doubts == ()


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (replace(ENTRIES[0], title="other"), "index-differs"),
        (replace(ENTRIES[0], identifiers=("CVE-2026-0012",)), "index-differs"),
        (replace(ENTRIES[0], version=4), "revision-missing"),
        (ENTRIES[1], "not-in-index"),
    ],
    ids=["title", "identifiers", "a newer version", "not listed"],
)
def test_an_index_that_says_otherwise_is_doubted(rsa: RsaSigner, entry: Entry, kind: str) -> None:
    assert kinds(read(rsa, letter(rsa), listing(entry))) == [(kind, "index.json", 0)]


def test_errors_in_recipes_are_reported_and_not_obeyed(rsa: RsaSigner) -> None:
    wrong = sample("wrong.meta")
    text = sample("ssa12-v3.txt").replace(
        hashlib.sha256(TWELVE["ssa12.meta"]).hexdigest().encode(),
        hashlib.sha256(wrong).hexdigest().encode(),
    )
    found = read(
        rsa, Document("a.txt", rsa.sign(text)), Document("x.meta", wrong), *loose("ssa12.patch", "ssa12-1.9.patch")
    )
    assert ("recipe-names-another", "a.txt ssa12.meta", 18) in kinds(found)
    recipes = found.advisories[0].revisions[0].record.recipes
    assert recipes is not None
    recipe = recipes.find("2.0", "sluice")
    assert recipe is not None
    assert recipe.patches == ("ssa12.patch",)


def test_a_recipe_that_no_text_lists_is_left_behind(rsa: RsaSigner) -> None:
    assert kinds(read(rsa, *loose("ssa12.meta"))) == [("file-not-listed", "files/ssa12.meta", 0)]


def test_prerequisites_without_a_recipe_are_noted_over_the_whole_archive(rsa: RsaSigner) -> None:
    recipe = TWELVE["ssa12.meta"].replace(b'"SSA": 12', b'"SSA": 7').replace(b"  11,\n            7\n", b"")
    text = sample("ssa12-v3.txt").replace(b"/ SSA-12", b"/ SSA-7").replace(b"ssa12", b"ssa7")
    old = hashlib.sha256(TWELVE["ssa12.meta"]).hexdigest().encode()
    text = text.replace(old, hashlib.sha256(recipe.replace(b"ssa12", b"ssa7")).hexdigest().encode())
    found = read(
        rsa, letter(rsa), Document("seven.txt", rsa.sign(text)), Document("7.meta", recipe.replace(b"ssa12", b"ssa7"))
    )
    assert [one.number for one in found.advisories] == [7, 12]


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (Document("a/ssa1.patch", LUNCH), Kind.PATCH),
        (Document("ssa1.patch-withdrawn", b"x"), Kind.PATCH),
        (Document("ssa1.META", b"{}"), Kind.RECIPE),
        (Document("a.patch", b"From 1234567 Mon Sep 17 00:00:00 2001\nFrom: a\n"), Kind.PATCH),
        (Document("xsa.json", b"\xef\xbb\xbf [\n"), Kind.INDEX),
        (Document("1", LUNCH), Kind.MAIL),
        (Document("1", sample("ssa13-v1.txt")), Kind.TEXT),
        (Document("1", b"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n"), Kind.TEXT),
        (Document("README", b"Hello\n"), Kind.OTHER),
        (Document("empty", b""), Kind.OTHER),
    ],
)
def test_documents_are_told_apart(document: Document, kind: Kind) -> None:
    assert kind_of(document, SLUICE) is kind


def test_a_patch_as_git_writes_it_is_no_archive_of_mails() -> None:
    patch = Document("a.patch", b"From 1234567 Mon Sep 17 00:00:00 2001\nFrom: a@b.example\nSubject: x\n\n")
    assert list(opened([patch])) == [patch]


def test_a_broken_pack_is_a_doubt_and_stops_nothing(rsa: RsaSigner) -> None:
    found = read(rsa, Document("list.gz", b"\x1f\x8bnothing"), letter(rsa))
    assert [kind for kind, _, _ in kinds(found)] == ["not-gzip"]
    assert len(found.advisories) == 1


def test_two_documents_that_go_by_one_name_are_both_read(rsa: RsaSigner) -> None:
    found = read(rsa, version(rsa, 3, "mails/1"), version(rsa, 4, "mails/1"))
    assert [one.record.version for one in found.advisories[0].revisions] == [3, 4]


@given(data=st.data())
def test_order_and_repetition_change_nothing(data: st.DataObject, rsa: RsaSigner) -> None:
    documents = [letter(rsa), version(rsa, 4, "4.txt"), listing(*ENTRIES), Document("x.eml", LUNCH), *loose(*TWELVE)]
    shuffled = data.draw(st.permutations(documents))
    repeated = [*shuffled, *data.draw(st.lists(st.sampled_from(documents), max_size=3))]
    assert read(rsa, *repeated) == read(rsa, *documents)


@given(
    st.lists(
        st.binary(max_size=300) | st.sampled_from([b"{", b"From x\n\n", b"Sluice Security Advisory / SSA-0"]),
        max_size=4,
    )
)
def test_nothing_in_a_document_stops_the_reading(contents: list[bytes]) -> None:
    names = ["a.meta", "b.patch", "c.json", "d"]
    documents = [Document(name, content) for name, content in zip(names, contents, strict=False)]
    assert understand(documents, SLUICE, Keyring([])).advisories == ()
    assert all(isinstance(one, Document | Doubt) for one in opened(documents))
