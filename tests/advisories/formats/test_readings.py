"""Whatever is said of versions, each format read by its own rules says what the site answers, or nothing.

Hard cases have names, so that a failure says which; anything else comes from Hypothesis.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.affected import Answer, Condition, Needs, Statement, Status, find
from advisories.formats import archive_index, csaf, cve, osv
from advisories.formats.csaf import Profile
from advisories.formats.edition import Edition
from advisories.formats.record import Affected, Record
from advisories.formats.said import MOST_OPEN_FIXES
from advisories.versions import MAIN, Place, Version, parse_version
from tests.advisories.formats import readings
from tests.advisories.formats.editions import EDITION, FIXES, STATEMENTS, TREE, VERSIONS, parsed, saying, twelve
from tests.advisories.formats.readings import Installation

TREES = ("sluice", "weir", "flume")
"""Called the same by people, so that every format finds them by one name. Of the last no release is known."""
RELEASES = tuple(
    parse_version(one)
    for one in ("1.6.0", "1.7.0", "1.7.1", "1.9.0", "1.9.1", "1.9.2", "1.10.0", "2.0.0-rc1", "2.0.0-rc2", "2.0.0")
)
WITHOUT_9, WITH_9 = Condition(9, Needs.FIX_ABSENT), Condition(9, Needs.FIX_PRESENT)
HARD = {
    "only without the fix of another": saying((Status.AFFECTED, "1.9 and earlier", WITHOUT_9)),
    "only with the fix of another": saying((Status.AFFECTED, "1.9", WITH_9), (Status.NOT_AFFECTED, "1.7")),
    "without one and with another": saying(
        (Status.AFFECTED, "1.9", WITHOUT_9), (Status.AFFECTED, "1.9.1 and later", Condition(10, Needs.FIX_PRESENT))
    ),
    "either way": saying((Status.AFFECTED, "1.9", WITHOUT_9), (Status.AFFECTED, "1.9", WITH_9)),
    "so many conditions": saying(
        *((Status.AFFECTED, "1.9", Condition(number, Needs.FIX_ABSENT)) for number in range(5, 10))
    ),
    "one and earlier": saying((Status.AFFECTED, "1.9 and earlier")),
    "only one line": saying(
        (Status.AFFECTED, "1.9"), (Status.NOT_AFFECTED, "1.7 and earlier"), (Status.NOT_AFFECTED, "1.10 and later")
    ),
    "from the middle of a line on": saying((Status.NOT_AFFECTED, "1.9.0"), (Status.AFFECTED, "1.9.1 and later")),
    "only candidates": saying((Status.AFFECTED, "2.0-rc1 - 2.0-rc2"), (Status.NOT_AFFECTED, "1.10")),
    "only the main line": saying((Status.AFFECTED, "main"), (Status.NOT_AFFECTED, "2.0 and earlier")),
    "not known": saying((Status.UNKNOWN, "1.9"), (Status.AFFECTED, "1.10 and later")),
    "never fixed": saying((Status.WILL_NOT_BE_FIXED, "1.7 and earlier"), (Status.AFFECTED, "1.9 and later")),
    "contrary to itself": saying((Status.AFFECTED, "1.9"), (Status.NOT_AFFECTED, "1.7 - 1.10")),
    "contrary under a condition": saying((Status.AFFECTED, "1.9", WITHOUT_9), (Status.NOT_AFFECTED, "1.9")),
    "unaffected under a condition": saying((Status.NOT_AFFECTED, "1.9", WITH_9)),
    "releases that nobody knows": saying((Status.AFFECTED, "0.3 - 0.4"), (Status.NOT_AFFECTED, "0.4")),
    "each tree in its own way": (
        *saying((Status.AFFECTED, "1.9"), (Status.NOT_AFFECTED, "1.7")),
        *saying((Status.NOT_AFFECTED, "1.9"), (Status.AFFECTED, "1.7", WITHOUT_9), tree="weir"),
        *saying((Status.AFFECTED, "5.4 and later"), tree="flume"),
    ),
    "nothing": (),
}


def edition(releases: tuple[Version, ...]) -> Edition:
    of_each = dict(zip(TREES, (releases, releases[::2], ()), strict=True))
    trees = (replace(TREE, name=name, title=name, releases=known) for name, known in of_each.items())
    return replace(EDITION, trees=tuple(trees))


def installations(record: Record, edition: Edition) -> Iterator[tuple[Installation, Place, list[Statement]]]:
    """Every release of every tree and its main line, with and without each fix that somebody speaks of."""
    for tree in edition.trees:
        about = [one.statement for one in record.affected if one.tree == tree.name]
        others = sorted({one.condition.advisory for one in about if one.condition})
        places: list[Place] = [*dict.fromkeys(tree.releases), MAIN]
        for place, guess in product(places, product((False, True), repeat=len(others))):
            version = "main line" if place is MAIN else str(place)
            yield Installation(tree.name, version, dict(zip(others, guess, strict=True))), place, about


def hold_against_the_site(record: Record, edition: Edition) -> None:
    """Read every document for every installation, as one who knows nothing but the document."""
    whole = archive_index.write(
        [(record, edition)], [], publisher=edition.publisher, prefix="SSA", site=edition.page, licence="CC0-1.0"
    )
    told = {
        "osv": parsed(osv.write(record, edition)),
        "cve": parsed(cve.write(record, edition, "CVE-2026-0012")),
        "index": parsed(whole),
        **{str(each): parsed(csaf.write(record, edition, each)) for each in (Profile.ADVISORY, Profile.VEX)},
    }
    for here, place, about in installations(record, edition):
        truth, site = find(about, place, here.fixes).answer, find(about, place)
        said = {
            "osv": readings.osv(told["osv"], here),
            "cve": readings.cve(told["cve"], here),
            "index": readings.index(told["index"], here),
            **{str(each): readings.csaf(told[str(each)], here) for each in (Profile.ADVISORY, Profile.VEX)},
        }
        for name, answer in said.items():
            assert answer in (None, truth), (name, here, answer)
        # Where the site has an answer, documents have it too, as far as they can carry it.
        plain = None if site.answer is Answer.UNKNOWN else site.answer
        assert said["index"] is (plain if plain is Answer.AFFECTED else None), here
        if place is not MAIN:
            assert (said["cve"], said["osv"]) == (plain, plain if plain is Answer.AFFECTED else None), here
        if len(site.open_fixes) <= MOST_OPEN_FIXES:
            expected = None if truth is Answer.UNKNOWN else truth
            assert said[str(Profile.ADVISORY)] is said[str(Profile.VEX)] is expected, here
    for each in (Profile.ADVISORY, Profile.VEX):
        every_product_is_answered_for(told[str(each)])


def every_product_is_answered_for(document: dict[str, Any]) -> None:
    """What is affected has a remedy or is said to have none, what isn't has its reason, and each has one status."""
    known = {identifier for identifier, _ in readings.products(document)}
    for flaw in document["vulnerabilities"]:
        lists = flaw["product_status"]
        listed = [identifier for ids in lists.values() for identifier in ids]
        assert sorted(listed) == sorted(known)
        remedied = {identifier for one in flaw.get("remediations", ()) for identifier in one["product_ids"]}
        explained = {identifier for one in flaw.get("threats", ()) for identifier in one["product_ids"]}
        assert remedied == set(lists.get("known_affected", ()))
        assert explained == set(lists.get("known_not_affected", ()))


@pytest.mark.parametrize("said", HARD.values(), ids=HARD.keys())
@pytest.mark.parametrize("has_patches", [True, False], ids=["patches", "no patches"])
def test_no_document_contradicts_the_site(said: tuple[Affected, ...], has_patches: bool) -> None:
    record = replace(twelve(), affected=said)
    if not has_patches:
        record = replace(record, table=(), patches=(), recipes=None)
    hold_against_the_site(record, edition(RELEASES))


@given(
    st.lists(st.builds(Affected, st.sampled_from(TREES), STATEMENTS), max_size=6).map(tuple),
    st.lists(VERSIONS, max_size=8, unique=True).map(tuple),
    st.booleans(),
)
def test_nothing_that_can_be_said_makes_them_contradict_each_other(
    said: tuple[Affected, ...], releases: tuple[Version, ...], is_fixed: bool
) -> None:
    record = replace(twelve(), affected=said, fixes=FIXES if is_fixed else ())
    hold_against_the_site(record, edition(releases))
