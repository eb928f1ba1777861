"""PURE: what an advisory still lacks before a step. Whether the step exists at all is the lifecycle's business.

The page shows the list and the action refuses while it isn't empty: both ask here. Everything fails closed: what is not
known to be there is missing.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from advisories.calendar import words
from advisories.embargo.rules import IN_FORCE, EmbargoState
from advisories.lifecycle import State
from advisories.release.arming import Quorum


class Lack(StrEnum):
    """Kinds of what can be missing, for pages that link each to where it is done."""

    TEXT = "text"
    AFFECTED = "affected versions"
    CREDIT = "credit"
    SERIES = "series"
    VERDICT = "verdict"
    EMBARGO = "embargo"
    DEPLOYMENT = "deployment permission"
    RECIPIENTS = "recipients"
    REVISION = "revision"
    APPROVAL = "approval"
    KEY = "signing key"
    DATE = "date"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that is missing, as a sentence."""

    kind: Lack
    sentence: str

    def __str__(self) -> str:
        return self.sentence


@dataclass(frozen=True, slots=True)
class BranchFacts:
    """What is known of one branch under security support that the advisory says is affected."""

    name: str
    has_series: bool = False
    applies: bool = False
    """The latest verdict says that the series applies, by itself or with its listed prerequisites."""
    verdict_matches: bool = False
    """The verdict is about exactly the patches of the frozen revision, on the baseline that is current."""
    waits_for: tuple[int, ...] = ()
    """Numbers of advisories whose fixes come first here and are not out, nor go out together with this one."""
    override: str = ""
    """The recorded reason to publish in spite of the verdict."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an advisory. Defaults are those of a number that was just taken."""

    now: datetime
    title: str = ""
    sections: frozenset[str] = frozenset()
    """Names of the sections that hold something."""
    affected_said: bool = False
    tells_of: tuple[str, ...] = ()
    """Advisories that its conditions name and that would still be under embargo when it goes out."""
    named_in_spite: tuple[str, ...] = ()
    """Finders whom the text names although they asked not to be, or their credit is withheld."""
    undecided_credits: tuple[str, ...] = ()
    """Finders who have not been asked, or not answered, how they are to be named."""
    branches: tuple[BranchFacts, ...] = ()
    fix_elsewhere: str = ""
    """Why there is no patch of ours: a release of another project, or none yet and the text says so."""
    embargo: EmbargoState = EmbargoState.NONE
    embargo_end_at: datetime | None = None
    is_out: bool = False
    """Public or exploited already."""
    deployment_said: bool = False
    """The text says whether fixes and mitigations may be deployed during the embargo."""
    recipients: int = 0
    recipients_without_key: tuple[str, ...] = ()
    delivered_end_at: datetime | None = None
    """The end that the last delivered revision names."""
    frozen_revision: int | None = None
    frozen_is_current: bool = False
    frozen_is_out: bool = False
    """Readers have the frozen revision already."""
    """The frozen revision says what the draft says."""
    quorum: Quorum | None = None
    key_expires_at: datetime | None = None
    has_key: bool = False
    text_trouble: str = ""
    """Why the text that goes out is not written and signed yet; empty once it is."""
    planned_at: datetime | None = None
    reason: str = ""


REQUIRED_SECTIONS = ("description", "impact", "vulnerable_systems", "resolution")
"""Without these a reader can't tell whether an advisory is about them, and what to do. Mitigation may be empty."""


def missing_for(facts: Facts, target: State) -> tuple[Missing, ...]:
    """List what is missing before `target`, most basic first; empty where nothing is."""
    return tuple(one for rule in RULES.get(target, ()) for one in rule(facts))


def _text(facts: Facts) -> Iterator[Missing]:
    if not facts.title.strip():
        yield Missing(Lack.TEXT, "It has no title.")
    for name in REQUIRED_SECTIONS:
        if name not in facts.sections:
            yield Missing(Lack.TEXT, f"The section “{name.replace('_', ' ')}” is empty.")
    if not facts.affected_said:
        yield Missing(Lack.AFFECTED, "Nothing is said about which branches are affected.")


def _secrets(facts: Facts) -> Iterator[Missing]:
    """“Only if the fix of 378 is absent” tells everyone who reads it that there is a 378."""
    for label in facts.tells_of:
        yield Missing(
            Lack.AFFECTED,
            f"A condition or permission names {label}, which isn't public: release both together, or leave it out.",
        )


def _credit(facts: Facts) -> Iterator[Missing]:
    for finder in facts.undecided_credits:
        yield Missing(Lack.CREDIT, f"It isn't decided how {finder} is credited.")
    for finder in facts.named_in_spite:
        yield Missing(Lack.CREDIT, f"The text names {finder}, who is not to be named.")


def _series(facts: Facts) -> Iterator[Missing]:
    if facts.fix_elsewhere.strip():
        return
    for branch in facts.branches:
        if not branch.has_series and not branch.override.strip():
            yield Missing(Lack.SERIES, f"{branch.name} is affected and has no series.")


