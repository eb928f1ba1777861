"""The demonstration upstream's history as values: which commits lie on which branch, with whose names and dates.

Pure: reads the texts of `sources/` and computes; `upstream.py` writes the result with git.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from demo.upstream_text import SOURCES, CannotEdit, Edit, Entry, Files, edited, read_entries

SERIES = ("1.6", "1.7", "1.8", "1.9")
"""The stable lines, oldest first."""

_FIRST_DAY = datetime(2023, 10, 2, tzinfo=UTC)
_MASTER_STEP = timedelta(days=12)
_BRANCH_STEP_DAYS = {"1.6": 25, "1.7": 21, "1.8": 12, "1.9": 8}
_BACKPORT_DELAY = timedelta(days=9)
_SUPPORTED_DAYS = 548
_SECURITY_SUPPORTED_DAYS = 1096

_RELEASE_MANAGER = "Release manager"
_STABLE_TEAM = "Stable team"


@dataclass(frozen=True, slots=True)
class Commit:
    """One commit. `parent` is its place in `History.commits`, None for the first; dates are UTC seconds since 1970."""

    parent: int | None
    author: str
    committer: str
    authored_at: int
    committed_at: int
    message: str
    files: Files

    @property
    def subject(self) -> str:
        """The first line of the message."""
        return self.message.partition("\n")[0]


@dataclass(frozen=True, slots=True)
class Tag:
    """An annotated tag on a commit, by its place in `History.commits`."""

    name: str
    commit: int
    tagged_at: int
    message: str


@dataclass(slots=True)
class History:
    """Commits, parents first; branches as name -> place of their tip; tags in the order they were made."""

    commits: list[Commit] = field(default_factory=list)
    branches: dict[str, int] = field(default_factory=dict)
    tags: list[Tag] = field(default_factory=list)

    def files_at(self, place: int) -> Files:
        """The tree of a commit."""
        return self.commits[place].files


def address(name: str) -> str:
    """A role as git writes it: `Memory team <memory@sluice.example>`."""
    word = name.lower().removesuffix(" team").replace(" ", "-")
    return f"{name} <{word}@sluice.example>"


@dataclass(slots=True)
class _Line:
    """A branch being written: where its tip is, and the day it has come to."""

    history: History
    tip: int | None
    now: datetime
    step: timedelta
    committer: str

    @property
    def place(self) -> int:
        """The tip's place in the history; a branch without a commit has none."""
        if self.tip is None:
            raise LookupError("nothing has been committed yet")
        return self.tip

    @property
    def files(self) -> Files:
        return {} if self.tip is None else self.history.files_at(self.tip)

    def commit(
        self, author: str, message: str, files: Files, *, authored_at: int | None = None, not_before: int = 0
    ) -> int:
        """Add a commit at the tip, one step later than the last and not before an instant; return its place."""
        turn = len(self.history.commits)
        self.now = max(self.now + self.step, datetime.fromtimestamp(not_before, UTC))
        # People don't all commit at nine sharp; the hour only has to be the same in every run.
        self.now = self.now.replace(hour=8 + turn * 7 % 10, minute=turn * 13 % 60)
        at = int(self.now.timestamp())
        committer = self.committer or author
        made = Commit(self.tip, address(author), address(committer), authored_at or at, at, message + "\n", files)
        self.history.commits.append(made)
        self.tip = turn
        return turn


def upstream_history() -> History:
    """The whole history, the same in every run. Raises `CannotEdit`, with the commit's name, if the texts disagree."""
    history = History()
    originals: dict[str, tuple[Entry, Commit]] = {}
    forks: dict[str, tuple[int, datetime]] = {}
    master = _Line(history, None, _FIRST_DAY - _MASTER_STEP, _MASTER_STEP, "")
    master.commit(_RELEASE_MANAGER, "Import the Sluice development tree", _first_files())
    for entry in _master_entries():
        if entry.kind == "fork":
            forks[entry.name] = (master.place, master.now)
            following = _following(entry.name)
            message = f"Open the tree for {following}\n\nFixes for {entry.name} go through staging-{entry.name} now."
            master.commit(_RELEASE_MANAGER, message, _with_version(master.files, following, "-unstable"))
        else:
            place = master.commit(entry.author, _message(entry), _edited(master.files, entry))
            originals[entry.name] = (entry, history.commits[place])
    history.branches["master"] = master.place
    for series in SERIES:
        place, day = forks[series]
        step = timedelta(days=_BRANCH_STEP_DAYS[series])
        _write_branch(_Line(history, place, day, step, _STABLE_TEAM), series, originals)
    return history


