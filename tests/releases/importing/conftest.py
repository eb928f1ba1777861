"""The words that the archive of the made-up project is written in."""

from tests.advisories.formats.conftest import rsa
from tests.advisories.importing.conftest import _words_of_sluice, fourteen, keys, twelve

__all__ = ["_words_of_sluice", "fourteen", "keys", "rsa", "twelve"]
