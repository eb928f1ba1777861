"""Nothing secret is in the exported site: neither a word, nor a number, nor a file's name."""

from pathlib import Path

from pytest_django import Settings

from advisories.exporting.site import export
from tests.leaks.words import GUESTS_NUMBER, HIDDEN_NUMBER, SCHEDULED_NUMBER, SECRET
from tests.leaks.world import World


def test_nothing_secret_is_in_any_exported_file(world: World, tmp_path: Path, settings: Settings) -> None:
    settings.SITE_URL, settings.ALLOWED_HOSTS = "https://sec.sluice.example", ["sec.sluice.example"]
    done = export(tmp_path, jobs=1)
    assert done.files > 40
    words = [SECRET.encode(), *(str(number).encode() for number in (HIDDEN_NUMBER, SCHEDULED_NUMBER, GUESTS_NUMBER))]
    for file in tmp_path.rglob("*"):
        for word in words:
            assert word not in str(file.relative_to(tmp_path)).encode()
            if file.is_file() and file.suffix != ".gz" and "static" not in file.parts:
                assert word not in file.read_bytes(), (file, word)