def _write_branch(line: _Line, series: str, originals: dict[str, tuple[Entry, Commit]]) -> None:
    point = 0
    for entry in read_entries(SOURCES / "history" / f"branch-{series}.txt"):
        if entry.kind == "release":
            _release(line, series, point)
            point += 1
        elif entry.kind == "stable":
            line.history.branches[f"stable-{series}"] = line.place
        elif entry.kind == "pick":
            original, commit = originals[entry.name]
            both = Entry("commit", original.name, original.author, original.message, original.edits + entry.edits)
            line.commit(
                original.author,
                f"{_message(original)}\n(backported from master)",
                _edited(line.files, both),
                authored_at=commit.authored_at,
                not_before=commit.committed_at + int(_BACKPORT_DELAY.total_seconds()),
            )
        else:
            line.commit(entry.author, _message(entry), _edited(line.files, entry))
    line.history.branches[f"staging-{series}"] = line.place


def _release(line: _Line, series: str, point: int) -> None:
    """Cut a point release: a version bump with a tag on it, and the bump that opens the next one."""
    version = f"{series}.{point}"
    files = _with_version(line.files, series, f".{point}")
    if not point:
        files = _with_support(files, series, (line.now + line.step).date())
    place = line.commit(_RELEASE_MANAGER, f"update Sluice version to {version}", files)
    released_at = line.history.commits[place].committed_at + 3600
    line.history.tags.append(Tag(f"RELEASE-{version}", place, released_at, f"Sluice {version}\n"))
    following = f"{series}.{point + 1}-pre"
    files = _with_version(line.files, series, f".{point + 1}-pre")
    step, line.step = line.step, timedelta(days=1)
    line.commit(_RELEASE_MANAGER, f"update Sluice version to {following}", files)
    line.step = step


def _first_files() -> Files:
    root = SOURCES / "tree"
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def _master_entries() -> Iterator[Entry]:
    for name in ("1-to-1.7", "2-to-1.9", "3-to-master"):
        yield from read_entries(SOURCES / "history" / f"{name}.txt")


def _message(entry: Entry) -> str:
    return f"{entry.message}\n\nChange: {entry.name}"


def _edited(files: Files, entry: Entry) -> Files:
    try:
        return edited(files, entry.edits)
    except CannotEdit as error:
        raise CannotEdit(f"{entry.name}: {error}") from error


def _following(series: str) -> str:
    major, minor = series.split(".")
    return f"{major}.{int(minor) + 1}"


def _with_version(files: Files, series: str, extra: str) -> Files:
    major, minor = series.split(".")
    text = (
        "# Read by the Makefile and by docs/. One line each, no spaces.\n"
        f"SLUICE_VERSION={major}\nSLUICE_SUBVERSION={minor}\nSLUICE_EXTRAVERSION={extra}\n"
    )
    return {**files, "Config/version": text.encode()}


def _with_support(files: Files, series: str, released_on: date) -> Files:
    """Put the branch's dates where a development tree says that it has none."""
    until, security = (released_on + timedelta(days=days) for days in (_SUPPORTED_DAYS, _SECURITY_SUPPORTED_DAYS))
    replacements = (
        ("Sluice-Version: unstable", f"Sluice-Version: {series}"),
        ("Initial-Release: n/a", f"Initial-Release: {released_on}"),
        ("  Supported-Until: TBD", f"  Supported-Until: {until}"),
        ("Security-Support-Until: Unreleased - not yet security-supported", f"Security-Support-Until: {security}"),
    )
    return edited(files, tuple(Edit("SUPPORT.md", old.encode(), new.encode()) for old, new in replacements))
