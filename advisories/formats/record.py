"""One revision of an advisory, as every format shares it: readers and the portal make it, writers render it."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from fnmatch import fnmatchcase

from advisories.affected import Statement
from advisories.formats.dialect import MAIN

UPDATES = re.compile(r"UPDATES IN VERSION (\d{1,6})")
"""The heading under which a revision says what it changed."""


@dataclass(frozen=True, slots=True, order=True)
class Identifier:
    """A name that somebody else gave the flaw: scheme `CVE`, value `CVE-2017-0001`."""

    scheme: str
    value: str


class Slot(Enum):
    """A place in a section where a list that the record keeps as data is set."""

    PATCHES = "patches"
    """Which patch file is for which branches: `Record.table`."""
    SUMS = "sums"
    """The SHA-256 of the recipe file and of every patch: `Record.patches`."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section: prose and slots in their order.

    Prose is lines joined by LF, without blank lines around it and without blanks at the ends of lines.
    An empty heading is prose between the title and the first heading; only the first section may have it.
    """

    heading: str
    parts: tuple[str | Slot, ...] = ()

    @property
    def text(self) -> str:
        """The prose alone, its parts a blank line apart."""
        return "\n\n".join(part for part in self.parts if isinstance(part, str))


@dataclass(frozen=True, slots=True)
class Stretch:
    """Release lines from the newest to the oldest, both included. `master` is the main line, an empty end is open.

    It means the lines that existed when the advisory was written: one that was branched off later has the fix.
    """

    newest: str
    oldest: str

    def covers(self, branch: str) -> bool:
        """Whether `branch` (`4.17` or `master`) lies within."""
        if branch in (self.newest, self.oldest):
            return True
        if branch == MAIN or not branch:
            return False
        at = version_key(branch)
        below_newest = self.newest in ("", MAIN) or at <= version_key(self.newest)
        above_oldest = self.oldest == "" or (self.oldest != MAIN and version_key(self.oldest) <= at)
        return below_newest and above_oldest


def version_key(version: str) -> tuple[tuple[int, int | str], ...]:
    """Sort key of a release line's name: numbers as numbers, and `5.19-rc` before `5.19`."""
    key: list[tuple[int, int | str]] = []
    for number, word in re.findall(r"(\d+)|([A-Za-z]+)", version):
        key.append((2, int(number)) if number else (0, word))
    return (*key, (1, 0))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table in the resolution: these files are for those branches of that tree."""

    files: str
    """A file's name, or a glob over the record's patches (`ssa7-?.patch`)."""
    tree: str
    stretches: tuple[Stretch, ...] = ()
    """In the order written. None: the line names the tree alone, and which of its branches is not said."""
    remark: str = ""
    """What stood in brackets at the end."""
    written: str = field(default="", compare=False)
    """The notation as it was found; writers have their own, so it takes no part in comparisons."""

    def covers(self, branch: str) -> bool:
        """Whether the line names `branch`."""
        return any(stretch.covers(branch) for stretch in self.stretches)


@dataclass(frozen=True, slots=True)
class PatchFile:
    """An attached patch. `content` is None where only its digest is known."""

    name: str
    sha256: str
    """64 lower-case hex digits."""
    content: bytes | None = field(default=None, repr=False)

    @classmethod
    def of(cls, name: str, content: bytes) -> "PatchFile":
        """The file called `name` with its digest."""
        return cls(name, hashlib.sha256(content).hexdigest(), content)


@dataclass(frozen=True, slots=True)
class TreeRecipe:
    """How to patch one tree of one branch."""

    tree: str
    stable_ref: str
    """Full commit id that the recipe was tried on, 40 or 64 lower-case hex digits."""
    prereqs: tuple[int, ...] = ()
    """Numbers of advisories to apply first, in this order, which is not the numeric one.

    One that has no recipe for the branch means that there is nothing to apply for it.
    """
    patches: tuple[str, ...] = ()
    """Globs over the record's patches, in order. None: the branch needs nothing."""


@dataclass(frozen=True, slots=True)
class BranchRecipe:
    """What one branch needs, tree by tree."""

    branch: str
    trees: tuple[TreeRecipe, ...]


