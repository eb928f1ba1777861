"""What surrounds a record when it is published and decides the bytes of its documents: who, where, when, how bad.

A writer is given a `Record` and an `Edition` and nothing else: no clock, no setting, no database. The same two give the
same bytes.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from advisories.formats.doubts import NotWritable
from advisories.formats.record import BranchFix, Identifier, Record
from advisories.formats.strict import instant, is_address, one_line, plain
from advisories.formats.tables import FILE_NAME
from advisories.severity import Severity
from advisories.versions import Version

CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,19}")
COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_PURL = re.compile(r"pkg:[a-z][a-z0-9.+-]{0,40}(?:/[A-Za-z0-9._~%-]{1,200}){1,5}")
_CPE = re.compile(r"cpe:2\.3:[aho](?::[A-Za-z0-9._-]{1,100}){2}")
TREE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,60}")
"""What documents call a tree."""
_LANGUAGE = re.compile(r"en(?:-[A-Z]{2})?")


class OsvIds(Enum):
    """How OSV records are named; its schema refuses prefixes that nobody registered."""

    REGISTERED = "registered"
    """The prefix is on OSV's list: SSA-12."""
    UNREGISTERED = "unregistered"
    """It isn't yet: x_SSA-12."""
    CVE = "cve"
    """The CVE identifier where there is exactly one, else as for an unregistered prefix."""


@dataclass(frozen=True, slots=True)
class Publisher:
    """The project that publishes."""

    name: str
    """Of the team: `Sluice security team`."""
    vendor: str
    """Of the project, as product lists name it: `Sluice`."""
    namespace: str
    """A web address that the project owns; CSAF tells publishers apart by it."""
    contact: str = ""
    authority: str = ""
    """By what right it speaks, in a sentence."""
    cve_organisation: str = ""
    """UUID of the numbering authority, version 4. Without it no CVE records are written."""
    cve_short_name: str = ""
    osv_ids: OsvIds = OsvIds.UNREGISTERED
    language: str = "en"
    """Of the texts. The CVE programme wants English, so only kinds of English are taken."""


@dataclass(frozen=True, slots=True)
class TreeFacts:
    """A tree as the public knows it, at the instant of publication."""

    name: str
    """As records name it."""
    title: str
    """As people name the product."""
    repository: str = ""
    """Web address to clone from."""
    commit_address: str = ""
    """Address of one commit's page, `{commit}` standing for the commit."""
    purl: str = ""
    """Package URL without a version."""
    cpe: str = ""
    """CPE 2.3 up to the product: `cpe:2.3:a:sluice:sluice`."""
    releases: tuple[Version, ...] = ()
    """Every release there was. Documents speak of these one by one and never of releases to come: the next one of an
    affected line holds the fix, and a range with an open end would call it affected for ever."""


@dataclass(frozen=True, slots=True)
class Revision:
    """One public revision of the advisory."""

    version: int
    at: datetime
    summary: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """That the advisory holds no more, which readers are told without a revision of its own."""

    at: datetime
    because: str
    """In the team's words."""


@dataclass(frozen=True, slots=True)
class Score:
    """How bad it is: all of it, or what one identifier stands for."""

    severity: Severity
    identifier: str = ""


@dataclass(frozen=True, slots=True)
class Beforehand:
    """Commits that have to be picked before a series applies on the last release of a branch, as it was checked."""

    tree: str
    branch: str
    release: str
    """The tag."""
    commits: tuple[str, ...]
    """Full commit ids, in order."""


@dataclass(frozen=True, slots=True)
class Moment:
    """Something that happened in public knowledge, for timelines."""

    at: datetime
    text: str


@dataclass(frozen=True, slots=True)
class Weakness:
    """A CWE entry, number and name as its list has them."""

    number: int
    name: str


