"""Real announcements against the table written by hand from reading them."""

import hashlib
from functools import cache

import pytest

from advisories.formats import announcement, clearsign, mail, meta, reconcile, xsa_text
from advisories.formats.announcement import Announcement
from advisories.formats.dialect import XEN
from advisories.formats.documents import Document
from advisories.formats.openpgp import Keyring, NotVerified, Verified
from advisories.formats.record import Row, Stretch
from advisories.formats.understanding import understand
from tests.advisories.formats.conftest import REAL_MAILS
from tests.advisories.formats.expected_xsa import FIXES, MAILS, WITHOUT_RECIPE
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.test_mail_form import ENVELOPE

EVERY = pytest.mark.parametrize("name", sorted(MAILS))
WITH_RECIPES = pytest.mark.parametrize("name", sorted(name for name, expected in MAILS.items() if expected.recipes))
TOUCHED_BY_HAND = {"xsa284-v3", "xsa317-v3", "xsa364-v3", "xsa375-v3"}
"""Their recipe files aren't written as the tool writes them, or are wrong and get corrected."""


@cache
def keyring() -> Keyring:
    return Keyring([(REAL_MAILS.parent / "xen-security-key.pgp").read_bytes()])


def raw(name: str) -> bytes:
    return (REAL_MAILS / f"{name}.eml").read_bytes()


@cache
def read(name: str) -> Announcement:
    return announcement.read_mail(raw(name), XEN, keyring())


def branches(text: str) -> tuple[Stretch, ...]:
    """`master 4.8 4.7..4.5` as stretches."""
    ends = (word.partition("..") for word in text.split())
    return tuple(Stretch(newest, oldest or newest) for newest, _, oldest in ends)


def row(text: str) -> Row:
    text, _, remark = text.partition(" !")
    files, tree, *rest = text.split(" ", 2)
    return Row(files, tree, branches(rest[0] if rest else ""), remark)


def listed(values: tuple[int, ...] | tuple[str, ...]) -> str:
    return ",".join(map(str, values)) or "-"


def test_every_mail_at_hand_is_in_the_table() -> None:
    assert {path.stem for path in REAL_MAILS.glob("*.eml")} == set(MAILS)


@EVERY
def test_the_signature_verifies(name: str) -> None:
    verdict = read(name).verdict
    assert isinstance(verdict, Verified)
    assert verdict.fingerprint == "23E3222C145F4475FA8060A783FE14C957E82BD9"


@EVERY
def test_one_changed_letter_breaks_the_signature(name: str) -> None:
    found = read(name)
    assert isinstance(keyring().verify(found.signed.replace(b"IMP", b"Imp"), found.signature), NotVerified)


@EVERY
def test_the_text_framed_again_still_verifies(name: str) -> None:
    found = read(name)
    framed = clearsign.frame(found.signed, found.signature)
    again = clearsign.read(framed)
    assert isinstance(keyring().verify(again.signed, again.signature), Verified)


@EVERY
def test_number_version_and_identifiers_are_right(name: str) -> None:
    record = read(name).record
    assert f"xsa{record.number}-v{record.version}" == name
    assert tuple(identifier.value for identifier in record.identifiers) == MAILS[name].cves
    assert record.withdrawn is MAILS[name].withdrawn


@EVERY
def test_the_title_begins_as_it_does(name: str) -> None:
    wanted = MAILS[name].title.split()
    assert read(name).record.title.split()[: len(wanted)] == wanted


@EVERY
def test_every_section_is_there_in_order(name: str) -> None:
    record, wanted = read(name).record, MAILS[name].sections.split("|")
    if record.version > 1 and not record.withdrawn:
        wanted.insert(0, f"UPDATES IN VERSION {record.version}")
    assert [section.heading for section in record.sections] == wanted
    assert all(section.text or section.parts for section in record.sections)


@EVERY
def test_credits_end_with_their_last_word_and_name_everybody(name: str) -> None:
    record = read(name).record
    assert (record.credits.split() or [""])[-1] == MAILS[name].credit
    assert len(record.finders) == MAILS[name].people


