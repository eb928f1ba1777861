"""What `manage.py check --deploy` misses on a machine."""

from pathlib import Path

from pytest_django import Settings

from config.checks import check_static_files


def test_pages_that_name_files_by_their_digests_need_them_collected(settings: Settings, tmp_path: Path) -> None:
    settings.STATIC_ROOT = tmp_path
    assert check_static_files(None) == [], "under these names files lie as they are"
    names = "whitenoise.storage.CompressedManifestStaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": names}}
    assert [found.id for found in check_static_files(None)] == ["penstock.E003"]
    (tmp_path / "staticfiles.json").write_text("{}")
    assert check_static_files(None) == []
