"""The real archive held against the real history, where both are at hand: on which branches each patch is the fix.

`PENSTOCK_TEST_XEN_GIT` names a clone of the tree, which is only read.
"""

import os
from pathlib import Path

from pytest_django import Settings

from advisories.formats import announcement
from advisories.formats.dialect import MAIN, XEN
from releases.engine.git import Git
from releases.engine.mirror import Mirror
from releases.importing.matching import Line, Matched, Matching
from tests.advisories.formats.conftest import REAL_MAILS
from tests.advisories.formats.test_real_mails import keyring

REPOSITORY = Path(os.environ.get("PENSTOCK_TEST_XEN_GIT", "/nonexistent"))
BRANCHES = [f"4.{minor}" for minor in range(23)]

SAME = {
    "xsa212-v3": "main: 4.4-4.8,master",
    "xsa217-v3": "main: 4.6-4.9,master; -4.5: 4.5",
    "xsa264-v3": "main: 4.11,master; -4.10: 4.6-4.10",
    "xsa277-v3": "main: 4.11,master",
    "xsa279-v3": "main: 4.10-4.11,master; -4.9: 4.7-4.9",
    "xsa284-v3": "main: 4.7-4.11,master",
    "xsa307-v3": "main: 4.8-4.13,master",
    "xsa308-v3": "main: 4.8-4.13,master",
    "xsa313-v3": "-1: 4.9-4.13,master; -2: 4.9-4.13,master",
    "xsa318-v3": "main: 4.9-4.13,master",
    "xsa319-v3": "main: 4.9-4.13,master",
    "xsa327-v3": "main: 4.9-4.13,master",
    "xsa333-v3": "main: 4.11-4.14,master",
    "xsa334-v3": "main: 4.13-4.14,master; -4.12: 4.12",
    "xsa338-v4": "main: 4.10-4.14,master",
    "xsa339-v3": "main: 4.10-4.14,master",
    "xsa340-v3": "main: 4.10-4.14,master",
    "xsa353-v4": "main: 4.10-4.14,master",
    "xsa355-v2": "main: 4.10-4.14,master",
    "xsa355-v3": "main: 4.10-4.14,master",
    "xsa356-v3": "main: 4.14,master",
    "xsa358-v4": "main: 4.10-4.14",
    "xsa358-v5": "main: master; -4.14: 4.10-4.14",
    "xsa364-v3": "main: 4.11-4.14,master",
    "xsa375-v3": "main: 4.14-4.15,master; -4.12: 4.11-4.12; -4.13: 4.13",
    "xsa382-v2": "main: 4.11-4.15,master",
    "xsa383-v2": "main: 4.13-4.15,master; -4.12: 4.12",
    "xsa390-v1": "main: 4.15,master",
    "xsa393-v2": "main: 4.12-4.16,master",
    "xsa399-v2": "main: master; -4.12: 4.12; -4.16: 4.13-4.16",
    "xsa420-v2": "main: 4.13-4.16,master",
    "xsa429-v3": "main: 4.16-4.17,master; -4.15: 4.14-4.15",
    "xsa430-v2": "main: 4.17,master",
    "xsa431-v1": "main: 4.17,master",
    "xsa440-v3": "-4.17: 4.15-4.17",
    "xsa450-v2": "main: 4.17-4.18,master",
    "xsa458-v2": "main: 4.16-4.18,master",
    "xsa475-v2": "-1: 4.17-4.20,master; -2: 4.20,master; -4.19-1: 4.17-4.20,master; -4.19-2: 4.17-4.19",
    "xsa480-v3": "main: 4.17-4.21,master",
}
"""Version -> what a name has behind the number, and the branches, as read off the tree by other means."""


def expected(name: str) -> dict[str, set[str]]:
    """File name -> branches."""
    stem, found = name.partition("-v")[0], {}
    for part in filter(None, SAME.get(name, "").split("; ")):
        suffix, _, stretches = part.rpartition(": ")
        branches: set[str] = set()
        for stretch in stretches.split(","):
            first, _, last = stretch.partition("-")
            branches |= {MAIN} if first == MAIN else set(_between(first, last or first))
        found[f"{stem}{suffix if suffix != 'main' else ''}.patch"] = branches
    return found


def _between(first: str, last: str) -> list[str]:
    return BRANCHES[BRANCHES.index(first) : BRANCHES.index(last) + 1]


def lines() -> list[Line]:
    mirror = Mirror(REPOSITORY)
    main = mirror.commit("refs/heads/master") or ""
    tips = {name: mirror.commit(f"refs/heads/stable-{name}") or "" for name in BRANCHES}
    return [*(Line(name, tip, mirror.merge_base(tip, main) or "") for name, tip in tips.items()), Line(MAIN, main)]


def test_each_patch_is_the_fix_on_the_branches_of_the_table(settings: Settings) -> None:
    settings.ADVISORY_PREFIX = XEN.prefix
    read = {path.stem: announcement.read_mail(path.read_bytes(), XEN, keyring()) for path in REAL_MAILS.glob("*.eml")}
    with Matching(Git(REPOSITORY), "xen", lines()) as matching:
        matching.read(one.record.number for one in read.values())
        found: dict[str, list[Matched]] = {name: list(matching.matched(one.record)) for name, one in read.items()}
    same = {name: {one.file_name: set(one.same) for one in some if one.same} for name, some in found.items()}
    assert same == {name: expected(name) for name in read}
    wrong = {
        (name, one.file_name, *one.other, *one.absent) for name, some in found.items() for one in some if one.other
    }
    assert ("xsa358-v4", "xsa358.patch", MAIN) in wrong
