"""The text of an advisory: read leniently, written strictly."""

from dataclasses import replace

import pytest

from advisories.formats import xsa_text
from advisories.formats.doubts import NotWritable, Refused
from advisories.formats.record import (
    BranchFix,
    Finder,
    Identifier,
    PatchFile,
    Record,
    Row,
    Section,
    Slot,
    Stretch,
)
from tests.advisories.formats.sluice import SLUICE, sample

SAMPLES = ("ssa12-v3.txt", "ssa13-v1.txt", "ssa14-v2.txt", "ssa15-v2.txt", "ssa16-v4.txt")
MAIN = Stretch("master", "master")


def read(name: str) -> Record:
    return xsa_text.read(sample(name), SLUICE).record


def kinds(text: bytes) -> list[tuple[str, int]]:
    return [(doubt.kind, doubt.line) for doubt in xsa_text.read(text, SLUICE).doubts]


def changed(old: str, new: str, name: str = "ssa12-v3.txt") -> bytes:
    text = sample(name)
    assert old.encode() in text
    return text.replace(old.encode(), new.encode())


@pytest.mark.parametrize("name", SAMPLES)
def test_what_is_written_is_read_back_the_same(name: str) -> None:
    record = read(name)
    assert xsa_text.read(xsa_text.write(record, SLUICE), SLUICE).record == record


@pytest.mark.parametrize("name", SAMPLES)
def test_writing_twice_gives_the_same_bytes(name: str) -> None:
    once = xsa_text.write(read(name), SLUICE)
    assert xsa_text.write(xsa_text.read(once, SLUICE).record, SLUICE) == once


@pytest.mark.parametrize("name", SAMPLES)
def test_carriage_returns_change_nothing(name: str) -> None:
    assert xsa_text.read(sample(name).replace(b"\n", b"\r\n"), SLUICE).record == read(name)


def test_the_head_gives_number_version_title_and_identifiers() -> None:
    record = read("ssa12-v3.txt")
    assert (record.name, record.version, record.title) == ("SSA-12", 3, "gate may stay open")
    assert record.identifiers == (Identifier("CVE", "CVE-2026-0012"), Identifier("CVE", "CVE-2026-0013"))


def test_the_first_version_names_no_version_and_titles_may_be_wrapped() -> None:
    record = read("ssa13-v1.txt")
    assert record.version == 1
    assert record.title == "a title so long that whoever wrote it had to put it on two lines of the head"
    assert b"version" not in xsa_text.write(record, SLUICE)


def test_sections_keep_their_order_and_their_lists_become_slots() -> None:
    record = read("ssa12-v3.txt")
    assert [section.heading for section in record.sections][-2:] == ["RESOLUTION", "DEPLOYMENT DURING EMBARGO"]
    assert record.sections[-2].parts == (
        "Applying the appropriate attached patch resolves this issue.",
        Slot.PATCHES,
        Slot.SUMS,
        "Stop all gates before patching.",
    )


def test_updates_and_references_come_from_the_sections() -> None:
    record = read("ssa12-v3.txt")
    assert record.updates == ((3, "Public release."),)
    assert record.references == ("https://sluice.example/gates",)


def test_those_credited_are_named() -> None:
    assert read("ssa12-v3.txt").finders == (Finder("Ada Øster", "Weirworks"), Finder("Bo Ng"))


def test_patches_follow_the_list_of_digests_and_the_recipe_is_not_one() -> None:
    reading = xsa_text.read(sample("ssa12-v3.txt"), SLUICE)
    assert [patch.name for patch in reading.record.patches] == ["ssa12.patch", "ssa12-1.9.patch"]
    assert reading.meta_name == "ssa12.meta"
    assert len(reading.meta_sha256) == 64


def test_a_withdrawal_is_known_by_its_title_and_keeps_its_patch() -> None:
    record = read("ssa14-v2.txt")
    assert record.withdrawn
    assert [patch.name for patch in record.patches] == ["ssa14.patch-withdrawn"]
    assert record.table == ()


