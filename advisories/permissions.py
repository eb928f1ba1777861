"""PURE: what members may do before publication, in sentences, and what they may tell their own users meanwhile.

Nothing is permitted that isn't named. A permission may begin at once, at an instant, or with the publication of another
advisory, as when a mitigation gives nothing away any more.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from advisories.calendar import words


class Subject(StrEnum):
    """What a permission is about."""

    PATCHES = "patches"
    MITIGATION = "mitigation"


class Reach(StrEnum):
    """Where it may be done, or for whom."""

    PRIVATE = "private"
    PUBLIC = "public"
    MEMBERS = "members"


class Start(StrEnum):
    """From when on."""

    NEVER = "never"
    AT_ONCE = "at-once"
    AT = "at"
    AFTER = "after"


SUBJECTS = {Subject.PATCHES: "the patches", Subject.MITIGATION: "the mitigation"}
REACHES = {
    Reach.PRIVATE: "on systems that only your organisation uses",
    Reach.PUBLIC: "on all your systems, also those with guests of other people",
    Reach.MEMBERS: "to other members of the pre-disclosure list",
}
STARTS = {
    Start.NEVER: "not before publication",
    Start.AT_ONCE: "at once",
    Start.AT: "from an instant on",
    Start.AFTER: "once another advisory is public",
}

NOTHING_ELSE = "Whatever is not named here is not permitted before publication."


@dataclass(frozen=True, slots=True)
class Permission:
    """One thing that is permitted, or expressly not."""

    subject: Subject
    reach: Reach
    start: Start
    which: str = ""
    """Which patch or mitigation, where it isn't all of them."""
    at: datetime | None = None
    """The instant (UTC) of `Start.AT`."""
    after: str = ""
    """The label of the other advisory of `Start.AFTER`."""
    restrictions: str = ""

    @property
    def sentence(self) -> str:
        """It in one sentence of Markdown, with the restrictions behind it."""
        deed = "Handing over" if self.reach is Reach.MEMBERS else "Deploying"
        what = SUBJECTS[self.subject] + (f" ({self.which})" if self.which else "")
        said = f"{deed} {what} {REACHES[self.reach]} {self._is_permitted}."
        return f"{said} {self.restrictions}".rstrip()

    @property
    def _is_permitted(self) -> str:
        if self.start is Start.NEVER:
            return "is not permitted before publication"
        if self.start is Start.AT and self.at is not None:
            return f"is permitted from {self.at:%Y-%m-%d %H:%M} UTC on"
        if self.start is Start.AFTER:
            return f"is permitted once {self.after} is public"
        return "is permitted at once"


def in_words(permissions: Sequence[Permission]) -> str:
    """All of them as a Markdown list; empty where nobody has decided anything."""
    if not permissions:
        return ""
    return "\n".join(f"- {one.sentence}" for one in permissions) + f"\n\n{NOTHING_ELSE}"


def public_facts(label: str, planned_at: datetime | None, *, numbers: bool, dates: bool) -> tuple[str, ...]:
    """What a member may tell anybody during the embargo: that there is an issue, and what the policy lets be known.

    `planned_at` is in UTC.
    """
    found = ["A security issue exists that will be made public."]
    if numbers:
        found.append(f"Its number is {label}.")
    if dates and planned_at is not None:
        found.append(f"It is planned to become public on {words.instant(planned_at)}.")
    return tuple(found)


def service_notice(project: str, facts: Iterable[str]) -> str:
    """A text by which a hoster announces reboots: the public facts and nothing else."""
    told = " ".join(facts)
    return (
        f"We will restart systems that run {project} to install a security update.\n\n"
        f"{told}\n\n"
        "We cannot say more before that. After the restart nothing has to be done on your side."
    )
