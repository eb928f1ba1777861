"""Where real announcements lie beside the checkout they are read too; elsewhere those tests do not exist.

CSAF's own tests need Node and a package from npm, so they exist where `CI=true` and lacking either is a failure there.
"""

import os
from pathlib import Path

import pytest

from tests.advisories.formats import signing

REAL_MAILS = Path(__file__).parents[4] / "shared" / "data" / "xsa-mails"

collect_ignore = [] if REAL_MAILS.is_dir() else ["test_real_mails.py"]
if os.environ.get("CI") != "true":
    collect_ignore.append("test_csaf_mandatory.py")


@pytest.fixture(scope="session")
def rsa() -> signing.RsaSigner:
    """A bare RSA key that can sign."""
    return signing.RsaSigner()
