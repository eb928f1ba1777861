"""The real archive as rows and pages, against the table written by hand from reading its mails."""

import hashlib
import html
from functools import cache

import pytest
from django.test import Client
from pytest_django import Settings

from advisories import texts
from advisories.formats import announcement, mail, meta
from advisories.formats.announcement import Announcement
from advisories.formats.clearsign import read as read_signed
from advisories.formats.dialect import XEN
from advisories.formats.documents import Document
from advisories.formats.openpgp import Keyring, Verified
from advisories.formats.record import Record
from advisories.importing import undoing
from advisories.models import Advisory, ImportRun, Origin, Publication, RevisionPatch, SignedText
from tests.advisories.formats.conftest import REAL_MAILS
from tests.advisories.formats.expected_xsa import FIXES, MAILS
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.test_real_mails import keyring, listed, row
from tests.advisories.importing.bringing import bring, kinds, outcomes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words_of_xen(settings: Settings) -> None:
    settings.PROJECT_NAME, settings.ADVISORY_PREFIX, settings.MAIN_TREE = "Xen", XEN.prefix, XEN.main_tree
    settings.TREE_WORDS, settings.MAIN_LINES = dict(XEN.trees), list(XEN.main_lines)


@pytest.fixture
def run() -> ImportRun:
    """All of it, brought in."""
    documents = [Document(path.name, path.read_bytes()) for path in sorted(REAL_MAILS.glob("*.eml"))]
    return bring(*documents, keys=keyring())


@cache
def announced(name: str) -> Announcement:
    return announcement.read_mail((REAL_MAILS / f"{name}.eml").read_bytes(), XEN, keyring())


def publication(name: str) -> Publication:
    number, version = name.removeprefix("xsa").split("-v")
    return Publication.objects.live().select_related("revision__signed_text").get(number=number, version=version)


def record_of(found: Publication) -> Record:
    """As documents are written from: rows alone, and the patches as they are handed out."""
    files = {one.file_name: bytes(one.content) for one in RevisionPatch.objects.filter(revision=found.revision_id)}
    return texts.record_of(found.content, found.version, files=files)


def recipes(record: Record) -> tuple[str, ...]:
    return tuple(
        " ".join((branch.branch, tree.stable_ref[:8], listed(tree.prereqs), listed(tree.patches)))
        for branch in (record.recipes.branches if record.recipes else ())
        for tree in branch.trees
    )


def test_every_number_and_version_of_the_table_comes_in(run: ImportRun) -> None:
    found = {f"xsa{one.number}-v{one.version}" for one in Publication.objects.live()}
    assert found == set(MAILS)
    assert set(outcomes(run).values()) == {"made"}
    assert Advisory.objects.count() == 45


def test_rows_say_what_the_table_says(run: ImportRun) -> None:
    wrong = []
    for name, expected in MAILS.items():
        found = publication(name)
        record = record_of(found)
        said = {
            "title": record.title.startswith(expected.title),
            "identifiers": tuple(one.value for one in record.identifiers) == expected.cves,
            "credits": (record.credits.split() or [""])[-1] == expected.credit,
            "people": len(found.content["finders"]) == expected.people,
            "patches": tuple(f"{one.name} {one.sha256[:8]}" for one in record.patches) == expected.patches,
            "table": record.table == tuple(map(row, expected.table)),
            "recipes": recipes(record) == expected.recipes,
            "fixes": tuple(f"{one.branch} {one.ref[:8]}" if one.branch else one.ref for one in record.fixes)
            == FIXES.get(name, ()),
            "withdrawn": record.withdrawn is expected.withdrawn,
        }
        wrong += [(name, what) for what, is_right in said.items() if not is_right]
    assert wrong == []


def test_the_record_made_of_rows_is_the_one_that_was_read(run: ImportRun) -> None:
    assert [name for name in MAILS if record_of(publication(name)) != announced(name).record] == []


def test_every_patch_is_for_the_branches_that_its_line_names(run: ImportRun) -> None:
    wrong = []
    for name in MAILS:
        record = announced(name).record
        for one in publication(name).content["patches"]:
            ends = {
                end
                for line in record.table
                if one["name"] in record.files_matching(line.files)
                for stretch in line.stretches
                for end in (stretch.newest, stretch.oldest)
            }
            covered = all(
                any(line.covers(branch) for line in record.table if line.tree == one["tree"])
                for branch in one["branches"]
            )
            if not ends <= set(one["branches"]) or not covered:
                wrong.append((name, one["name"]))
    assert wrong == []


