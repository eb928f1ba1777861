"""Records of Sluice with what surrounds them when they are published, made by hand and by Hypothesis."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from advisories.affected import Condition, Needs, Statement, Status
from advisories.formats import meta, reconcile, xsa_text
from advisories.formats.edition import (
    Edition,
    Moment,
    OsvIds,
    Publisher,
    Revision,
    Score,
    TreeFacts,
    Weakness,
    Withdrawal,
)
from advisories.formats.record import (
    Affected,
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
from advisories.severity import rate
from advisories.versions import MAIN as MAIN_LINE
from advisories.versions import Line, NotAVersion, Range, Version, parse_ranges, parse_version
from tests.advisories.formats.sluice import SLUICE, files, sample

PUBLIC_AT = datetime(2026, 3, 17, 12, 0, tzinfo=UTC)
MAIN_FIX = "ab" * 20
TWO_FIX = "20" * 20
TEN_FIX = "1a" * 20
NINE_FIX = "19" * 20
INTRODUCED = "01" * 20

RELEASES = tuple(
    parse_version(text)
    for text in ("1.6.0", "1.7.0", "1.9.0-rc1", "1.9.0", "1.9.1", "1.9.2", "1.10.0", "1.10.1", "2.0.0-rc1", "2.0.0")
)
PUBLISHER = Publisher(
    name="Sluice security team",
    vendor="Sluice",
    namespace="https://sluice.example",
    contact="security@sluice.example",
    cve_organisation="6b35d637-e00f-4228-858c-b20ad6e1d07b",
    cve_short_name="sluice",
)
TREE = TreeFacts(
    name="sluice",
    title="Sluice",
    repository="https://git.sluice.example/sluice.git",
    commit_address="https://git.sluice.example/sluice/commit/{commit}",
    purl="pkg:generic/sluice",
    cpe="cpe:2.3:a:sluice:sluice",
    releases=RELEASES,
)
EDITION = Edition(
    publisher=PUBLISHER,
    page="https://sec.sluice.example/advisories/12/",
    files="https://sec.sluice.example/advisories/12/files/",
    records="https://sec.sluice.example/csaf/",
    licence="CC-BY-4.0",
    revisions=(Revision(3, PUBLIC_AT, "Public release."),),
    trees=(TREE,),
    scores=(
        Score(rate("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:N/A:N/E:P")),
        Score(rate("CVSS:4.0/AV:L/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:N/SC:N/SI:N/SA:N")),
    ),
    timeline=(Moment(PUBLIC_AT - timedelta(days=30), "Reported to the security team"),),
    weaknesses=(
        Weakness(362, "Concurrent Execution using Shared Resource with Improper Synchronization ('Race Condition')"),
    ),
)


def twelve() -> Record:
    """SSA-12 v3 as it was announced, with its patches and recipes."""
    record = xsa_text.read(sample("ssa12-v3.txt"), SLUICE).record
    contents = files("ssa12.patch", "ssa12-1.9.patch")
    record = replace(record, patches=tuple(PatchFile.of(patch.name, contents[patch.name]) for patch in record.patches))
    return reconcile.with_recipes(record, meta.read(sample("ssa12.meta"), SLUICE), where="ssa12.meta")[0]


def saying(*said: tuple[Status, str] | tuple[Status, str, Condition], tree: str = "sluice") -> tuple[Affected, ...]:
    """Statements about versions, as a person would enter them."""
    return tuple(
        Affected(tree, Statement(one[0], parse_ranges(one[1]), one[2] if len(one) == 3 else None)) for one in said
    )


WITHDRAWN = replace(EDITION, withdrawal=Withdrawal(PUBLIC_AT + timedelta(days=5), "The gate was never open."))
"""Of a record that the team took back without another revision."""
WITHOUT_9 = Condition(9, Needs.FIX_ABSENT)
FROM_1_9 = saying((Status.AFFECTED, "1.9 and later"), (Status.NOT_AFFECTED, "1.6"))
CONDITIONAL = saying(
    (Status.AFFECTED, "1.9", WITHOUT_9), (Status.AFFECTED, "1.10 and later"), (Status.NOT_AFFECTED, "1.7 and earlier")
)
FIXES = (
    BranchFix("sluice", "master", MAIN_FIX),
    BranchFix("sluice", "2.0", TWO_FIX),
    BranchFix("sluice", "1.10", TEN_FIX),
    BranchFix("sluice", "1.9", NINE_FIX),
    BranchFix("sluice", "1.7", "17" * 20),
)


def parsed(data: bytes) -> Any:
    """A JSON document."""
    return json.loads(data)


# Anything at all, for Hypothesis.

ODD = st.text(
    st.characters(blacklist_categories=()) | st.sampled_from("<>&\"'\\\r\n\t\0\x1b\u202e\ud800\u2028é—#`*[]()=-"),
    max_size=120,
)
ODD_LONG = st.one_of(ODD, st.builds(lambda text, many: (text or "x") * many, ODD, st.integers(20, 90)))
TITLES = ODD.map(lambda text: f"gate {text}").filter(lambda text: bool(text.strip()))
NUMBERS = st.lists(st.integers(0, 3), min_size=2, max_size=4).map(tuple)
VERSIONS = st.builds(Version, NUMBERS, st.none() | st.none() | st.integers(0, 3))
BOUNDS = st.one_of(
    VERSIONS,
    st.builds(Line, st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)),
    st.just(MAIN_LINE),
    st.none(),
)


@st.composite
def ranges(draw: st.DrawFn) -> Range:
    """A range, empty ones drawn the other way round."""
    first, last = draw(BOUNDS), draw(BOUNDS)
    try:
        return Range(first, last)
    except NotAVersion:
        return Range(last, first)


STATEMENTS = st.builds(
    Statement,
    st.sampled_from(Status),
    st.lists(ranges(), min_size=1, max_size=3).map(tuple),
    st.none() | st.none() | st.builds(Condition, st.integers(1, 4), st.sampled_from(Needs)),
)
COMMITS = st.text("0123456789abcdef", min_size=40, max_size=40)
BRANCHES = st.sampled_from(["master", "0.1", "1.0", "1.1", "2.0", "3.3", "", "odd\x07 \u202e"])
TREES = st.sampled_from(["sluice", "weir"])
IDENTIFIERS = st.one_of(
    st.builds(
        lambda year, number: Identifier("CVE", f"CVE-{year}-{number}"),
        st.integers(1999, 2030),
        st.integers(1000, 99999),
    ),
    st.builds(Identifier, st.sampled_from(["CVE", "GHSA"]), ODD.map(lambda text: f"CVE-{text}")),
)
HEADINGS = st.one_of(
    st.sampled_from(["ISSUE DESCRIPTION", "IMPACT", "VULNERABLE SYSTEMS", "MITIGATION", "RESOLUTION", "CREDITS", ""]),
    ODD,
)
PARTS = st.one_of(
    ODD_LONG,
    st.just("See https://sluice.example/a?b=<c>, https://[::1]/ and http://sluice.example/é."),
    st.sampled_from(Slot),
)
SECTIONS = st.builds(Section, HEADINGS, st.lists(PARTS, max_size=3).map(tuple))
PATCHES = st.lists(
    st.sampled_from(["ssa7.patch", "ssa7-1.patch", "ssa7-2.patch", "ssa7/1+2.patch"]), unique=True, max_size=3
).map(lambda names: tuple(PatchFile.of(name, b"patch") for name in names))
ROWS = st.builds(
    Row,
    st.sampled_from(["ssa7.patch", "ssa7-?.patch", "ssa7*"]),
    TREES,
    st.lists(st.builds(Stretch, BRANCHES, BRANCHES), max_size=2).map(tuple),
)
RECORDS = st.builds(
    Record,
    prefix=st.just("SSA"),
    number=st.integers(1, 999),
    version=st.just(3),
    title=TITLES,
    identifiers=st.lists(IDENTIFIERS, max_size=3).map(tuple),
    sections=st.lists(SECTIONS, max_size=5).map(tuple),
    table=st.lists(ROWS, max_size=3).map(tuple),
    patches=PATCHES,
    withdrawn=st.sampled_from([False, False, False, False, True]),
    finders=st.lists(st.builds(Finder, ODD, ODD), max_size=3).map(tuple),
    affected=st.lists(st.builds(Affected, TREES, STATEMENTS), max_size=6).map(tuple),
    fixes=st.lists(st.builds(BranchFix, TREES, BRANCHES, COMMITS | ODD), max_size=5).map(tuple),
)
VECTORS = st.sampled_from(
    [
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H",
        "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:N",
        "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H/E:U/RL:O/RC:C/MAV:N/CR:H",
        "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:A/S:P",
    ]
)


@st.composite
def editions(draw: st.DrawFn) -> Edition:
    """What surrounds a version 3."""
    start = datetime(1995, 1, 1, tzinfo=UTC) + draw(st.timedeltas(timedelta(0), timedelta(days=30_000)))
    steps = draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=400)), min_size=2, max_size=2))
    instants = [start, start + steps[0], start + steps[0] + steps[1]]
    versions = draw(st.sampled_from([(3,), (1, 3), (1, 2, 3)]))
    revisions = tuple(Revision(number, at, draw(ODD)) for number, at in zip(versions, instants, strict=False))
    releases = tuple(draw(st.lists(VERSIONS, max_size=12)))
    trees = (
        replace(TREE, title=draw(TITLES), releases=releases),
        replace(
            TREE, name="weir", title="Weir", repository="", commit_address="", cpe="", purl="", releases=releases[:3]
        ),
    )
    return replace(
        EDITION,
        publisher=replace(PUBLISHER, contact=draw(ODD), authority=draw(ODD), osv_ids=draw(st.sampled_from(OsvIds))),
        revisions=revisions,
        trees=trees[: draw(st.integers(1, 2))],
        scores=tuple(Score(rate(vector)) for vector in draw(st.lists(VECTORS, max_size=3))),
        introduced=tuple(draw(st.lists(st.builds(BranchFix, TREES, st.just(""), COMMITS), max_size=2))),
        timeline=tuple(Moment(start, text) for text in draw(st.lists(ODD, max_size=3))),
        weaknesses=draw(st.sampled_from([(), EDITION.weaknesses])),
    )
