"""What people name on a command line: read within bounds, and never out of a folder."""

from pathlib import Path

import pytest

from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt
from advisories.importing import gathering
from advisories.importing.gathering import gather


def found(*paths: Path) -> list[str]:
    return [one.where if isinstance(one, Document) else f"{one.where}! {one.kind}" for one in gather(paths)]


def test_a_folder_is_read_through_in_order_and_hidden_files_are_left(tmp_path: Path) -> None:
    (tmp_path / "a" / "inner").mkdir(parents=True)
    for name in ("a/2.eml", "a/1.eml", "a/inner/3.eml", "a/.hidden"):
        (tmp_path / name).write_bytes(b"x")
    assert found(tmp_path / "a") == ["a/1.eml", "a/2.eml", "a/inner/3.eml"]


def test_a_link_is_followed_only_where_it_was_named(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "1.eml").write_bytes(b"x")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "out").symlink_to(tmp_path)
    assert found(tmp_path / "link") == ["link/1.eml", "link/out! link"]


def test_a_maildir_gives_what_is_delivered_and_says_what_it_leaves(tmp_path: Path) -> None:
    for folder in ("cur", "new", "tmp"):
        (tmp_path / "m" / folder).mkdir(parents=True)
        (tmp_path / "m" / folder / f"1.{folder}").write_bytes(folder.encode())
    (tmp_path / "m" / "cur" / "0.link").symlink_to(tmp_path / "m" / "tmp" / "1.tmp")
    assert found(tmp_path / "m") == ["m/cur/0.link! link", "m/cur/1.cur", "m/new/1.new"]


def test_folders_that_are_called_the_same_are_told_apart(tmp_path: Path) -> None:
    for year in ("2019", "2020"):
        (tmp_path / year / "mails").mkdir(parents=True)
        (tmp_path / year / "mails" / "1.eml").write_bytes(year.encode())
    one, other = tmp_path / "2019" / "mails", tmp_path / "2020" / "mails"
    assert found(one, other, one) == [f"{one}/1.eml", f"{other}/1.eml"]
    assert found(one) == ["mails/1.eml"]


def test_reading_stops_at_its_bounds_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gathering, "MOST_FILES", 2)
    for number in range(4):
        (tmp_path / f"{number}.eml").write_bytes(b"x")
    *read, last = list(gather([tmp_path]))
    assert len(read) == 2
    assert isinstance(last, Doubt)
    assert last.kind == "too-much"


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("advisories.formats.archives.MOST_BYTES", 10)
    (tmp_path / "large").write_bytes(b"x" * 11)
    assert found(tmp_path / "large") == ["large! too-large"]
