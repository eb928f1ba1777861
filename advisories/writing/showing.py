"""Texts and facts of an advisory as pages show them: the same functions for a page, its preview, and its audience."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.safestring import SafeString

from advisories.affected import Answer, Finding, Statement, find, find_on_line
from advisories.markdown import TooMuchMarkdown, render
from advisories.models import Affected
from advisories.sections import Audience, filled
from advisories.spoken_versions import spoken
from advisories.versions import Line, NotAVersion, Place


@dataclass(frozen=True, slots=True)
class Rendered:
    """A section as HTML that is safe to show."""

    name: str
    heading: str
    html: SafeString
    is_for_members: bool = False


@dataclass(frozen=True, slots=True)
class TreeLines:
    """What is said of the versions of one tree."""

    tree: str
    statements: tuple[Statement, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether one version is affected, or why that can't be said."""

    tree: str
    version: str
    finding: Finding | None = None
    trouble: str = ""
    place: Place | None = None
    """The release or the main line that was asked about; None where a whole branch was."""
    is_later: bool = False
    """Whether the version came out after the advisory, which speaks of those before it."""

    @property
    def answer(self) -> Answer | None:
        """Affected, not affected, unknown; nothing where the question wasn't understood."""
        return self.finding.answer if self.finding else None


def rendered(texts: Mapping[str, str], audience: Audience) -> list[Rendered]:
    """The sections that `audience` reads. Text that the renderer refuses is answered by the sentence that says why."""
    return [
        Rendered(section.name, section.heading, _safely(text), section.is_for_members)
        for section, text in filled(texts, audience)
    ]


def by_tree(rows: Iterable[Affected]) -> list[TreeLines]:
    """Statements, as fetched for the viewer, tree by tree in the order in which the trees first come up."""
    found = list(rows)
    trees = dict.fromkeys(row.tree for row in found)
    return [TreeLines(tree, tuple(row.told for row in found if row.tree == tree)) for tree in trees]


def is_affected(trees: Sequence[TreeLines], tree: str, version: str) -> Asked | None:
    """Answer for one version of one tree; None where nothing was asked."""
    told, version = tree.strip(), version.strip()[:60]
    if not version or not trees:
        return None
    lines = next((one for one in trees if one.tree == told), trees[0] if not told else None)
    if lines is None:
        return Asked(told, version, trouble=f"Nothing is said about {told}.")
    try:
        place = spoken(version, (lines.tree, settings.PROJECT_NAME))
    except NotAVersion as refusal:
        return Asked(lines.tree, version, trouble=str(refusal))
    found = find_on_line(lines.statements, place) if isinstance(place, Line) else find(lines.statements, place)
    return Asked(lines.tree, str(place), found, place=None if isinstance(place, Line) else place)


def _safely(text: str) -> SafeString:
    try:
        return render(text)
    except TooMuchMarkdown as refusal:
        return SafeString(render(f"*This cannot be shown: {refusal}.*"))