def test_commits_and_tags_in_the_resolution_are_fixes() -> None:
    assert read("ssa15-v2.txt").fixes == (
        BranchFix("sluice", "1.9", "1" * 40),
        BranchFix("sluice", "2.0", "2" * 40),
        BranchFix("sluice", "master", "3" * 40),
        BranchFix("sluice", "", "RELEASE-2.0.4"),
    )


def test_the_table_knows_globs_continued_lines_other_trees_and_remarks() -> None:
    assert read("ssa16-v4.txt").table == (
        Row("ssa16-?.patch", "sluice", (MAIN, Stretch("2.0", "2.0"), Stretch("1.9", "1.9"))),
        Row("ssa16-10.patch", "sluice", (Stretch("1.9", ""),)),
        Row("ssa16-weir.patch", "weir"),
        Row("ssa16-linux.patch", "linux", (Stretch("6.19-rc", "6.1"),)),
        Row("ssa16-doc.patch", "sluice", (MAIN,), "SUPPORT.md only"),
        Row("ssa16-gate-tools.patch", "gate-tools"),
    )


def test_several_patches_of_a_branch_apply_in_the_order_of_their_numbers() -> None:
    record = read("ssa16-v4.txt")
    assert record.files_for("1.9", "sluice") == ("ssa16-1.patch", "ssa16-2.patch", "ssa16-10.patch")
    assert record.files_for("master", "sluice") == ("ssa16-1.patch", "ssa16-2.patch", "ssa16-doc.patch")
    assert record.files_for("2.1", "sluice") == ()


def test_prose_that_begins_with_a_file_is_no_row_and_a_likely_row_is_doubted() -> None:
    assert kinds(sample("ssa16-v4.txt")) == [
        ("branches-not-named", 17),
        ("branches-not-named", 20),
        ("branches-not-understood", 24),
    ]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("UPDATES IN VERSION 3", "UPDATES IN VERSION 2", ("updates-version", 6)),
        ("IMPACT\n======", "IMPACT\n=======", ("heading-uneven", 21)),
        ("IMPACT\n======", "CREDITS\n=======", ("section-twice", 39)),
        ("RESOLUTION\n==========", "RESOLVING\n=========", ("no-resolution", 0)),
        ("CVE-2026-0013 / SSA", "CVE-26-13 / SSA", ("identifier-odd", 1)),
        ("CVE-2026-0013 / SSA", "cve? / SSA", ("identifier-odd", 1)),
        ("ssa12-1.9.patch        Sluice 1.9.x", "ssa12-1.8.patch        Sluice 1.9.x", ("row-without-file", 50)),
        ("ssa12-1.9.patch        Sluice", "SSA-12-1.9.patch       Sluice", ("file-without-row", 55)),
        ("Sluice 1.9.x ... 1.7.x", "Sluice 1.9.x, Linux 1.7", ("trees-mixed", 50)),
        ("Ada Øster of", "somebody! of", ("credits-not-understood", 39)),
        ("  ssa12-1.9.patch\n$", "  ssa12.patch\n$", ("two-sums", 55)),
        ("  ssa12-1.9.patch\n$", "  ../x\n$", ("file-name", 55)),
    ],
)
def test_what_is_odd_is_doubted_with_its_line(old: str, new: str, expected: tuple[str, int]) -> None:
    assert expected in kinds(changed(old, new))


def test_text_that_is_not_utf_8_is_read_as_latin_1() -> None:
    text = sample("ssa12-v3.txt").replace("Øster".encode(), b"\xd8ster")
    reading = xsa_text.read(text, SLUICE)
    assert reading.record.finders[0].name == "Ada Øster"
    assert ("not-utf-8", 42) in [(doubt.kind, doubt.line) for doubt in reading.doubts]