@dataclass(frozen=True, slots=True)
class Recipes:
    """The recipe file (`.meta`) of an advisory."""

    supported: tuple[str, ...]
    """Branches with security support at the time, in the order written (newest first)."""
    trees: tuple[str, ...]
    branches: tuple[BranchRecipe, ...]
    """Sorted by name as text, as the file has them (`4.10` before `4.7`)."""

    def find(self, branch: str, tree: str) -> TreeRecipe | None:
        """The recipe for `tree` on `branch`."""
        for recipe in self.branches:
            if recipe.branch == branch:
                return next((found for found in recipe.trees if found.tree == tree), None)
        return None


@dataclass(frozen=True, slots=True)
class Affected:
    """What is said of some versions of one tree, with the condition under which it holds."""

    tree: str
    statement: Statement


@dataclass(frozen=True, slots=True)
class Finder:
    """A person or an organisation to credit, with where they work."""

    name: str
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class BranchFix:
    """A commit or a tag that holds the fix, where no patch file is given or beside one."""

    tree: str
    branch: str
    """The branch (`4.18`), or empty for a tag."""
    ref: str
    """Full commit id, or the tag."""


@dataclass(frozen=True, slots=True)
class Record:
    """One revision of one advisory."""

    prefix: str
    number: int
    version: int
    title: str
    """One line, single blanks between words."""
    identifiers: tuple[Identifier, ...] = ()
    """In the order written; none while nothing is assigned."""
    sections: tuple[Section, ...] = ()
    table: tuple[Row, ...] = ()
    patches: tuple[PatchFile, ...] = ()
    """In the order of the list of sums."""
    recipes: Recipes | None = None
    withdrawn: bool = False
    """The number was given back: there was nothing to advise on."""

    # What the text does not carry as data. A reader takes it from the prose where that is plain, and leaves it empty
    # elsewhere.
    public_at: datetime | None = None
    """The instant of release, with a time zone. Texts have none and a mail's date is no proof: readers leave it."""
    finders: tuple[Finder, ...] = ()
    unnamed: tuple[str, ...] = ()
    """Sentences about finders who are credited by no name: they asked for that, or their credit is withheld."""
    affected: tuple[Affected, ...] = ()
    """Readers leave it: sentences about versions come with conditions that only a person can weigh."""
    fixes: tuple[BranchFix, ...] = ()

    @property
    def name(self) -> str:
        """`SSA-12`."""
        return f"{self.prefix}-{self.number}"

    def section(self, heading: str) -> Section | None:
        """The first section with this heading."""
        return next((section for section in self.sections if section.heading == heading), None)

    @property
    def updates(self) -> tuple[tuple[int, str], ...]:
        """What changed, as (version, text), in the order of the text."""
        found = ((UPDATES.fullmatch(section.heading), section.text) for section in self.sections)
        return tuple((int(match[1]), text) for match, text in found if match)

    @property
    def credits(self) -> str:
        """The text under CREDITS, empty where nobody is credited."""
        section = self.section("CREDITS")
        return section.text if section else ""

    @property
    def references(self) -> tuple[str, ...]:
        """Every address in the prose, once, in order."""
        return tuple(dict.fromkeys(address for section in self.sections for address in addresses(section.text)))

    def files_matching(self, pattern: str) -> tuple[str, ...]:
        """Names of the record's patches that `pattern` means, in the order in which they apply."""
        exact = tuple(patch.name for patch in self.patches if patch.name == pattern)
        return exact or tuple(
            sorted((patch.name for patch in self.patches if fnmatchcase(patch.name, pattern)), key=natural)
        )

    def files_for(self, branch: str, tree: str) -> tuple[str, ...]:
        """Names of the patches that the table gives for `branch` of `tree`, in the order in which they apply."""
        rows = (row for row in self.table if row.tree == tree and row.covers(branch))
        return tuple(dict.fromkeys(name for row in rows for name in self.files_matching(row.files)))


def natural(name: str) -> tuple[tuple[bool, int, str], ...]:
    """Sort key under which `-2` comes before `-10`."""
    return tuple(
        (part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.findall(r"[0-9]+|[^0-9]+", name)
    )


def addresses(text: str) -> Iterator[str]:
    """The web addresses in `text`, without the punctuation of the sentence around them."""
    for found in re.findall(r"https?://[^\s<>\"`]{1,2000}", text):
        yield found.rstrip(".,;:!?'") if found.count("(") >= found.count(")") else found.rstrip(".,;:!?')")
