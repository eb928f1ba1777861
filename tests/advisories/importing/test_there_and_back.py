"""Brought in, exported as text and recipe from the rows, taken back, and brought in again: the same rows."""

import pytest
from django.test import Client

from advisories import texts
from advisories.formats import announcement
from advisories.formats.documents import Document
from advisories.formats.openpgp import Keyring
from advisories.importing import undoing
from advisories.models import Advisory, Publication, RevisionPatch
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import PATCHES, attached, sample
from tests.advisories.importing.bringing import bring, outcomes
from tests.advisories.importing.conftest import Letter

pytestmark = pytest.mark.django_db

SAMPLES = ("ssa13-v1.txt", "ssa14-v2.txt", "ssa15-v2.txt", "ssa16-v4.txt")


def exported(found: Publication, rsa: RsaSigner) -> list[Document]:
    """Text, recipe and patches of a publication, written from its rows alone."""
    files = {one.file_name: bytes(one.content) for one in RevisionPatch.objects.filter(revision=found.revision_id)}
    record = texts.record_of(found.content, found.version, files=files)
    text, recipe = announcement.write_text(record, texts.dialect_for(found.content), rsa.sign)
    folder = f"{record.number}-v{record.version}"
    return [
        Document(f"{folder}/text", text),
        *(Document(f"{folder}/{name}", content) for name, content in files.items()),
        *([Document(f"{folder}/{record.number}.meta", recipe)] if recipe is not None else []),
    ]


def downloaded(found: Publication) -> Document:
    """The mail form of a publication, as anybody downloads it."""
    stem = f"ssa{found.number}-v{found.version}"
    answer = Client().get(f"/advisories/{found.number}/v{found.version}/{stem}.eml")
    assert answer.status_code == 200, stem
    return Document(f"{stem}.eml", answer.content)


def kept() -> dict[str, object]:
    """What rows say that doesn't hang on who signed and when."""
    said = {
        (one.number, one.version): (one.title, one.content, one.revision.reason, one.revision.changes)
        for one in Publication.objects.select_related("revision")
    }
    drafts = {
        one.number: (one.texts, str(one.state), one.ended_because, [str(name) for name in one.identifiers.all()])
        for one in Advisory.objects.all()
    }
    patches = sorted(
        (one.revision.advisory.number, one.revision.number, one.file_name, bytes(one.content))
        for one in RevisionPatch.objects.select_related("revision__advisory")
    )
    return {"said": said, "drafts": drafts, "patches": patches}


def test_the_samples_with_all_their_quirks_come_back_the_same(rsa: RsaSigner, keys: Keyring, twelve: Letter) -> None:
    loose = [Document(f"files/{name}", attached(name)) for name in PATCHES]
    signed = [Document(name, rsa.sign(sample(name))) for name in SAMPLES]
    run = bring(twelve(3), twelve(4), *signed, *loose, keys=keys)
    assert set(outcomes(run).values()) == {"made"}
    before = kept()
    documents = [document for one in Publication.objects.all() for document in exported(one, rsa)]
    undoing.undo(run)
    assert not Publication.objects.exists()
    assert set(outcomes(bring(*documents, keys=keys)).values()) == {"made"}
    assert kept() == before


def test_the_mails_that_readers_download_bring_everything_back(rsa: RsaSigner, keys: Keyring, twelve: Letter) -> None:
    loose = [Document(f"files/{name}", attached(name)) for name in PATCHES]
    signed = [Document(name, rsa.sign(sample(name))) for name in SAMPLES]
    run = bring(twelve(3), twelve(4), *signed, *loose, keys=keys)
    before = kept()
    mails = [downloaded(one) for one in Publication.objects.all()]
    assert b"ssa12.meta" in mails[0].content
    undoing.undo(run)
    again = bring(*mails, keys=keys)
    assert set(outcomes(again).values()) == {"made"}
    assert kept() == before
