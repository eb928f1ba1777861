"""What a record says of single releases and of commits, worked out once for every writer, through `affected.find`.

No format can hold “affected only if the fix of 378 is absent” of a whole range, and most read a range with an open end
as a promise about releases to come. So documents speak of releases that exist, one by one, and of commits only where
the history leaves no room for doubt.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from operator import itemgetter

from advisories.affected import Answer, Finding, Needs, Statement, Status, find
from advisories.formats.dialect import MAIN as MAIN_BRANCH
from advisories.formats.edition import COMMIT, Edition, TreeFacts
from advisories.formats.record import Record, Stretch
from advisories.formats.strict import one_line
from advisories.versions import MAIN, Bound, Line, MainLine, Place, Version, within

MOST_OPEN_FIXES = 3
"""Other advisories' fixes that a release is told apart by; each doubles what has to be listed."""
_LAST = 10**9
"""More than any number in a version, which have nine digits at most."""


@dataclass(frozen=True, slots=True)
class Said:
    """What follows from the record for one release or the main line of a tree."""

    place: Place
    finding: Finding

    @property
    def answer(self) -> Answer:
        """The answer without knowing any other fix."""
        return self.finding.answer


@dataclass(frozen=True, slots=True)
class Variant:
    """A release with or without certain other fixes, and the answer for it."""

    fixes: tuple[tuple[int, bool], ...]
    """Number of the other advisory, and whether its fix is in; by number."""
    answer: Answer


@dataclass(frozen=True, slots=True)
class History:
    """The commits of a tree that are affected: reachable from `introduced` and from none of `fixed`."""

    repository: str
    introduced: tuple[str, ...]
    """Full commit ids; none means from the first commit on."""
    fixed: tuple[tuple[str, str], ...]
    """Branch and full commit id, in the order of the record."""


def statements(record: Record, tree: str) -> tuple[Statement, ...]:
    """What the record says of versions of `tree`."""
    return tuple(one.statement for one in record.affected if one.tree == tree)


def said(record: Record, tree: TreeFacts) -> tuple[Said, ...]:
    """The answer for every known release of `tree` and its main line of which anything is said, in order."""
    return _said(statements(record, tree.name), tree.releases)


@lru_cache(maxsize=64)
def _said(about: tuple[Statement, ...], releases: tuple[Version, ...]) -> tuple[Said, ...]:
    """Kept for a while, since every document of an advisory asks the same."""
    places: tuple[Place, ...] = (*sorted(dict.fromkeys(releases)), MAIN)
    found = (Said(place, find(about, place)) for place in places)
    return tuple(one for one in found if one.finding.because)


def still_holds(about: tuple[Statement, ...], release: Version) -> bool:
    """Whether what is said may be told of `release` that came after the first publication, when fixes were out.

    Who said “1.9.x” before there was this one meant those without the fix. Who names a release as the last one has
    counted, which is how another revision says that the fix in it was none.
    """
    affected = (one for one in about if one.status is Status.AFFECTED and within(release, one.ranges))
    return all(any(release in part and isinstance(part.last, Version) for part in one.ranges) for one in affected)


def variants(record: Record, tree: str, one: Said) -> tuple[Variant, ...]:
    """The release told apart by the open fixes; none where there are none, or too many to list."""
    open_fixes = sorted(one.finding.open_fixes)
    if not open_fixes or len(open_fixes) > MOST_OPEN_FIXES:
        return ()
    about = statements(record, tree)
    guesses = (tuple(zip(open_fixes, guess, strict=True)) for guess in product((False, True), repeat=len(open_fixes)))
    return tuple(Variant(fixes, find(about, one.place, dict(fixes)).answer) for fixes in guesses)


def branch_of(place: Place) -> str:
    """The name under which tables and recipes keep the branch of `place`: `4.17` or `master`."""
    return MAIN_BRANCH if isinstance(place, MainLine) else ".".join(str(number) for number in place.line().numbers)


def words(record: Record, statement: Statement) -> str:
    """`statement` in a sentence for people, with the other advisory's name."""
    ranges = ", ".join(str(one) for one in statement.ranges)
    if statement.condition is None:
        return f"{ranges}: {statement.status}"
    other, needs = f"{record.prefix}-{statement.condition.advisory}", statement.condition.needs
    return f"{ranges}: {statement.status}, only if the fix of {other} is {needs}"


def spelled_out(record: Record, edition: Edition) -> list[dict[str, object]]:
    """Every statement as values for the free part of a document, conditions included."""
    return [
        {
            "tree": one.tree,
            "versions": [str(part) for part in one.statement.ranges],
            "status": str(one.statement.status),
            **(
                {
                    "only_if": {
                        "fix_of": f"{record.prefix}-{condition.advisory}",
                        "is": "present" if condition.needs is Needs.FIX_PRESENT else "absent",
                    }
                }
                if (condition := one.statement.condition)
                else {}
            ),
        }
        for one in record.affected
        if edition.facts(one.tree)
    ]


