"""security.txt."""

from dataclasses import replace
from datetime import timedelta

import pytest

from advisories.formats import clearsign, security_txt
from advisories.formats.doubts import NotWritable
from advisories.formats.openpgp import Keyring, Verified
from advisories.formats.security_txt import SecurityTxt
from tests.advisories.formats.editions import PUBLIC_AT
from tests.advisories.formats.signing import RsaSigner

FIELDS = SecurityTxt(
    contacts=("https://sec.sluice.example/report/", "mailto:security@sluice.example"),
    expires_at=PUBLIC_AT + timedelta(days=180),
    canonical=("https://sec.sluice.example/.well-known/security.txt",),
    policy="https://sec.sluice.example/policy/",
    encryption=("openpgp4fpr:" + "AB" * 20,),
    languages=("en", "pt-BR"),
    csaf="https://sec.sluice.example/.well-known/csaf/provider-metadata.json",
)


def test_every_field_stands_on_its_line() -> None:
    assert security_txt.write(FIELDS, now=PUBLIC_AT).decode().splitlines() == [
        "Contact: https://sec.sluice.example/report/",
        "Contact: mailto:security@sluice.example",
        "Expires: 2026-09-13T12:00:00Z",
        f"Encryption: openpgp4fpr:{'AB' * 20}",
        "Preferred-Languages: en, pt-BR",
        "Canonical: https://sec.sluice.example/.well-known/security.txt",
        "Policy: https://sec.sluice.example/policy/",
        "CSAF: https://sec.sluice.example/.well-known/csaf/provider-metadata.json",
    ]


def test_the_signed_form_is_signed(rsa: RsaSigner) -> None:
    message = clearsign.read(security_txt.write_signed(FIELDS, rsa.sign, now=PUBLIC_AT))
    assert isinstance(Keyring([rsa.public]).verify(message.signed, message.signature), Verified)
    assert message.text == security_txt.write(FIELDS, now=PUBLIC_AT)


def test_a_signed_file_says_where_it_belongs(rsa: RsaSigner) -> None:
    with pytest.raises(NotWritable):
        security_txt.write_signed(replace(FIELDS, canonical=()), rsa.sign, now=PUBLIC_AT)


@pytest.mark.parametrize(
    "fields",
    [
        replace(FIELDS, contacts=()),
        replace(FIELDS, contacts=("security@sluice.example",)),
        replace(FIELDS, contacts=("mailto:a@b.example\nContact: mailto:c@d.example",)),
        replace(FIELDS, policy="http://sec.sluice.example/policy/"),
        replace(FIELDS, languages=("English",)),
        replace(FIELDS, expires_at=PUBLIC_AT),
        replace(FIELDS, expires_at=PUBLIC_AT + timedelta(days=400)),
        replace(FIELDS, expires_at=PUBLIC_AT.replace(tzinfo=None)),
    ],
    ids=["no contact", "no scheme", "two lines", "not https", "language", "expired", "too long", "no zone"],
)
def test_what_readers_would_refuse_is_not_written(fields: SecurityTxt) -> None:
    with pytest.raises(NotWritable):
        security_txt.write(fields, now=PUBLIC_AT)