@pytest.mark.parametrize("text", [b"", b"hello\n", b"Weir Security Advisory SSA-1\n", b"x" * (xsa_text.MOST_BYTES + 1)])
def test_what_is_no_advisory_is_refused(text: bytes) -> None:
    with pytest.raises(Refused):
        xsa_text.read(text, SLUICE)


def test_a_text_with_a_nul_in_it_is_refused_with_its_line() -> None:
    with pytest.raises(Refused, match="NUL") as refusal:
        xsa_text.read(sample("ssa12-v3.txt").replace("Ada Øster".encode(), b"Ada\0ster"), SLUICE)
    assert refusal.value.doubt.line == 42


def test_a_record_made_by_the_portal_is_written_in_the_layout_of_the_field() -> None:
    record = Record(
        prefix="SSA",
        number=20,
        version=2,
        title="weir overflows",
        identifiers=(Identifier("CVE", "CVE-2026-0020"),),
        sections=(
            Section("UPDATES IN VERSION 2", ("Public release.",)),
            Section("RESOLUTION", ("Apply it.", Slot.PATCHES, Slot.SUMS)),
        ),
        table=(Row("ssa20.patch", "sluice", (Stretch("master", "1.9"),)),),
        patches=(PatchFile.of("ssa20.patch", b"x"),),
    )
    assert xsa_text.write(record, SLUICE).decode().split("\n") == [
        "           Sluice Security Advisory CVE-2026-0020 / SSA-20",
        "                              version 2",
        "",
        "                            weir overflows",
        "",
        "UPDATES IN VERSION 2",
        "====================",
        "",
        "Public release.",
        "",
        "RESOLUTION",
        "==========",
        "",
        "Apply it.",
        "",
        "ssa20.patch            sluice-unstable - Sluice 1.9.x",
        "",
        "$ sha256sum ssa20*",
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881  ssa20.patch",
        "$",
        "",
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"title": "two\n\nlines"},
        {"title": ""},
        {"title": "Withdrawn Sluice Security Advisory number"},
        {"withdrawn": True},
        {"version": 0},
        {"prefix": "XSA"},
        {"identifiers": (Identifier("CVE", "CVE 2026"),)},
        {"sections": (Section("A", ("text\n\nHEADING\n=======\n\nmore",)),)},
        {"sections": (Section("A", (" ", Slot.PATCHES, Slot.SUMS)),)},
        {"sections": (Section("A", ("text ", Slot.PATCHES, Slot.SUMS)),)},
        {"sections": (Section("A", ("one", "two", Slot.PATCHES, Slot.SUMS)),)},
        {"sections": (Section("A", (Slot.PATCHES,)),)},
        {"sections": (Section("A", (Slot.SUMS,)),)},
        {"sections": (Section("A", ("ssa12.patch  Sluice 1.9", Slot.PATCHES, Slot.SUMS)),)},
        {"table": (Row("ssa12.patch", "sluice", (Stretch("1.7", "1.9"),)),)},
        {"table": (Row("no file", "sluice", (MAIN,)),)},
        {"table": (Row("ssa12.patch", "some tree", ()),)},
        {"patches": (PatchFile("../x", "0" * 64),)},
        {"patches": (PatchFile("ssa12.patch", "0" * 63),)},
        {"patches": (PatchFile("ssa12.patch", "0" * 64), PatchFile("ssa12.patch", "1" * 64))},
    ],
)
def test_what_would_be_read_otherwise_is_not_written(bad: dict[str, object]) -> None:
    with pytest.raises(NotWritable):
        xsa_text.write(replace(read("ssa12-v3.txt"), **bad), SLUICE)  # type: ignore[arg-type]


def test_recipes_and_the_digest_of_their_file_go_together() -> None:
    with pytest.raises(NotWritable):
        xsa_text.write(read("ssa12-v3.txt"), SLUICE, meta_sha256="0" * 64)