def beforehand(edition: Edition) -> list[dict[str, object]]:
    """What comes before patches, as values for the free part of a document."""
    return [
        {"tree": one.tree, "branch": one_line(one.branch), "release": one_line(one.release), "commits": [*one.commits]}
        for one in edition.beforehand
    ]


def fixes_of(record: Record, tree: str) -> dict[str, tuple[str, ...]]:
    """Commits that hold the fix, by branch; where there are several, a branch without one of them isn't fixed."""
    found: dict[str, dict[str, None]] = {}
    for fix in record.fixes:
        if fix.tree == tree and fix.branch and COMMIT.fullmatch(fix.ref):
            found.setdefault(fix.branch, {})[fix.ref] = None
    return {branch: tuple(refs) for branch, refs in found.items()}


def history(record: Record, edition: Edition, tree: TreeFacts) -> History | None:
    """The affected commits of `tree`, or None where naming them would say more than is known.

    A range of commits says of every branch there is or will be that it is affected until its fix. So it is given only
    if the fix is one commit on the main line and on every branch that got a patch, and if nothing newer than the
    beginning is said to be unaffected, conditional or not known.
    """
    fixes = fixes_of(record, tree.name)
    # A branch may have left the main line and have no release yet.
    named = {end for row in record.table if row.tree == tree.name for one in row.stretches for end in _ends(one)}
    lines = {branch_of(release) for release in tree.releases} | named
    owing = {line for line in lines if record.files_for(line, tree.name)} - fixes.keys()
    if not tree.repository or MAIN_BRANCH not in fixes or owing or not tree.releases:
        return None
    if any(len(commits) > 1 for commits in fixes.values()):
        return None
    fixed = tuple((branch, commits[0]) for branch, commits in fixes.items())
    introduced = tuple(fix.ref for fix in edition.introduced if fix.tree == tree.name and COMMIT.fullmatch(fix.ref))
    about = statements(record, tree.name)
    found = [*(finding for _, finding in _sampled(about)), find(about, MAIN)]
    if introduced:
        # What came before the flaw: unaffected, or not worth a word. Anything doubtful stays and decides against it.
        while found and (found[0].answer is Answer.NOT_AFFECTED or not found[0].because):
            found.pop(0)
    if not found or any(one.answer is not Answer.AFFECTED for one in found):
        return None
    return History(tree.repository, introduced, fixed)


def _ends(stretch: Stretch) -> set[str]:
    return {stretch.newest, stretch.oldest} - {"", MAIN_BRANCH}


def is_contradicted(about: tuple[Statement, ...], one: Statement) -> bool:
    """Whether nothing follows from `one` anywhere in its ranges, since others of `about` say something else."""
    inside = (finding for version, finding in _sampled(about) if within(version, one.ranges))
    return not any(finding.answer is Answer.AFFECTED or finding.open_fixes for finding in inside)


def same_between(about: tuple[Statement, ...], first: Version, last: Version, answer: Answer) -> bool:
    """Whether `answer` holds for everything from `first` to `last`, also for releases that there never were."""
    known = _sampled(about)
    begin, end = bisect_left(known, first, key=itemgetter(0)), bisect_right(known, last, key=itemgetter(0))
    return all(finding.answer is answer for _, finding in known[begin:end])


@lru_cache(maxsize=64)
def _sampled(about: tuple[Statement, ...]) -> tuple[tuple[Version, Finding], ...]:
    """Every sample with its answer."""
    return tuple((version, find(about, version)) for version in samples(about))


def samples(about: tuple[Statement, ...]) -> tuple[Version, ...]:
    """Versions in order, so that between two neighbours no range begins or ends."""
    found = {Version((0,), 0), Version((_LAST,))}
    for statement in about:
        for part in statement.ranges:
            for bound in (part.first, part.last):
                found.update(_around(bound))
    return tuple(sorted(found))


def _around(bound: Bound | None) -> Iterator[Version]:
    """What comes last before, first in, last in and first after `bound`."""
    if bound is None or isinstance(bound, MainLine):
        return
    if isinstance(bound, Line):
        lowest = Version(bound.numbers, 0)
        yield from (*_before(lowest), lowest, Version((*bound.numbers, _LAST)))
        yield Version((*bound.numbers[:-1], bound.numbers[-1] + 1), 0)
        return
    yield from (*_before(bound), bound)
    yield (
        Version((*bound.numbers, *(0,) * 6, 1))
        if bound.candidate is None
        else Version(bound.numbers, bound.candidate + 1)
    )


def _before(version: Version) -> Iterator[Version]:
    """Something between `version` and whatever comes before it; nothing where it is the first of all."""
    if version.candidate is None:
        yield Version(version.numbers, _LAST)
    elif version.candidate > 0:
        yield Version(version.numbers, version.candidate - 1)
    else:
        numbers = list(version.numbers)
        while numbers and numbers[-1] == 0:
            numbers.pop()
        if numbers:
            yield Version((*numbers[:-1], numbers[-1] - 1, _LAST))