@EVERY
def test_patches_come_with_the_content_that_the_text_lists(name: str) -> None:
    record = read(name).record
    assert tuple(f"{patch.name} {patch.sha256[:8]}" for patch in record.patches) == MAILS[name].patches
    assert all(hashlib.sha256(patch.content or b"").hexdigest() == patch.sha256 for patch in record.patches)


@EVERY
def test_the_table_of_branches_is_understood(name: str) -> None:
    assert read(name).record.table == tuple(row(text) for text in MAILS[name].table)


@EVERY
def test_recipes_are_read_and_corrected_by_the_text(name: str) -> None:
    recipes = read(name).record.recipes
    found = [
        " ".join((branch.branch, tree.stable_ref[:8], listed(tree.prereqs), listed(tree.patches)))
        for branch in (recipes.branches if recipes else ())
        for tree in branch.trees
    ]
    assert tuple(found) == MAILS[name].recipes


@EVERY
def test_every_doubt_is_reported_and_no_other(name: str) -> None:
    found = sorted(f"{doubt.severity} {doubt.kind} {doubt.line}" for doubt in read(name).doubts)
    assert found == sorted(MAILS[name].doubts)


@EVERY
def test_commits_and_tags_in_place_of_patches_are_found(name: str) -> None:
    fixes = (f"{fix.branch} {fix.ref[:8]}" if fix.branch else fix.ref for fix in read(name).record.fixes)
    assert tuple(fixes) == FIXES.get(name, ())


@EVERY
def test_exported_as_text_and_recipe_and_read_again_it_is_the_same(name: str) -> None:
    record = read(name).record
    recipe = meta.write(record) if record.recipes else None
    digest = hashlib.sha256(recipe).hexdigest() if recipe else ""
    text = xsa_text.write(record, XEN, meta_sha256=digest)
    files = {patch.name: patch.content for patch in record.patches if patch.content is not None}
    if recipe:
        files[f"xsa{record.number}.meta"] = recipe
    assert announcement.read_text(text, files, XEN, keyring()).record == record


@WITH_RECIPES
def test_recipe_files_are_written_byte_for_byte_as_the_tool_writes_them(name: str) -> None:
    found = read(name)
    assert (meta.write(found.record) == found.meta) is (name not in TOUCHED_BY_HAND)


@EVERY
def test_an_attachment_with_one_more_byte_is_refused(name: str) -> None:
    letter = mail.read(raw(name))
    files = {file.name: file.content + b"\n" for file in letter.attachments}
    found = announcement.read_text(letter.text, files, XEN, keyring())
    assert not any(patch.content for patch in found.record.patches)
    assert sum(doubt.kind == "sum-differs" for doubt in found.doubts) == len(files)


def test_prerequisites_without_a_recipe_are_reported() -> None:
    doubts = reconcile.missing_prerequisites(read(name).record for name in MAILS)
    found = {(doubt.where, doubt.message.split()[0], doubt.message.split()[2]) for doubt in doubts}
    assert found == WITHOUT_RECIPE


@EVERY
def test_exported_as_a_mail_and_read_again_it_is_the_same(name: str, rsa: RsaSigner) -> None:
    record = read(name).record
    raw = announcement.write_mail(record, XEN, rsa.sign, ENVELOPE)
    again = announcement.read_mail(raw, XEN, Keyring([rsa.public]))
    assert again.record == record


def test_the_whole_archive_is_understood_at_once() -> None:
    documents = [Document(path.name, path.read_bytes()) for path in sorted(REAL_MAILS.glob("*.eml"))]
    found = understand(documents, XEN, keyring())
    assert {
        f"xsa{one.record.number}-v{one.record.version}" for advisory in found.advisories for one in advisory.revisions
    } == set(MAILS)
    assert all(one.is_verified for advisory in found.advisories for one in advisory.revisions)
    assert found.refused == ()
    assert found.passed_over == 0
