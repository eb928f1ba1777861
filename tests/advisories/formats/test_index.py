"""The index of all advisories."""

from datetime import UTC, datetime

import pytest

from advisories.formats import index
from advisories.formats.doubts import NotWritable, Refused
from advisories.formats.index import Entry
from tests.advisories.formats.sluice import SLUICE

ENTRIES = (
    Entry(7, "ring may stall", ("CVE-2025-0007",), 2, datetime(2025, 10, 21, 12, 0, tzinfo=UTC)),
    Entry(12, "gate may stay open", ("CVE-2026-0012", "CVE-2026-0013")),
    Entry(17),
)


def test_what_is_written_is_read_back() -> None:
    found = index.read(index.write(ENTRIES, SLUICE, licence="CC-BY-4.0"), SLUICE)
    assert found == index.IndexReading(ENTRIES, "CC-BY-4.0", ())


def test_order_makes_no_difference() -> None:
    forwards = index.write(ENTRIES, SLUICE, licence="x")
    assert index.write(reversed(ENTRIES), SLUICE, licence="x") == forwards


@pytest.mark.parametrize(
    "data",
    [
        b'[{"ssas": [{"ssa": 12, "title": "gate", "cve": ["CVE-2026-0012"]}]}]',
        b'{"ssas": [{"ssa": "12", "title": " gate ", "cve": "CVE-2026-0012"}]}',
        b'\xef\xbb\xbf[{"ssa": 12, "title": "gate", "cve": ["CVE-2026-0012", "CVE-2026-0012"], "other": {}}]',
    ],
)
def test_every_shape_of_an_index_is_understood(data: bytes) -> None:
    assert index.read(data, SLUICE).entries == (Entry(12, "gate", ("CVE-2026-0012",)),)


def test_bad_entries_are_doubts() -> None:
    numberless = b'1, {}, {"ssa": true}, {"ssa": 0}'
    data = b'{"ssas": [' + numberless + b', {"ssa": 3, "cve": [4]}, {"ssa": 3}, {"ssa": 5, "public_time": "soon"}]}'
    found = index.read(data, SLUICE)
    assert [entry.number for entry in found.entries] == [3, 5]
    kinds = [doubt.kind for doubt in found.doubts]
    assert kinds == ["entry-shape"] * 5 + ["entry-twice", "entry-date"]


@pytest.mark.parametrize("data", [b"", b"[]x", b"\xff", b"1", b"{}", b'{"ssas": 1}', b"[" * 100_000])
def test_what_is_no_index_is_refused(data: bytes) -> None:
    with pytest.raises(Refused):
        index.read(data, SLUICE)


def test_a_number_twice_is_not_written() -> None:
    with pytest.raises(NotWritable):
        index.write([Entry(1), Entry(1)], SLUICE, licence="x")


def test_an_instant_without_a_zone_is_not_written() -> None:
    with pytest.raises(NotWritable):
        index.write([Entry(1, public_at=datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None))], SLUICE, licence="x")
