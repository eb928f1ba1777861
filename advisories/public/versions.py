"""“Is my version affected?”: every published advisory asked about one version of one tree."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import timezone

from advisories.affected import Answer, Finding, Statement, find, find_on_line
from advisories.formats import said
from advisories.lifecycle import State
from advisories.models import Publication
from advisories.public import facts, saying
from advisories.public.in_hand import once
from advisories.public.reading import known_among
from advisories.public.values import AdvisoryPage
from advisories.spoken_versions import spoken
from advisories.versions import Line, NotAVersion, Place, Version
from advisories.writing.showing import Asked, is_affected

MOST_NAMED = 200
"""Advisories that a page names in one list; how many there are, it says."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What one advisory says of the version."""

    number: int
    title: str
    url: str
    finding: Finding
    is_later: bool = False
    """Whether the version came out after the advisory, which speaks of those before it."""

    @property
    def label(self) -> str:
        """The number as people write it."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"


@dataclass(frozen=True, slots=True)
class Answered:
    """What every advisory says of one version."""

    tree: str
    version: str
    """As it was understood; as it was typed where it was not."""
    trouble: str = ""
    is_line: bool = False
    """Whether all releases of a branch were asked about, since none was named."""
    affected: tuple[Hit, ...] = ()
    open: tuple[Hit, ...] = ()
    """Where it depends on something that the version alone doesn't tell."""
    clear: int = 0
    """Advisories that say that the version is not affected."""
    silent: int = 0
    """Advisories that bring patches for the tree and say nothing about its versions: no answer is not a good one."""

    @property
    def says_nothing(self) -> bool:
        """Whether no advisory has anything to do with the tree."""
        return not (self.affected or self.open or self.clear or self.silent)

    @property
    def affected_named(self) -> tuple[Hit, ...]:
        """As many of `affected` as a page lists, the newest first."""
        return self.affected[:MOST_NAMED]

    @property
    def open_named(self) -> tuple[Hit, ...]:
        """As many of `open`, likewise."""
        return self.open[:MOST_NAMED]

    @property
    def example(self) -> str:
        """How a release of the branch is called, for who named no release."""
        return f"{self.version.removesuffix('.x')}.2"


def every(tree: str, version: str) -> Answered | None:
    """Ask all that is published; None where nothing was asked. Two queries, and two more for releases.

    Advisories that have nothing to do with the tree don't come up. Those without an answer do, or are counted.
    """
    tree, version = tree.replace("\0", "").strip()[:60] or settings.MAIN_TREE, version.strip()[:60]
    if not version:
        return None
    try:
        place = spoken(version.replace("\0", ""), (tree, settings.PROJECT_NAME))
    except NotAVersion as refusal:
        return Answered(tree, version, str(refusal))
    told = once(("said of", tree), lambda: _said_of(tree))
    early = not_yet(place, tree, (one.first_at for one in told))
    hits, silent = [], 0
    for one in told:
        if one.statements is None:
            silent += 1
        elif isinstance(place, Line):
            hits.append(Hit(one.number, one.title, one.url, find_on_line(one.statements, place)))
        else:
            found = find(one.statements, place)
            is_later = one.first_at in early and is_beyond(one.statements, found, place)
            hits.append(Hit(one.number, one.title, one.url, undecided(found) if is_later else found, is_later))
    by_answer = {answer: tuple(hit for hit in hits if hit.finding.answer is answer) for answer in Answer}
    return Answered(
        tree,
        str(place),
        is_line=isinstance(place, Line),
        affected=by_answer[Answer.AFFECTED],
        open=by_answer[Answer.UNKNOWN],
        clear=len(by_answer[Answer.NOT_AFFECTED]),
        silent=silent,
    )


def one(page: AdvisoryPage, tree: str, version: str) -> Asked | None:
    """Ask one advisory; None where nothing was asked, and of a withdrawn one, which says nothing any more."""
    asked = None if page.withdrawn_because else is_affected(page.trees, tree, version)
    if asked is None or asked.finding is None or asked.place is None:
        return asked
    statements = next(each.statements for each in page.trees if each.tree == asked.tree)
    early = not_yet(asked.place, asked.tree, (page.issues[0].at,))
    if not early or not is_beyond(statements, asked.finding, asked.place):
        return asked
    return replace(asked, finding=undecided(asked.finding), is_later=True)


def not_yet(place: Place | Line, tree: str, instants: Iterable[datetime]) -> frozenset[datetime]:
    """Those of `instants` at which there was no such release, if there is one now: two queries, however many."""
    known = once("facts", facts.known)

    def count(at: datetime) -> int:
        return sum(one.name == tree and place in one.releases for one in known(at))

    if not count(timezone.now()):
        return frozenset()
    ordered = sorted(set(instants))
    return frozenset(ordered[: bisect_left(ordered, 1, key=count)])


def is_beyond(statements: Sequence[Statement], found: Finding, place: Place) -> bool:
    """Whether an advisory didn't mean a later release when it said what is affected.

    Documents leave such releases out (`said.still_holds`); what a reader is told is no more than that.
    """
    if found.answer is Answer.NOT_AFFECTED or not isinstance(place, Version):
        return False
    return not said.still_holds(tuple(statements), place)


def undecided(found: Finding) -> Finding:
    """Nothing known, and why."""
    return replace(found, answer=Answer.UNKNOWN, open_fixes=frozenset())


@dataclass(frozen=True, slots=True)
class _Said:
    """What one advisory says of a tree."""

    number: int
    title: str
    url: str
    first_at: datetime
    statements: Sequence[Statement] | None


def _said_of(tree: str) -> Sequence[_Said]:
    """What each advisory says of a tree, the newest first."""
    published = Publication.objects.current().filter(entry__places__contains=f"\n{tree}\n")
    published = published.exclude(advisory__state=State.WITHDRAWN)
    first = Publication.objects.live().filter(advisory=OuterRef("advisory")).order_by("version").values("public_at")
    told = published.annotate(first_at=Subquery(first[:1])).order_by("-number")
    rows = list(told.values_list("number", "title", "first_at", "content__affected"))
    contents = [{"affected": affected or []} for *_, affected in rows]
    known = known_among(saying.conditions_in(contents))
    found = []
    for (number, title, first_at, _), content in zip(rows, contents, strict=True):
        trees = saying.trees(saying.without_hidden(content, known))
        statements = next((each.statements for each in trees if each.tree == tree), None)
        found.append(_Said(number, title, reverse("advisories:detail", args=[number]), first_at, statements))
    return found
