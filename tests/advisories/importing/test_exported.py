"""What an archive brings has names that only its authors chose, and is exported all the same."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from advisories.exporting.site import export
from advisories.formats.documents import Document
from advisories.formats.openpgp import Keyring
from tests.advisories.importing.bringing import bring
from tests.advisories.importing.conftest import Letter


@pytest.mark.django_db
def test_recipes_mails_and_oddly_named_patches_become_files(
    tmp_path: Path, settings: Settings, twelve: Letter, fourteen: Document, keys: Keyring
) -> None:
    settings.PUBLISHER = settings.PUBLISHER | {"namespace": "https://sluice.example"}
    bring(twelve(3), fourteen, keys=keys)
    export(tmp_path, jobs=1)
    for name in (
        *("advisories/12/records/ssa12.meta", "advisories/12/v3/ssa12-v3.eml"),
        "advisories/14/v2/patches/ssa14.patch-withdrawn",
    ):
        assert (tmp_path / "current" / name).read_bytes() == Client().get(f"/{name}").content, name
