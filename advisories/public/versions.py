"""“Is my version affected?”: every published advisory asked about one version of one tree."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from advisories.affected import Answer, Finding, Statement, find, find_on_line
from advisories.lifecycle import State
from advisories.models import Publication
from advisories.public import saying
from advisories.public.in_hand import once
from advisories.public.reading import known_among
from advisories.spoken_versions import spoken
from advisories.versions import Line, NotAVersion

_ORDER = {Answer.AFFECTED: 0, Answer.UNKNOWN: 1, Answer.NOT_AFFECTED: 2}
MOST_NAMED = 200
"""Advisories that a page names in one list; how many there are, it says."""


@dataclass(frozen=True, slots=True)
class Hit:
    """What one advisory says of the version."""

    number: int
    title: str
    url: str
    finding: Finding

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
    """Ask all that is published; None where nothing was asked. Two queries.

    Advisories that have nothing to do with the tree don't come up. Those without an answer do, or are counted.
    """
    tree, version = tree.replace("\0", "").strip()[:60] or settings.MAIN_TREE, version.strip()[:60]
    if not version:
        return None
    try:
        place = spoken(version.replace("\0", ""), (tree, settings.PROJECT_NAME))
    except NotAVersion as refusal:
        return Answered(tree, version, str(refusal))
    hits, silent = [], 0
    for number, title, url, statements in once(("said of", tree), lambda: _said_of(tree)):
        if statements is None:
            silent += 1
        else:
            found = find_on_line(statements, place) if isinstance(place, Line) else find(statements, place)
            hits.append(Hit(number, title, url, found))
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


def _said_of(tree: str) -> Sequence[tuple[int, str, str, Sequence[Statement] | None]]:
    """Number, title and address of each advisory about a tree, the newest first, and what it says of versions."""
    published = Publication.objects.current().filter(entry__places__contains=f"\n{tree}\n")
    published = published.exclude(advisory__state=State.WITHDRAWN)
    rows = list(published.order_by("-number").values_list("number", "title", "content__affected"))
    contents = [{"affected": affected or []} for _, _, affected in rows]
    known = known_among(saying.conditions_in(contents))
    found = []
    for (number, title, _), content in zip(rows, contents, strict=True):
        trees = saying.trees(saying.without_hidden(content, known))
        statements = next((each.statements for each in trees if each.tree == tree), None)
        found.append((number, title, reverse("advisories:detail", args=[number]), statements))
    return found
