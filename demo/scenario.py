"""The demonstration's advisories, their series, and the verdict each series is to get on every baseline.

Plain values. Texts lie in `sources/advisories/`; `scenario_patches.py` makes the patches from the upstream. What is
expected is declared here, so that the tests hold both git and the engine to the same promises.
"""

from demo.scenario_values import Advisory, Expected, Scenario, Series, Style

NEVER_PREREQUISITE = r"^update Sluice version to "
"""Subjects of commits that are never prerequisites, as a regular expression."""

RELEASE_TAG = r"RELEASE-(\d+\.\d+)\.(\d+)"
"""Matches whole tags of point releases, with groups for the series and the point number."""

APPLIES = Expected("applies")
AT_OFFSET = Expected("applies", at_offset=True)
MERGED = Expected("merged")
CONFLICTS = Expected("conflicts")
INVALID = Expected("invalid")

GRANT_NAMES = "grant: name the entry accessors after what they return"
GRANT_LOCK = "grant: make the table's lock a reader-writer lock"
GRANT_OWNER = "grant: pass the owner to grant_release_map()"
SCHED_LOCK = "sched: take a unit's queue through one helper"
SCHED_TIME = "sched: tell the accounting what time it is"
SCHED_WEIGHT = "sched: don't divide by the weight of an empty queue"
DOMCTL_VCPU = "domctl: look a virtual processor up in one place"
P2M_PUT = "p2m: give the old page back before the lock is dropped"


def needs(*subjects: str, after: tuple[int, ...] = ()) -> Expected:
    """Applies once these commits, and the fixes of these advisories, have been applied."""
    return Expected("needs prerequisites", witness=subjects, after=after)


def everywhere(expected: Expected, *branches: str) -> dict[str, tuple[Expected, Expected, Expected]]:
    """The same on all three baselines of these branches."""
    return dict.fromkeys(branches, (expected, expected, expected))


ALL = ("1.6", "1.7", "1.8", "1.9")

