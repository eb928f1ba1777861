"""The notations for branches."""

import pytest

from advisories.formats import branches
from advisories.formats.record import Row, Stretch
from tests.advisories.formats.sluice import SLUICE

NOTATIONS = {
    "sluice-unstable": ("sluice", "master"),
    "Sluice unstable": ("sluice", "master"),
    "master": ("sluice", "master"),
    "Sluice 1.9.x": ("sluice", "1.9"),
    "1.9": ("sluice", "1.9"),
    "stable-1.9": ("sluice", "1.9"),
    "Sluice version 1.9": ("sluice", "1.9"),
    "sluice-unstable, Sluice 1.9.x, Sluice 1.8.x": ("sluice", "master 1.9 1.8"),
    "Sluice 1.10.x ... 1.6.x": ("sluice", "1.10..1.6"),
    "sluice-unstable, Sluice 2.0.x .. Sluice 1.8.x": ("sluice", "master 2.0..1.8"),
    "Sluice 1.10 - sluice-unstable": ("sluice", "master..1.10"),
    "sluice-unstable, 2.0 - 1.9": ("sluice", "master 2.0..1.9"),
    "sluice-unstable - Sluice 1.7.x": ("sluice", "master..1.7"),
    "sluice-unstable, Sluice 1.9.x - 1.13.x": ("sluice", "master 1.13..1.9"),
    "Sluice 1.7.x - Sluice 1.5.x.": ("sluice", "1.7..1.5"),
    "1.7 through 1.9": ("sluice", "1.9..1.7"),
    "1.7 to 1.9": ("sluice", "1.9..1.7"),
    "1.7 – 1.9": ("sluice", "1.9..1.7"),
    "1.7…1.9": ("sluice", "1.9..1.7"),
    "1.7 and 1.9": ("sluice", "1.7 1.9"),
    "1.7 and newer": ("sluice", "master..1.7"),
    "1.7+": ("sluice", "master..1.7"),
    "Sluice 1.7 onwards": ("sluice", "master..1.7"),
    "1.7 or earlier": ("sluice", "1.7.."),
    "Weir": ("weir", ""),
    "Linux 6.1 - 6.19-rc": ("linux", "6.19-rc..6.1"),
    "Linux master, Linux 6.1": ("linux", "master 6.1"),
    "gate-tools 3": ("gate-tools", "3"),
}
NOT_NOTATIONS = ("", "-", ".", "is merely an update", "when the moon is full", "1.7 -", "Sluice 1.x.y", "1 - 2 - 3")


def stretches(text: str) -> tuple[Stretch, ...]:
    ends = (word.partition("..") for word in text.split())
    return tuple(Stretch(newest, oldest if dots else newest) for newest, dots, oldest in ends)


@pytest.mark.parametrize("text", NOTATIONS)
def test_a_notation_is_understood(text: str) -> None:
    found = branches.read(text, SLUICE)
    assert found is not None
    assert (found.tree, found.stretches) == (NOTATIONS[text][0], stretches(NOTATIONS[text][1]))


@pytest.mark.parametrize("text", NOTATIONS)
def test_what_is_written_is_understood_the_same(text: str) -> None:
    found = branches.read(text, SLUICE)
    assert found is not None
    written = branches.write(Row("x", found.tree, found.stretches, found.remark), SLUICE)
    assert branches.read(written, SLUICE) == found


@pytest.mark.parametrize("text", NOT_NOTATIONS)
def test_other_words_are_no_notation(text: str) -> None:
    assert branches.read(text, SLUICE) is None


def test_what_stands_in_brackets_is_a_remark() -> None:
    found = branches.read("Sluice unstable (SUPPORT.md only)", SLUICE)
    assert found is not None
    assert found.remark == "SUPPORT.md only"


def test_a_line_that_mixes_trees_says_so() -> None:
    found = branches.read("Sluice 1.9, Linux 6.1", SLUICE)
    assert found is not None
    assert found.mixed


@pytest.mark.parametrize(
    ("newest", "oldest", "inside", "outside"),
    [
        ("1.10", "1.9", "1.10 1.9", "1.8 1.11 master 2.0"),
        ("master", "1.10", "master 2.0 1.10", "1.9"),
        ("master", "master", "master", "2.0"),
        ("1.7", "", "1.7 1.6 0.9", "1.8 master"),
        ("6.19-rc", "6.1", "6.19-rc 6.18 6.1", "6.19 6.0"),
    ],
)
def test_a_stretch_covers_what_lies_within(newest: str, oldest: str, inside: str, outside: str) -> None:
    stretch = Stretch(newest, oldest)
    assert all(stretch.covers(branch) for branch in inside.split())
    assert not any(stretch.covers(branch) for branch in outside.split())
