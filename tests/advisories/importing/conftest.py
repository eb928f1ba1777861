"""An archive of the made-up project, and the words that its texts are written in."""

from collections.abc import Callable

import pytest
from pytest_django import Settings

from advisories.formats.documents import Document
from advisories.formats.openpgp import Keyring
from tests.advisories.formats import sluice
from tests.advisories.formats.conftest import REAL_MAILS, rsa
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE, files, sample
from tests.advisories.importing.bringing import TWELVE

__all__ = ["rsa"]

collect_ignore = [] if REAL_MAILS.is_dir() else ["test_real_archive.py"]

Letter = Callable[..., Document]


@pytest.fixture(autouse=True)
def _words_of_sluice(settings: Settings) -> None:
    settings.TREE_WORDS = dict(SLUICE.trees)
    settings.MAIN_LINES = list(SLUICE.main_lines)


@pytest.fixture
def keys(rsa: RsaSigner) -> Keyring:
    """The key that the archive was signed with."""
    return Keyring([rsa.public])


@pytest.fixture
def twelve(rsa: RsaSigner) -> Letter:
    """SSA-12 as a mail, at version 3 unless another is asked for, with `replace` in place of what stood there."""

    def letter(version: int = 3, where: str = "", replace: tuple[bytes, bytes] = (b"", b"")) -> Document:
        text = sample("ssa12-v3.txt").replace(b"version 3", b"version %d" % version)
        text = text.replace(b"VERSION 3", b"VERSION %d" % version).replace(*replace)
        subject = f"Sluice Security Advisory 12 v{version} (CVE-2026-0012,CVE-2026-0013) - gate may stay open"
        mailed = sluice.mail(rsa.sign(text), files(*TWELVE), subject=subject)
        mailed = mailed.replace(b"17 Mar", b"%d Mar" % (14 + version))
        return Document(where or f"twelve-v{version}.eml", mailed)

    return letter


@pytest.fixture
def fourteen(rsa: RsaSigner) -> Document:
    """A withdrawal."""
    mailed = sluice.mail(
        rsa.sign(sample("ssa14-v2.txt")), files("ssa14.patch-withdrawn"),
        subject="Sluice Security Advisory 14 v2 - Withdrawn Sluice Security Advisory number",
    )  # fmt: skip
    return Document("fourteen.eml", mailed)
