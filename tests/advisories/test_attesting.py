"""Documents for machines and `security.txt` go out with the team's signature, which a worker made beforehand."""

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pysequoia import Cert, Sig, Tsk, verify
from pytest_django import Settings

from advisories import attesting
from advisories.formats import clearsign
from advisories.formats.openpgp import Keyring, Verified
from advisories.lifecycle import State
from advisories.models import Advisory, Publication, Signature
from advisories.release import publishing
from tests.advisories.formats import schemas
from tests.advisories.test_public_pages import fixes, published, shown
from tests.make import make_advisory

__all__ = ["published"]


def holds(content: bytes, signature: bytes) -> bool:
    """Whether a detached signature over a document is the team's, by the key that readers get."""
    known = Cert.from_bytes(Client().get("/team-key.asc").content)
    try:
        found = verify(bytes=content, store=lambda _: [known], signature=Sig.from_bytes(signature))
    except (RuntimeError, ValueError):
        return False
    return bool(found.valid_sigs)


@pytest.fixture
def key(db: None, settings: Settings, tmp_path: Path) -> Keyring:
    """The team's key on this machine, as readers get it."""
    settings.SITE_URL = "https://sec.sluice.example"
    settings.PUBLISHER = settings.PUBLISHER | {"namespace": "https://sluice.example"}
    settings.SIGNING_KEY_FILE = tmp_path / "team.key"
    settings.SIGNING_KEY_FILE.write_bytes(bytes(Tsk.generate("Sluice security team <security@sluice.example>")))
    settings.SIGNING_KEY_FILE.chmod(0o600)
    attesting._looked.clear()
    return Keyring([Client().get("/team-key.asc").content])


def documents() -> list[str]:
    return [f"/csaf/{path}" for path in shown("/csaf/index.txt").split()]


def test_every_document_of_the_provider_has_a_signature_that_holds(key: Keyring, published: Advisory) -> None:
    assert attesting.sign_waiting() == 4
    assert len(documents()) == 2
    for path in documents():
        content, signature = Client().get(path), Client().get(f"{path}.asc")
        assert signature.headers["Content-Type"] == "application/pgp-signature"
        assert holds(content.content, signature.content)
        assert not holds(content.content + b" ", signature.content)


def test_a_provider_calls_itself_trusted_once_there_are_signatures(key: Keyring, published: Advisory) -> None:
    def told() -> tuple[str, bool]:
        metadata = Client().get("/.well-known/csaf/provider-metadata.json").content
        assert schemas.wrong(schemas.csaf("provider_json_schema"), metadata) == []
        feed = Client().get("/csaf/feed.json").content
        assert schemas.wrong(schemas.csaf("ROLIE_feed_json_schema"), feed) == []
        return json.loads(metadata)["role"], b".json.asc" in feed

    assert told() == ("csaf_provider", False)
    attesting.sign_waiting()
    assert told() == ("csaf_trusted_provider", True)


def test_security_txt_is_signed_for_its_week(key: Keyring, published: Advisory) -> None:
    assert shown("/.well-known/security.txt").startswith("Contact: ")
    attesting.sign_waiting()
    told = shown("/.well-known/security.txt")
    found = clearsign.read(told.encode())
    assert isinstance(key.verify(found.signed, found.signature), Verified)
    assert "Canonical: https://sec.sluice.example/.well-known/security.txt" in told


def test_a_second_sweep_signs_nothing_and_the_bytes_stay(key: Keyring, published: Advisory) -> None:
    attesting.sign_waiting()
    before = [Client().get(f"{path}.asc").content for path in documents()]
    assert attesting.sign_waiting() == 0
    attesting._looked.clear()
    assert attesting.sign_waiting() == 0
    assert [Client().get(f"{path}.asc").content for path in documents()] == before


def test_what_is_armed_is_signed_before_its_instant(key: Keyring, published: Advisory) -> None:
    attesting.sign_waiting()
    armed = make_advisory(number=13, title="Armed", state=State.READY)
    publishing.publish_known(armed, fixes(), timezone.now() + timedelta(days=1))
    assert attesting.sign_waiting() == 2
    assert Client().get("/csaf/2026/ssa-13.json.asc").status_code == 404
    Publication.objects.filter(advisory=armed).update(public_at=timezone.now())
    # The instant is in the document, so that this one is another than what was signed.
    assert attesting.sign_waiting() == 2
    assert Client().get("/csaf/2026/ssa-13.json.asc").status_code == 200


def test_a_signature_made_before_holds_at_the_instant_without_a_worker(key: Keyring, published: Advisory) -> None:
    armed = make_advisory(number=13, title="Armed", state=State.READY)
    publishing.publish_known(armed, fixes(), timezone.now() + timedelta(seconds=2))
    attesting.sign_waiting()
    while not Publication.objects.live().filter(number=13).exists():
        time.sleep(0.2)
    content, signature = (Client().get(f"/csaf/2026/ssa-13.json{ending}").content for ending in ("", ".asc"))
    assert holds(content, signature)


def test_a_new_version_gets_a_signature_of_its_own(key: Keyring, published: Advisory) -> None:
    attesting.sign_waiting()
    Advisory.objects.filter(pk=published.pk).update(impact="Larger still.")
    publishing.publish_known(published, fixes(), timezone.now(), changes="Impact.")
    assert Client().get(f"{documents()[0]}.asc").status_code == 404
    assert attesting.sign_waiting() == 2
    assert Client().get(f"{documents()[0]}.asc").status_code == 200


def test_without_a_key_nothing_is_signed(published: Advisory) -> None:
    assert attesting.sign_waiting() == 0
    assert not Signature.objects.exists()
    assert Client().get("/csaf/2026/ssa-12.json.asc").status_code == 404
