"""The announcement of a revision as a mail that everyone may download."""

import email
import email.policy
import re

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from advisories import texts
from advisories.formats import announcement
from advisories.formats.openpgp import Keyring
from advisories.lifecycle import State
from advisories.models import Advisory, Publication
from advisories.release import sealing
from tests.advisories.test_public_pages import PATCH, published
from tests.make import make_advisory, make_publication

__all__ = ["published"]

ADDRESS = "/advisories/12/v2/ssa12-v2.eml"


def taken(address: str = ADDRESS) -> bytes:
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "message/rfc822")
    assert answer["Content-Disposition"] == f'attachment; filename="{address.rpartition("/")[2]}"'
    return bytes(answer.content)


def test_the_mail_holds_the_signed_text_and_every_patch_byte_for_byte(published: Advisory) -> None:
    raw = taken()
    content = Publication.objects.get(version=2).content
    read = announcement.read_mail(raw, texts.dialect_for(content), Keyring([]))
    assert read.text == Client().get("/advisories/12/v2/ssa12-v2.txt").content
    assert [(patch.name, patch.content) for patch in read.record.patches] == [("ssa12-1.6.patch", PATCH)]
    assert {doubt.kind for doubt in read.doubts} <= {"not-signed"}
    assert read.subject == "Sluice Security Advisory 12 v2 (CVE-2026-1234) - Guests may overflow a queue"


def test_it_is_a_mail_as_the_standard_has_it(published: Advisory, settings: Settings) -> None:
    settings.MAIL_ADDRESS = "security@sluice.example"
    settings.ANNOUNCE_TO = ["announce@lists.sluice.example", "users@lists.sluice.example"]
    raw = taken()
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", raw)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert not [defect for part in message.walk() for defect in part.defects]
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "application/octet-stream"]
    assert [str(one) for one in message["To"].addresses] == settings.ANNOUNCE_TO
    assert message["In-Reply-To"] == "<ssa-12.v1@sluice.example>"
    assert message["Date"].datetime == Publication.objects.get(version=2).public_at.replace(microsecond=0)


def test_what_is_published_later_leaves_it_as_it_was(published: Advisory) -> None:
    before = taken("/advisories/12/v1/ssa12-v1.eml")
    Advisory.objects.update(title="Another title", description="Other words.")
    make_publication(make_advisory(title="Something else"), timezone.now())
    assert taken("/advisories/12/v1/ssa12-v1.eml") == before


def test_the_page_leads_to_it(published: Advisory) -> None:
    assert f'href="{ADDRESS}"' in Client().get("/advisories/12/").text


@pytest.mark.parametrize(
    "address", ["/advisories/12/v3/ssa12-v3.eml", "/advisories/12/v2/ssa12-v1.eml", "/advisories/13/v1/ssa13-v1.eml"]
)
def test_there_is_no_mail_of_what_was_never_published(published: Advisory, address: str) -> None:
    make_advisory(number=13, state=State.READY)
    assert Client().get(address).status_code == 404


def test_a_version_without_a_text_has_no_mail_and_no_link_to_one(published: Advisory) -> None:
    make_publication(make_advisory(number=15), timezone.now())
    publication = Publication.objects.get(number=15)
    assert ".eml" not in Client().get("/advisories/15/").text
    assert Client().get(f"/advisories/15/v{publication.version}/ssa15-v{publication.version}.eml").status_code == 404


def test_nothing_that_was_pasted_steers_the_terminal_of_whoever_reads_the_text(db: None) -> None:
    advisory = make_advisory(
        number=12,
        title="Gate \u202e2 sniw tseuG\u202c\x1b[8m",
        description="It \x1b]0;owned\x07overflows\u2066.\n\n\tCode.",
    )
    make_publication(advisory, timezone.now())
    sealing.seal_waiting()
    title = "Gate 2 sniw tseuG[8m"
    mail = email.message_from_bytes(taken("/advisories/12/v1/ssa12-v1.eml"), policy=email.policy.default)
    assert str(mail["Subject"]).endswith(f" - {title}")
    text = Client().get("/advisories/12/v1/ssa12-v1.txt").content.decode()
    assert title in text
    assert "It ]0;ownedoverflows." in text
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", text)
