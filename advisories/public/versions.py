"""“Is my version affected?”: every published advisory asked about one version of one tree."""

from dataclasses import dataclass

from django.conf import settings

from advisories.affected import Answer, Finding, find
from advisories.lifecycle import State
from advisories.models import Publication
from advisories.public import saying
from advisories.public.reading import known_among
from advisories.versions import MAIN, MAIN_NAMES, NotAVersion, Place, parse_version

_ORDER = {Answer.AFFECTED: 0, Answer.UNKNOWN: 1, Answer.NOT_AFFECTED: 2}


@dataclass(frozen=True, slots=True)
class Hit:
    """What one advisory says of the version."""

    number: int
    title: str
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
    trouble: str = ""
    affected: tuple[Hit, ...] = ()
    open: tuple[Hit, ...] = ()
    """Where it depends on something that the version alone doesn't tell."""
    clear: int = 0
    """Advisories that say that the version is not affected."""
    silent: int = 0
    """Advisories that bring patches for the tree and say nothing about its versions: no answer is not a good one."""


def place_called(version: str) -> Place:
    """The release or the main line that somebody typed. Raises `NotAVersion`."""
    return MAIN if version.lower() in MAIN_NAMES else parse_version(version)


def every(tree: str, version: str) -> Answered | None:
    """Ask all that is published; None where nothing was asked. Two queries.

    Advisories that have nothing to do with the tree don't come up. Those without an answer do, or are counted.
    """
    tree, version = tree.replace("\0", "").strip()[:60] or settings.MAIN_TREE, version.strip()[:60]
    if not version:
        return None
    try:
        place = place_called(version)
    except NotAVersion as refusal:
        return Answered(tree, version, str(refusal))
    found = Publication.objects.current().filter(entry__places__contains=f"\n{tree}\n")
    found = found.exclude(advisory__state=State.WITHDRAWN)
    rows = list(found.order_by("-number").values_list("number", "title", "content__affected"))
    contents = [{"affected": affected or []} for _, _, affected in rows]
    known = known_among(saying.conditions_in(contents))
    hits, silent = [], 0
    for (number, title, _), content in zip(rows, contents, strict=True):
        told = saying.without_hidden(content, known)
        lines = next((each for each in saying.trees(told) if each.tree == tree), None)
        if lines is None:
            silent += 1
        else:
            hits.append(Hit(number, title, find(lines.statements, place)))
    by_answer = {answer: tuple(hit for hit in hits if hit.finding.answer is answer) for answer in Answer}
    return Answered(
        tree,
        version,
        affected=by_answer[Answer.AFFECTED],
        open=by_answer[Answer.UNKNOWN],
        clear=len(by_answer[Answer.NOT_AFFECTED]),
        silent=silent,
    )
