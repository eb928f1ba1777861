"""Versions and ranges, as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.versions import (
    MAIN,
    Coverage,
    Line,
    NotAVersion,
    Place,
    Range,
    Version,
    parse_range,
    parse_ranges,
    parse_version,
    within,
)


def holds(text: str, place: str) -> bool:
    return within(MAIN if place == "main" else parse_version(place), parse_ranges(text))


@pytest.mark.parametrize(
    ("text", "inside", "outside"),
    [
        ("4.15", ["4.15", "4.15.0", "4.15.0-rc1", "4.15.7"], ["4.14.9", "4.16.0-rc1", "main"]),
        ("4.15.x", ["4.15.0", "4.15.7"], ["4.16", "main"]),
        ("4.15.2", ["4.15.2"], ["4.15.1", "4.15.3", "4.15.2-rc1", "main"]),
        ("4.15.0-rc2", ["4.15.0-rc2"], ["4.15.0", "4.15.0-rc3"]),
        ("main", ["main"], ["4.99.9"]),
        ("unstable", ["main"], ["4.99.9"]),
        ("4.15 and later", ["4.15.0-rc1", "4.15.0", "4.20.3", "5.0", "main"], ["4.14.9"]),
        ("4.15+", ["4.15.0", "main"], ["4.14.9"]),
        ("4.15 or newer", ["4.15.0", "main"], ["4.14.9"]),
        ("4.15 onwards", ["4.15.0", "main"], ["4.14.9"]),
        ("4.15.2 and later", ["4.15.2", "4.15.3", "4.16.0"], ["4.15.1", "4.15.2-rc1"]),
        ("4.14 and earlier", ["4.14.9", "4.9", "3.0"], ["4.15.0-rc1", "main"]),
        ("up to 4.14", ["4.14.9"], ["4.15.0"]),
        ("4.12.x - 4.14.x", ["4.12.0", "4.13.5", "4.14.9"], ["4.11.9", "4.15.0", "main"]),
        ("4.12-4.14", ["4.12.0", "4.14.9"], ["4.15.0"]),
        ("4.14 – 4.12", ["4.12.0", "4.14.9"], ["4.15.0"]),
        ("4.10.x ... 4.6.x", ["4.6.0", "4.10.3"], ["4.11", "4.5.9"]),
        ("4.13.x .. 4.8.x", ["4.8.0", "4.13.3"], ["4.14", "4.7.9"]),
        ("4.10 - unstable", ["4.10.0", "4.21.0", "main"], ["4.9.4"]),
        ("main - 4.17.x", ["4.17.0", "main"], ["4.16.9"]),
        ("4.12 through main line", ["4.12.0", "main"], ["4.11.9"]),
        ("4.12.3 to 4.14.1", ["4.12.3", "4.13.0", "4.14.1"], ["4.12.2", "4.14.2"]),
        ("all versions", ["0.1", "4.15", "main"], []),
        ("4.8, 4.10; main", ["4.8.1", "4.10.1", "main"], ["4.9.1"]),
        ("4", ["4.0", "4.21.3"], ["3.9", "5.0", "main"]),
    ],
)
def test_a_range_holds_what_its_words_say(text: str, inside: list[str], outside: list[str]) -> None:
    assert {place: holds(text, place) for place in inside} == dict.fromkeys(inside, True)
    assert {place: holds(text, place) for place in outside} == dict.fromkeys(outside, False)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " , ",
        "x",
        "4.",
        "-4",
        "v4.15",
        "4.15-4.16-4.17",
        "4.15 and",
        "and later",
        "4.x.2",
        "４.１５",
        "1" * 200,
    ],
)
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(NotAVersion):
        parse_ranges(text)


def test_a_refusal_is_a_sentence_with_what_was_written() -> None:
    with pytest.raises(NotAVersion, match="“soon” is not a version"):
        parse_ranges("4.15, soon")


def test_too_many_ranges_are_refused() -> None:
    with pytest.raises(NotAVersion):
        parse_ranges("4.1," * 500)


def test_numbers_are_ordered_as_numbers() -> None:
    assert parse_version("4.9") < parse_version("4.10")


def test_zeros_at_the_end_make_no_difference() -> None:
    assert parse_version("4.15") == parse_version("4.15.0")
    assert hash(parse_version("4.15")) == hash(parse_version("4.15.0"))


def test_a_candidate_comes_before_its_release_and_after_the_one_before() -> None:
    assert parse_version("4.15.1") < parse_version("4.15.2-rc1") < parse_version("4.15.2-rc2") < parse_version("4.15.2")


def test_a_release_knows_its_line() -> None:
    assert parse_version("4.15.2").line() == Line((4, 15))
    assert parse_version("4").line() == Line((4, 0))


def test_a_project_may_name_its_lines_by_one_number() -> None:
    assert parse_version("3.0.5") in parse_range("3", depth=1)
    assert parse_version("3.1") not in parse_range("3.0", depth=1)


def test_a_range_that_holds_nothing_cannot_be_made() -> None:
    with pytest.raises(NotAVersion):
        Range(Line((4, 15)), Line((4, 14)))
    with pytest.raises(NotAVersion):
        Range(MAIN, Line((4, 14)))


def test_a_release_at_the_end_of_a_range_is_not_written_as_its_line() -> None:
    assert str(Range(Version((4, 15)), None)) == "4.15.0 and later"


@pytest.mark.parametrize(
    ("text", "coverage"),
    [
        ("4.15", Coverage.ALL),
        ("4.12 - 4.20", Coverage.ALL),
        ("4.15 and later", Coverage.ALL),
        ("4.15.2", Coverage.SOME),
        ("4.15.2 and later", Coverage.SOME),
        ("4.14 - 4.15.3", Coverage.SOME),
        ("4.14", Coverage.NONE),
        ("4.16 and later", Coverage.NONE),
        ("main", Coverage.NONE),
        ("4.15.0-rc1 - 4.15.9", Coverage.SOME),
    ],
)
def test_a_range_says_how_much_of_a_line_it_holds(text: str, coverage: Coverage) -> None:
    assert parse_range(text).covers(Line((4, 15))) is coverage


numbers = st.lists(st.integers(0, 20), min_size=2, max_size=3).map(tuple)
versions = st.builds(Version, numbers, st.none() | st.integers(0, 3))
lines = st.builds(Line, st.lists(st.integers(0, 20), min_size=1, max_size=2).map(tuple))
places = versions | st.just(MAIN)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    bounds = st.none() | versions | lines | st.just(MAIN)
    one, other = draw(bounds), draw(bounds)
    try:
        return Range(one, other)
    except NotAVersion:
        return Range(other, one)


def order(place: Place) -> tuple[int, Version]:
    return (1, Version((0,))) if place is MAIN else (0, place)


@given(version=versions)
def test_a_version_reads_back_as_itself(version: Version) -> None:
    assert parse_version(str(version)) == version


@given(one=versions, two=versions, three=versions)
def test_versions_have_one_order(one: Version, two: Version, three: Version) -> None:
    assert (one < two) + (one == two) + (one > two) == 1
    if one < two < three:
        assert one < three


@given(held=ranges(), place=places)
def test_a_range_means_the_same_after_writing_and_reading(held: Range, place: Place) -> None:
    assert (place in parse_range(str(held))) == (place in held)


@given(held=ranges(), given_places=st.lists(places, min_size=3, max_size=3))
def test_a_range_has_no_holes(held: Range, given_places: list[Place]) -> None:
    low, middle, high = sorted(given_places, key=order)
    if low in held and high in held:
        assert middle in held


@given(line=lines, version=versions)
def test_a_line_as_a_range_holds_what_was_released_on_it(line: Line, version: Version) -> None:
    assert (version in Range(line, line)) == line.holds(version)


@given(held=ranges(), line=lines, version=versions)
def test_coverage_never_contradicts_a_release(held: Range, line: Line, version: Version) -> None:
    if not line.holds(version):
        return
    coverage = held.covers(line)
    if coverage is Coverage.ALL:
        assert version in held
    if coverage is Coverage.NONE:
        assert version not in held


@given(text=st.text(st.sampled_from("0123456789.x-+ ,maintoder…–rclup"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        parse_ranges(text)
    except NotAVersion:
        return


def test_a_range_in_print_has_a_dash_between_its_ends() -> None:
    assert parse_range("4.12 - 4.14").in_print == "4.12.x – 4.14.x"
    assert parse_range("4.12.0-rc1").in_print == "4.12.0-rc1"