@dataclass(frozen=True, slots=True)
class Edition:
    """All that a writer is told besides the record."""

    publisher: Publisher
    page: str
    """Web address of the advisory."""
    files: str
    """Web address under which its patches lie, ending in a slash."""
    records: str
    """Web address under which the provider's CSAF documents lie, ending in a slash."""
    licence: str
    """SPDX expression for the texts."""
    revisions: tuple[Revision, ...]
    """Public ones from the first to this record's; revisions that only members saw have no place here."""
    trees: tuple[TreeFacts, ...]
    scores: tuple[Score, ...] = ()
    introduced: tuple[BranchFix, ...] = ()
    """The commits that brought the flaw in, where that is known for certain; the branch is empty."""
    beforehand: tuple[Beforehand, ...] = ()
    """Of branches whose patches don't apply on the last release alone."""
    timeline: tuple[Moment, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    withdrawal: Withdrawal | None = None
    """Of a withdrawn record; None also where its last revision was what withdrew it."""
    generator: str = "Penstock"

    @property
    def first(self) -> Revision:
        """The first public revision."""
        return self.revisions[0]

    @property
    def last(self) -> Revision:
        """The revision that is being written."""
        return self.revisions[-1]

    @property
    def changed_at(self) -> datetime:
        """Since when documents say what they say: whoever keeps copies asks for what changed after theirs."""
        return self.withdrawal.at if self.withdrawal else self.last.at

    def facts(self, tree: str) -> TreeFacts | None:
        """What is known of `tree`."""
        return next((facts for facts in self.trees if facts.name == tree), None)

    def scores_for(self, identifier: str) -> tuple[Severity, ...]:
        """Its own scores, or those of the whole advisory where it has none."""
        own = tuple(score.severity for score in self.scores if score.identifier == identifier)
        return own or tuple(score.severity for score in self.scores if not score.identifier)

    def before(self, tree: str, branch: str) -> tuple[Beforehand, ...]:
        """What comes before the patches of a branch of `tree`: one for each series that needs something."""
        return tuple(one for one in self.beforehand if (one.tree, one.branch) == (tree, branch))

    def file(self, name: str) -> str:
        """Web address of a patch."""
        return self.files + name

    def commit(self, tree: str, ref: str) -> str:
        """Web address of a commit, empty where the tree has no page for one and for what is no commit."""
        facts = self.facts(tree)
        return facts.commit_address.replace("{commit}", ref) if facts and COMMIT.fullmatch(ref) else ""


def identifiers(record: Record, scheme: str) -> tuple[str, ...]:
    """The record's well-formed CVE identifiers, or its identifiers of another scheme, each once."""
    found = (one.value for one in record.identifiers if one.scheme == scheme)
    return tuple(dict.fromkeys(value for value in found if scheme != "CVE" or CVE.fullmatch(value)))


def other_identifiers(record: Record) -> tuple[Identifier, ...]:
    """Those that are no well-formed CVE identifiers, each once."""
    good = identifiers(record, "CVE")
    return tuple(dict.fromkeys(one for one in record.identifiers if one.value not in good))


def check(record: Record, edition: Edition) -> None:
    """Raise `NotWritable` for what no document could be made of, with a sentence that says what is wrong."""
    if not one_line(record.title) or record.number < 1 or record.version < 1:
        raise NotWritable("an advisory has a title, a number and a version, both counted from 1")
    for patch in record.patches:
        if not FILE_NAME.fullmatch(patch.name):
            raise NotWritable(f"not a name that a file may have: {patch.name[:100]!r}")
    _check_history(record, edition)
    _check_publisher(edition.publisher)
    _check_trees(edition)
    for address in (edition.page, edition.files, edition.records):
        if not is_address(address):
            raise NotWritable(f"not a web address: {address[:100]!r}")
    if not edition.files.endswith("/") or not edition.records.endswith("/"):
        raise NotWritable("the addresses of files and of records end in a slash")
    if not plain(edition.licence):
        raise NotWritable("the texts have no licence")


def _check_history(record: Record, edition: Edition) -> None:
    if not edition.revisions or edition.last.version != record.version:
        raise NotWritable(f"the public revisions do not end with version {record.version}")
    for earlier, later in zip(edition.revisions, edition.revisions[1:], strict=False):
        if earlier.version >= later.version or instant(earlier.at) > instant(later.at):
            raise NotWritable(f"version {later.version} does not come after version {earlier.version}")
    for at in (*(one.at for one in edition.revisions), *(one.at for one in edition.timeline)):
        instant(at)
    if instant(edition.changed_at) < instant(edition.last.at) or (edition.withdrawal and not record.withdrawn):
        raise NotWritable("what is withdrawn was published before")


def _check_publisher(publisher: Publisher) -> None:
    if not one_line(publisher.name) or not one_line(publisher.vendor) or not is_address(publisher.namespace):
        raise NotWritable("the publisher needs a name, the name of the project and a web address")
    if publisher.cve_organisation and not _UUID4.fullmatch(publisher.cve_organisation):
        raise NotWritable("the CVE organisation is named by a UUID of version 4")
    if publisher.cve_short_name and not 2 <= len(publisher.cve_short_name) <= 32:
        raise NotWritable("a short name of the CVE programme has 2 to 32 characters")
    if not _LANGUAGE.fullmatch(publisher.language):
        raise NotWritable("the language is en, or a kind of it such as en-GB")


def _check_trees(edition: Edition) -> None:
    names = [tree.name for tree in edition.trees]
    if not names or len(names) != len(set(names)):
        raise NotWritable("every tree is named once, and there is at least one")
    for tree in edition.trees:
        if not TREE.fullmatch(tree.name) or not one_line(tree.title):
            raise NotWritable(f"not a tree that a document can name: {tree.name[:60]!r}")
        if tree.repository and not is_address(tree.repository):
            raise NotWritable(f"the repository of {tree.name} is not a web address")
        if tree.commit_address and not is_address(tree.commit_address.replace("{commit}", "0" * 40)):
            raise NotWritable(f"the address of commits of {tree.name} is not a web address")
        if (tree.purl and not _PURL.fullmatch(tree.purl)) or (tree.cpe and not _CPE.fullmatch(tree.cpe)):
            raise NotWritable(f"the package URL or the CPE of {tree.name} is not formed like one")