def _verdicts(facts: Facts) -> Iterator[Missing]:
    """What was checked is what is published; a failure goes out only with a recorded reason."""
    for branch in facts.branches:
        if not branch.has_series or branch.override.strip():
            continue
        if not branch.verdict_matches:
            yield Missing(
                Lack.VERDICT, f"There is no verdict yet on {branch.name} about the patches that would go out."
            )
        elif not branch.applies:
            yield Missing(Lack.VERDICT, f"The series does not apply on {branch.name}.")
        for number in branch.waits_for:
            first = f"the fix of advisory {number} first, which would not be out"
            yield Missing(Lack.VERDICT, f"On {branch.name} it needs {first}.")


def _embargo(facts: Facts) -> Iterator[Missing]:
    if facts.is_out:
        yield Missing(Lack.EMBARGO, "It is public or exploited already: publish it instead.")
    if facts.embargo not in IN_FORCE or facts.embargo_end_at is None:
        yield Missing(Lack.EMBARGO, "No end of the embargo is agreed.")
    elif facts.embargo_end_at <= facts.now:
        yield Missing(Lack.EMBARGO, "The agreed end of the embargo has passed.")
    if not facts.deployment_said:
        yield Missing(Lack.DEPLOYMENT, "It doesn't say what may be deployed during the embargo.")


def _recipients(facts: Facts) -> Iterator[Missing]:
    if not facts.recipients:
        yield Missing(Lack.RECIPIENTS, "There is nobody to pre-disclose it to.")
    for name in facts.recipients_without_key:
        yield Missing(Lack.RECIPIENTS, f"{name} has no key that is valid.")


def _revision(facts: Facts) -> Iterator[Missing]:
    if facts.frozen_revision is None:
        yield Missing(Lack.REVISION, "No revision is frozen.")
    elif not facts.frozen_is_current:
        yield Missing(Lack.REVISION, f"The draft has changed since v{facts.frozen_revision} was frozen.")
    elif facts.frozen_is_out:
        yield Missing(Lack.REVISION, f"v{facts.frozen_revision} is out already, and the draft says the same.")


def _key(facts: Facts) -> Iterator[Missing]:
    """A signature made at the instant must still be good then."""
    if not facts.has_key:
        yield Missing(Lack.KEY, "The team has no signing key here.")
        return
    needed_at = max(facts.planned_at or facts.now, facts.now)
    if facts.text_trouble:
        yield Missing(Lack.KEY, facts.text_trouble)
    if facts.key_expires_at is not None and facts.key_expires_at <= needed_at:
        yield Missing(
            Lack.KEY, f"The team's signing key expires on {words.day(facts.key_expires_at)}, before it is needed."
        )


def _date(facts: Facts) -> Iterator[Missing]:
    """The date that is acted on is the date in the last delivered revision."""
    if facts.planned_at is None:
        yield Missing(Lack.DATE, "No instant of publication is set.")
        return
    if facts.is_out:
        return
    yield from _one_date(facts)
    if facts.delivered_end_at is not None and facts.delivered_end_at != facts.planned_at:
        yield Missing(Lack.DATE, "The planned instant is not the one that the last delivered revision names.")


def _one_date(facts: Facts) -> Iterator[Missing]:
    """What people agreed to keep is kept until the release and no longer: the two are one instant."""
    planned_at, end_at = facts.planned_at, facts.embargo_end_at
    if facts.is_out or facts.embargo not in IN_FORCE or planned_at is None or end_at is None or planned_at == end_at:
        return
    side = "before" if planned_at < end_at else "after"
    yield Missing(
        Lack.DATE,
        f"It is planned {side} the agreed end of its embargo, {words.instant(end_at)}: make them one date.",
    )


def _approvals(facts: Facts) -> Iterator[Missing]:
    if facts.quorum is None:
        yield Missing(Lack.APPROVAL, "Nobody has approved it.")
    elif not facts.quorum.is_met:
        yield Missing(Lack.APPROVAL, facts.quorum.missing)


def _reason(facts: Facts) -> Iterator[Missing]:
    if not facts.reason.strip():
        yield Missing(Lack.REASON, "It needs a reason, which its page will give.")


Rule = Callable[[Facts], Iterator[Missing]]

RULES: dict[State, tuple[Rule, ...]] = {
    State.READY: (_text, _credit, _series),
    State.PREDISCLOSED: (_text, _secrets, _credit, _embargo, _one_date, _revision, _recipients, _key),
    State.PUBLIC: (_text, _secrets, _credit, _series, _verdicts, _revision, _date, _key, _approvals),
    State.UNUSED: (_reason,),
    State.MERGED: (_reason,),
    State.WITHDRAWN: (_reason,),
}
"""Pre-disclosure does not wait for patches: the Xen Project sends the advisory without them where they are late."""
