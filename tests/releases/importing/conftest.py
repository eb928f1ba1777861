"""The words that the archive of the made-up project is written in."""

import os

from tests.advisories.formats.conftest import REAL_MAILS, rsa
from tests.advisories.importing.conftest import _words_of_sluice, fourteen, keys, twelve

collect_ignore = [] if REAL_MAILS.is_dir() and os.environ.get("PENSTOCK_TEST_XEN_GIT") else ["test_real_matches.py"]

__all__ = ["_words_of_sluice", "fourteen", "keys", "rsa", "twelve"]