SCENARIO = Scenario(
    (
        Advisory(
            41, "public", "critical", (Series("41", ALL, everywhere(MERGED, *ALL), ("copy-bounds",), "RELEASE-1.6.2"),)
        ),
        Advisory(
            42,
            "public",
            "important",
            (Series("42", ("1.6", "1.7"), everywhere(MERGED, "1.6", "1.7"), ("close-lock",), "RELEASE-1.6.2"),),
        ),
        Advisory(
            43,
            "public",
            "moderate",
            (
                Series(
                    "43a",
                    ("1.6", "1.7", "1.8"),
                    {
                        **everywhere(AT_OFFSET, "1.6"),
                        "1.7": (APPLIES, APPLIES, MERGED),
                        "1.8": (APPLIES, APPLIES, MERGED),
                    },
                    ("short-fetch",),
                    "RELEASE-1.8.2",
                ),
                Series("43b", ("1.9",), {"1.9": (APPLIES, MERGED, MERGED)}, ("short-fetch",), "RELEASE-1.9.1"),
            ),
        ),
        Advisory(
            44,
            "pre-disclosed",
            "moderate",
            (
                Series("44a", ("1.6", "1.7"), everywhere(APPLIES, "1.6", "1.7"), ("range-wrap-old",), "stable-1.7"),
                Series("44b", ("1.8", "1.9"), everywhere(APPLIES, "1.8", "1.9"), ("range-wrap",), "staging-1.9"),
            ),
        ),
        Advisory(
            45,
            "pre-disclosed",
            "critical",
            (
                Series(
                    "45",
                    ("1.7", "1.8", "1.9"),
                    {
                        "1.7": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_NAMES, GRANT_LOCK), AT_OFFSET),
                        "1.8": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_NAMES, GRANT_LOCK), APPLIES),
                        "1.9": (needs(GRANT_NAMES, GRANT_LOCK), needs(GRANT_LOCK), APPLIES),
                    },
                    ("pin-once",),
                    "staging-1.9",
                ),
            ),
        ),
        Advisory(
            46,
            "pre-disclosed",
            "important",
            (
                Series(
                    "46",
                    ("1.8", "1.9"),
                    {
                        "1.8": (
                            needs(GRANT_NAMES, GRANT_LOCK, after=(45,)),
                            needs(GRANT_NAMES, GRANT_LOCK, after=(45,)),
                            needs(after=(45,)),
                        ),
                        "1.9": (
                            needs(GRANT_NAMES, GRANT_LOCK, after=(45,)),
                            needs(GRANT_LOCK, after=(45,)),
                            needs(after=(45,)),
                        ),
                    },
                    ("pin-readonly",),
                    "staging-1.9",
                    written_after=("pin-once",),
                    depends_on=("45",),
                ),
            ),
        ),
        Advisory(
            47,
            "ready",
            "important",
            (
                Series(
                    "47",
                    ALL,
                    {
                        "1.6": (AT_OFFSET, AT_OFFSET, AT_OFFSET),
                        "1.7": (AT_OFFSET, AT_OFFSET, AT_OFFSET),
                        "1.8": (AT_OFFSET, AT_OFFSET, APPLIES),
                        "1.9": (AT_OFFSET, AT_OFFSET, APPLIES),
                    },
                    ("msix-table",),
                    "staging-1.9",
                    style=Style.DIFFS,
                ),
            ),
        ),
        Advisory(
            48,
            "ready",
            "low",
            (
                Series(
                    "48",
                    ALL,
                    {
                        **everywhere(CONFLICTS, "1.6"),
                        **everywhere(AT_OFFSET, "1.7", "1.8"),
                        "1.9": (AT_OFFSET, AT_OFFSET, APPLIES),
                    },
                    ("access-default",),
                    "staging-1.9",
                ),
            ),
        ),
        Advisory(
            49,
            "drafting",
            "low",
            (
                Series(
                    "49",
                    ("1.7", "1.8", "1.9"),
                    {
                        "1.7": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES),
                        "1.8": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES),
                        "1.9": (needs(DOMCTL_VCPU), needs(DOMCTL_VCPU), APPLIES),
                    },
                    ("context-clear", "internal-header", "context-document"),
                    "staging-1.8",
                    style=Style.MBOX,
                ),
            ),
        ),
        Advisory(
            50,
            "pre-disclosed",
            "important",
            (
                Series(
                    "50",
                    ALL,
                    {
                        "1.6": (needs(SCHED_WEIGHT, SCHED_LOCK, SCHED_TIME), needs(SCHED_LOCK, SCHED_TIME), APPLIES),
                        "1.7": (needs(SCHED_LOCK, SCHED_TIME), needs(SCHED_TIME), APPLIES),
                        "1.8": (needs(SCHED_LOCK, SCHED_TIME), needs(SCHED_TIME), APPLIES),
                        "1.9": (needs(SCHED_LOCK, SCHED_TIME), APPLIES, APPLIES),
                    },
                    ("account-weight",),
                    "staging-1.8",
                    style=Style.QUILT,
                ),
            ),
        ),
        Advisory(
            51,
            "ready",
            "moderate",
            (
                Series(
                    "51a",
                    ("1.7", "1.8"),
                    {**everywhere(CONFLICTS, "1.7"), **everywhere(APPLIES, "1.8")},
                    ("platform-info",),
                    "stable-1.8",
                ),
                Series("51b", ("1.9",), everywhere(APPLIES, "1.9"), ("platform-info-new",), "stable-1.9"),
            ),
        ),
        Advisory(
            52,
            "drafting",
            "",
            (
                Series("52a", ("1.9",), everywhere(INVALID, "1.9"), upload="sign-in-page.patch"),
                Series("52b", ("1.8",), everywhere(INVALID, "1.8"), upload="climbing-out.patch"),
                Series("52c", ("1.7",), everywhere(INVALID, "1.7"), upload="everything-reformatted.patch"),
            ),
        ),
        Advisory(
            53,
            "drafting",
            "low",
            (Series("53", ("1.8", "1.9"), everywhere(APPLIES, "1.8", "1.9"), ("clean-picture",), "stable-1.9"),),
        ),
        Advisory(54, "unused"),
        Advisory(55, "merged", "critical", merged_into=45),
        Advisory(56, "withdrawn"),
        Advisory(
            57,
            "ready",
            "important",
            (
                Series(
                    "57",
                    ("1.8", "1.9"),
                    {"1.8": (needs(P2M_PUT), APPLIES, APPLIES), "1.9": (needs(P2M_PUT), needs(P2M_PUT), AT_OFFSET)},
                    ("add-page-type",),
                    "staging-1.8",
                ),
            ),
        ),
        Advisory(
            58,
            "drafting",
            "moderate",
            (Series("58", ("1.8", "1.9"), everywhere(CONFLICTS, "1.8", "1.9"), upload="private-tree.patch"),),
        ),
        Advisory(
            59,
            "pre-disclosed",
            "critical",
            (
                Series(
                    "59",
                    ("1.8", "1.9"),
                    {
                        **everywhere(CONFLICTS, "1.8"),
                        "1.9": (needs(GRANT_NAMES, GRANT_LOCK, GRANT_OWNER), needs(GRANT_LOCK, GRANT_OWNER), APPLIES),
                    },
                    ("release-marks",),
                    "staging-1.9",
                ),
            ),
        ),
        Advisory(60, "reserved"),
    )
)
"""All advisories, by number. Anything from 44 on, but 54 and 56, is embargoed."""
