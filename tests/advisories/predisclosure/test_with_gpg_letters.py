"""Revision after revision as a member's own gpg reads them off the mail server."""

from email import message_from_bytes
from pathlib import Path

import pytest
from pysequoia import Tsk

from advisories.models import Membership, RevisionPatch, What
from tests.advisories.openpgp.gpg import Gpg
from tests.advisories.openpgp.parts import content, parts
from tests.advisories.predisclosure.mailserver import MailServer
from tests.advisories.predisclosure.sending import deliver, told_of
from tests.advisories.predisclosure.told import retitled, tell
from tests.make import make_member, make_member_key

pytestmark = pytest.mark.django_db
ADDRESS = "security@brook-hosting.example"


@pytest.fixture
def brook(gpg: Gpg) -> Membership:
    """A member whose key was made by gpg, and whose secret part only gpg has."""
    gpg.make(ADDRESS)
    membership = make_member("Brook Hosting")
    make_member_key(membership, gpg.public(ADDRESS))
    return membership


def read_by(gpg: Gpg, raw: bytes, team: Tsk, place: Path) -> list[bytes]:
    """What gpg decrypts and finds signed by the team: the text, then the files."""
    fingerprint = str(team.extract_certificate().fingerprint).upper()
    gpg.take(bytes(team.extract_certificate()))
    _, sealed = parts(message_from_bytes(raw))
    clear = gpg.run("--decrypt", given=content(sealed)).stdout
    signed = message_from_bytes(clear)
    inner, signature = parts(signed)
    (place / "signature.asc").write_bytes(content(signature))
    boundary = f"--{signed.get_boundary()}\r\n".encode()
    said = gpg.run("--verify", str(place / "signature.asc"), "-", given=clear.split(boundary)[1][:-2])
    assert gpg.says_good(said, fingerprint)
    return [content(part) for part in parts(inner)] if inner.is_multipart() else [content(inner)]


def test_v1_and_v2_are_decrypted_and_verified_by_gpg_and_carry_the_patches(
    gpg: Gpg, brook: Membership, team_signs: Path, team: Tsk, server: MailServer, tmp_path: Path
) -> None:
    advisory = told_of()
    deliver()
    tell(advisory, What.REVISED, retitled(advisory))
    deliver()
    v1, v2 = (read_by(gpg, one.raw, team, tmp_path) for one in server.taken)
    patches = [bytes(one.content) for one in RevisionPatch.objects.filter(revision__number=1).order_by("position")]
    assert patches
    assert v1[1:] == v2[1:] == patches
    assert b"SSA-70417 v1" in v1[0]
    assert b"What differs from v1" in v2[0]
