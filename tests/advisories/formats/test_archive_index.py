"""The whole archive in one file."""

from dataclasses import replace
from typing import Any

import pytest

from advisories.formats import archive_index
from advisories.formats.archive_index import Unwritten
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition
from advisories.formats.record import Record
from tests.advisories.formats.editions import CONDITIONAL, EDITION, PUBLISHER, WITHDRAWN, parsed, twelve

WHOLE = replace(twelve(), affected=CONDITIONAL)


def archive(
    *published: tuple[Record, Edition], unwritten: tuple[Unwritten, ...] = (), licence: str = "CC-BY-4.0"
) -> bytes:
    return archive_index.write(
        published, unwritten, publisher=PUBLISHER, prefix="SSA", site="https://sec.sluice.example/", licence=licence
    )


def entries(data: bytes) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = parsed(data)["advisories"]
    return found


def test_it_names_its_licence() -> None:
    assert parsed(archive())["licence"] == "CC-BY-4.0"
    with pytest.raises(NotWritable):
        archive(licence=" ")


def test_numbers_come_in_order_whatever_became_of_them() -> None:
    seven = replace(WHOLE, number=7, withdrawn=True)
    found = entries(archive((WHOLE, EDITION), (seven, EDITION), unwritten=(Unwritten(9, "unused", "Never needed."),)))
    assert [(one["number"], one["state"]) for one in found] == [(7, "withdrawn"), (9, "unused"), (12, "published")]


def test_an_advisory_is_there_with_its_text_and_patches() -> None:
    [found] = entries(archive((WHOLE, EDITION)))
    assert [section["heading"] for section in found["sections"]][:2] == ["UPDATES IN VERSION 3", "ISSUE DESCRIPTION"]
    assert found["patches"][1] == {
        "name": "ssa12-1.9.patch",
        "sha256": WHOLE.patches[1].sha256,
        "address": "https://sec.sluice.example/advisories/12/files/ssa12-1.9.patch",
        "for": [{"tree": "sluice", "branches": [{"newest": "1.9", "oldest": "1.7"}]}],
    }


def test_conditional_releases_are_not_among_the_affected() -> None:
    [found] = entries(archive((WHOLE, EDITION)))
    assert found["affected_releases"] == [
        {"tree": "sluice", "releases": ["1.10.0", "1.10.1", "2.0.0-rc1", "2.0.0", "main"]}
    ]


def test_a_withdrawn_one_says_why_and_calls_nothing_affected() -> None:
    [found] = entries(archive((replace(WHOLE, withdrawn=True), WITHDRAWN)))
    assert (found["affected"], found["affected_releases"], found["note"]) == ([], [], "The gate was never open.")
    assert found["updated"] == "2026-03-22T12:00:00Z"


def test_a_number_is_there_once() -> None:
    with pytest.raises(NotWritable):
        archive((WHOLE, EDITION), (WHOLE, EDITION))
    with pytest.raises(NotWritable):
        archive((WHOLE, EDITION), unwritten=(Unwritten(12, "unused"),))
