"""What stands beside the texts of the demonstration's advisories: scores, identifiers, versions, tags, credits.

Plain values. Identifiers have more digits than any that is given out, so that none of them is somebody's.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisories.affected import Status

Line = tuple[str, Status]
"""Versions as people write them, and what is said of them."""

TO_THE_LAST = "1.6.0 - 1.6.3, 1.7.0 - 1.7.2, 1.8.0 - 1.8.2, 1.9.0 - 1.9.1, main"
"""Every release there is, and the main line."""


@dataclass(frozen=True, slots=True)
class Details:
    """Everything beside the text of one advisory."""

    vector: str
    affected: tuple[Line, ...]
    tags: tuple[str, ...] = ()
    cve: str = ""
    credits: str = ""


DETAILS: Mapping[int, Details] = {
    41: Details(
        "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
        (("1.6.0 - 1.6.2, 1.7.0", Status.AFFECTED), ("1.6.3, 1.7.1 - 1.7.2, 1.8.x, 1.9.x", Status.NOT_AFFECTED)),
        ("grant-table", "memory"),
        "CVE-2026-1000041",
        "This issue was discovered by the Example Research group.",
    ),
    42: Details(
        "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:N/I:L/A:H",
        (("1.6.0 - 1.6.2, 1.7.0", Status.AFFECTED), ("1.6.3, 1.7.1 - 1.7.2, 1.8.x, 1.9.x", Status.NOT_AFFECTED)),
        ("event-channels", "locking"),
        "CVE-2026-1000042",
        "This issue was discovered by a developer of Sluice.",
    ),
    43: Details(
        "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:L/A:L",
        ((TO_THE_LAST.removesuffix(", main"), Status.AFFECTED), ("main", Status.NOT_AFFECTED)),
        ("emulator", "x86"),
        "CVE-2026-1000043",
        "This issue was discovered by Cloud Example.",
    ),
    44: Details(
        "CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:C/C:N/I:N/A:H",
        ((TO_THE_LAST, Status.AFFECTED),),
        ("memory",),
        "CVE-2026-1000044",
    ),
    45: Details(
        "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:H/I:H/A:H",
        (
            ("1.7.0 - 1.7.2, 1.8.0 - 1.8.2, 1.9.0 - 1.9.1, main", Status.AFFECTED),
            ("1.6.x", Status.WILL_NOT_BE_FIXED),
        ),
        ("grant-table",),
    ),
    47: Details(
        "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H",
        ((TO_THE_LAST, Status.AFFECTED),),
        ("pass-through",),
        "CVE-2026-1000047",
    ),
    48: Details("CVSS:3.1/AV:L/AC:H/PR:H/UI:N/S:C/C:L/I:L/A:N", ((TO_THE_LAST, Status.AFFECTED),), ("memory",)),
    50: Details("CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:N/I:N/A:H", ((TO_THE_LAST, Status.AFFECTED),), ("scheduler",)),
}  # fmt: skip
"""By number. What is still being written is not scored yet."""
