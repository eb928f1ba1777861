"""PURE: what is said of versions being affected, and what follows for one release, without ever claiming too much.

“Affected only if the fix of 378 is absent” is true of some installations of one release. Whoever asks may know which
fixes they carry, or not. An answer is given only where it holds whatever the unknown fixes turn out to be.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby, product

from advisories.versions import Line, Place, Range, Version, within

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
    only: tuple[str, ...] = ()
    """Of a release line: the releases that the answer is about, where it isn't about all of them."""


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


def find_on_line(statements: Iterable[Statement], line: Line, fixes: Mapping[int, bool] | None = None) -> Finding:
    """Say the worst that is true of any release on `line`, and of which of them; candidates are not asked about."""
    told = tuple(statements)
    places = _turning_points(told, line)
    found = [find(told, place, fixes) for place in places]
    worst = min((one.answer for one in found), key=_WORST_FIRST.index)
    those = [one for one in found if one.answer is worst]
    because = tuple(dict.fromkeys(statement for one in those for statement in one.because))
    open_fixes = frozenset(number for one in those for number in one.open_fixes)
    only = () if len(those) == len(found) else tuple(_stretches(places, [one.answer is worst for one in found]))
    return Finding(worst, because, open_fixes, only)


def _turning_points(statements: Iterable[Statement], line: Line) -> list[Version]:
    """The releases on `line` at which what is said can become another: its first, each bound, the one after each."""
    bounds = (bound for one in statements for each in one.ranges for bound in (each.first, each.last))
    named = {bound for bound in bounds if isinstance(bound, Version) and line.holds(bound) and bound.candidate is None}
    counts = {0} | {count + more for count in (_count(bound, line) for bound in named) for more in (0, 1)}
    return sorted(named | {Version((*line.numbers, count)) for count in counts})


def _stretches(places: Sequence[Version], meant: Sequence[bool]) -> Iterable[str]:
    """Releases in a row that are meant, each stretch in words."""
    for is_meant, run in groupby(range(len(places)), key=meant.__getitem__):
        if not is_meant:
            continue
        row = list(run)
        first, last = places[row[0]], places[row[-1]]
        if row[-1] + 1 == len(places):
            yield f"{first} and later"
            continue
        line = first.line()
        before = Version((*line.numbers, max(_count(places[row[-1] + 1], line) - 1, 0)))
        last = max(last, before)
        yield str(first) if first == last else f"{first} to {last}"


def _count(version: Version, line: Line) -> int:
    """Which release on its line a version is: 2 for 4.15.2."""
    depth = len(line.numbers)
    return (*version.numbers, 0)[depth] if len(version.numbers) >= depth else 0


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


_WORST_FIRST = (Answer.AFFECTED, Answer.UNKNOWN, Answer.NOT_AFFECTED)
_AFFECTED = frozenset({Status.AFFECTED, Status.WILL_NOT_BE_FIXED})


def _applies(statement: Statement, fixes: Mapping[int, bool]) -> bool:
    condition = statement.condition
    return condition is None or condition.holds(is_fixed=fixes[condition.advisory])