def test_texts_patches_and_recipes_are_served_byte_for_byte(run: ImportRun) -> None:
    wrong = []
    for name in MAILS:
        found, letter = publication(name), mail.read((REAL_MAILS / f"{name}.eml").read_bytes())
        text = bytes(SignedText.objects.get(revision=found.revision_id).text)
        signed = read_signed(text)
        kept = {one.file_name: bytes(one.content) for one in RevisionPatch.objects.filter(revision=found.revision_id)}
        recipe = bytes(Origin.objects.get(revision=found.revision_id).recipe)
        attached = {one.name: one.content for one in letter.attachments}
        if recipe:
            kept[f"xsa{found.number}.meta"] = recipe
        is_right = (
            text in letter.text + b"\n"
            and isinstance(keyring().verify(signed.signed, signed.signature), Verified)
            and kept == attached
        )
        wrong += [] if is_right else [name]
    assert wrong == []


def test_errors_in_the_real_recipes_are_reported(run: ImportRun) -> None:
    found = kinds(run)
    assert {
        ("doubt", "recipe-without-patches"),
        ("doubt", "recipe-not-supported"),
        ("doubt", "recipe-names-another"),
        ("note", "recipe-nothing-to-apply"),
        ("note", "prereq-without-recipe"),
    } <= found
    assert not any(weight == "refused" for weight, _ in found)


def test_every_doubt_about_a_recipe_has_its_line(run: ImportRun) -> None:
    about = run.findings.exclude(weight="understood").filter(where__contains=".meta")
    assert about.exists()
    assert not about.filter(line=0).exists()
    assert "prereq-without-recipe" in about.values_list("kind", flat=True)


def test_every_page_and_document_can_be_read(run: ImportRun) -> None:
    client = Client()
    wrong = []
    for name in MAILS:
        number, version = name.removeprefix("xsa").split("-v")
        page = client.get(f"/advisories/{number}/v{version}/")
        document = client.get(f"/advisories/{number}/records/csaf.json")
        title = announced(name).record.title
        if title not in html.unescape(page.content.decode()) or title not in document.json()["document"]["title"]:
            wrong.append(name)
    assert wrong == []


def test_exported_as_text_and_recipe_and_brought_in_again_it_is_the_same(run: ImportRun, rsa: RsaSigner) -> None:
    """The writers are strict and the reader is lenient; what is in the rows survives both."""
    before = _kept()
    exported = [document for name in MAILS for document in _exported(publication(name), rsa)]
    undoing.undo(run)
    assert not Publication.objects.exists()
    again = bring(*exported, keys=Keyring([rsa.public]))
    assert set(outcomes(again).values()) == {"made"}
    assert _kept() == before


def _exported(found: Publication, rsa: RsaSigner) -> list[Document]:
    record = record_of(found)
    text, recipe = announcement.write_text(record, texts.dialect_for(found.content), rsa.sign)
    folder = f"{record.number}-v{record.version}"
    files = [Document(f"{folder}/{one.name}", one.content) for one in record.patches if one.content is not None]
    if recipe is not None:
        assert recipe == meta.write(record)
        files.append(Document(f"{folder}/xsa{record.number}.meta", recipe))
    return [Document(f"{folder}/text", text), *files]


def _kept() -> dict[str, object]:
    """Everything that rows say and that doesn't hang on the signature or the day."""
    revisions = {
        f"{one.number} v{one.version}": (one.title, one.content, one.revision.reason, one.revision.changes)
        for one in Publication.objects.select_related("revision")
    }
    patches = [
        (one.file_name, hashlib.sha256(bytes(one.content)).hexdigest(), one.position)
        for one in RevisionPatch.objects.order_by("revision__advisory__number", "revision__number", "position")
    ]
    drafts = {
        one.number: (one.texts, str(one.state), one.ended_because, [str(name) for name in one.identifiers.all()])
        for one in Advisory.objects.all()
    }
    return {"revisions": revisions, "patches": patches, "drafts": drafts}
