"""PURE: what is said of versions being affected, and what follows for one release, without ever claiming too much.

“Affected only if the fix of 378 is absent” is true of some installations of one release. Whoever asks may know which
fixes they carry, or not. An answer is given only where it holds whatever the unknown fixes turn out to be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product

from advisories.versions import Place, Range, within

MOST_UNKNOWNS = 10
"""Fixes that may be unknown at once; beyond that the answer is unknown rather than slow."""


class Status(StrEnum):
    """What is said of some versions."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNKNOWN = "unknown"
    WILL_NOT_BE_FIXED = "will not be fixed"


class Answer(StrEnum):
    """What follows for one release."""

    AFFECTED = "affected"
    NOT_AFFECTED = "not affected"
    UNKNOWN = "unknown"


class Needs(StrEnum):
    """Which way round a condition is."""

    FIX_ABSENT = "absent"
    FIX_PRESENT = "present"


@dataclass(frozen=True, slots=True)
class Condition:
    """Only if the fix of another advisory is absent, or present."""

    advisory: int
    needs: Needs

    def holds(self, *, is_fixed: bool) -> bool:
        """Say whether the condition is met where the fix is, or isn't."""
        return is_fixed is (self.needs is Needs.FIX_PRESENT)

    def __str__(self) -> str:
        return f"only if the fix of {self.advisory} is {self.needs}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What an advisory says of some versions. `Only if` is meant: where the condition fails, the contrary is said."""

    status: Status
    ranges: tuple[Range, ...]
    condition: Condition | None = None

    def __str__(self) -> str:
        said = f"{', '.join(str(one) for one in self.ranges)}: {self.status}"
        return f"{said}, {self.condition}" if self.condition else said


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer for one release, and what it rests on."""

    answer: Answer
    because: tuple[Statement, ...]
    """The statements about this release, in order; none where nothing is said about it."""
    open_fixes: frozenset[int] = frozenset()
    """Advisories whose fixes would have to be known for an answer."""


def find(statements: Iterable[Statement], place: Place, fixes: Mapping[int, bool] | None = None) -> Finding:
    """Say whether `place` is affected; `fixes` says of other advisories whether their fix is in (missing: unknown).

    Nothing said is unknown, and so are statements that contradict each other. Learning about more fixes can turn
    unknown into an answer, but never one answer into the other or back into unknown.
    """
    known = dict(fixes or {})
    about = tuple(one for one in statements if within(place, one.ranges))
    open_fixes = sorted({one.condition.advisory for one in about if one.condition} - known.keys())
    if len(open_fixes) > MOST_UNKNOWNS:
        return Finding(Answer.UNKNOWN, about, frozenset(open_fixes))
    answers = {
        _decide(about, known | dict(zip(open_fixes, guess, strict=True)))
        for guess in product((False, True), repeat=len(open_fixes))
    }
    if len(answers) == 1:
        return Finding(answers.pop(), about)
    return Finding(Answer.UNKNOWN, about, frozenset(open_fixes))


def _decide(about: Sequence[Statement], fixes: Mapping[int, bool]) -> Answer:
    """Answer where every fix is known.

    Of several “affected only if”, one that holds is enough, and only where none does the release is not affected. One
    that holds contradicts a “not affected” beside it.
    """
    says_affected = [_applies(one, fixes) for one in about if one.status in _AFFECTED]
    says_not = [_applies(one, fixes) for one in about if one.status is Status.NOT_AFFECTED]
    if any(_applies(one, fixes) for one in about if one.status is Status.UNKNOWN):
        return Answer.UNKNOWN
    if any(says_affected):
        return Answer.UNKNOWN if any(says_not) else Answer.AFFECTED
    if any(says_not):
        return Answer.NOT_AFFECTED
    if says_not:
        return Answer.UNKNOWN
    return Answer.NOT_AFFECTED if says_affected else Answer.UNKNOWN


_AFFECTED = frozenset({Status.AFFECTED, Status.WILL_NOT_BE_FIXED})


def _applies(statement: Statement, fixes: Mapping[int, bool]) -> bool:
    condition = statement.condition
    return condition is None or condition.holds(is_fixed=fixes[condition.advisory])
