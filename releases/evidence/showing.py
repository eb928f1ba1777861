"""What a check rests on, shaped for its page: patches in order, each hunk with its place, expected beside found."""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.urls import reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString

from advisories.highlighting import highlighted, visible
from releases.engine.diff import parse_patch
from releases.engine.limits import OverLimit
from releases.engine.mailbox import patch_text
from releases.engine.patch import Change, FilePatch, Hunk, NotAPatch
from releases.engine.verdicts import FailedHunk, Outcome, PatchOutcome, Place, Verdict, shown
from releases.models import Patch

MOST_LINES = 3_000
"""Lines of patches on one page; what is beyond them can be downloaded."""


SHORT = 80
"""A patch of as many lines is shown unfolded."""


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line of a hunk; numbers are 1-based, None on the side where it isn't."""

    old: int | None
    new: int | None
    sign: str
    text: SafeString


@dataclass(frozen=True, slots=True)
class SidesLine:
    """A line the patch expects beside the line the file has; None on the side that lacks it."""

    expected: SafeString | None
    expected_line: int | None
    found: SafeString | None
    found_line: int | None
    differs: bool


@dataclass(frozen=True, slots=True)
class HunkShown:
    """One hunk and what became of it."""

    path: str
    number: int
    head: str
    line: int | None
    """Where it went in, 1-based; None where it didn't or that isn't told."""
    offset: int = 0
    reason: str = ""
    """Why it failed; empty if it didn't."""
    found_at: int = 0
    rows: tuple[DiffLine, ...] = ()
    sides: tuple[SidesLine, ...] = ()

    @property
    def title(self) -> str:
        """Its number, and in a word what became of it."""
        if self.reason:
            return f"Hunk {self.number} doesn't fit"
        return f"Hunk {self.number} went in at line {self.line}" if self.line else f"Hunk {self.number}"

    @property
    def label(self) -> str:
        """What a screen reader calls the table of its lines."""
        return f"Lines of hunk {self.number} of {self.path}"

    @property
    def sides_label(self) -> str:
        """What a screen reader calls the table of expected and found lines."""
        return f"Expected and found lines of hunk {self.number} of {self.path}"

    @property
    def offset_lines(self) -> int:
        """How many lines away from where it said."""
        return abs(self.offset)


@dataclass(frozen=True, slots=True)
class FileShown:
    """One file of a patch."""

    path: str
    change: str
    """What happens to it beyond its lines: new file, deleted, renamed from; empty if nothing."""
    hunks: tuple[HunkShown, ...] = ()
    reason: str = ""
    """Why the file itself is in the way; empty if it isn't."""


@dataclass(frozen=True, slots=True)
class PatchShown:
    """One patch of the series, in order."""

    pk: int
    number: int
    title: str
    file_name: str
    author: str
    sha256: str
    outcome: str
    contained_in: str
    files: tuple[FileShown, ...] = ()
    trouble: str = ""
    """What in the text is not a patch; empty if it is one."""
    is_cut: bool = False
    """Whether the page stops before its end."""
    offsets: tuple[int, ...] = field(default=())
    url: str = ""
    """Where it is downloaded."""

    @property
    def hunk_count(self) -> int:
        """Hunks of all files."""
        return sum(len(file.hunks) for file in self.files)

    @property
    def is_failed(self) -> bool:
        """Whether the series stopped here."""
        return self.outcome == Outcome.FAILED

    @property
    def is_open(self) -> bool:
        """Whether its page shows it unfolded: where it fails, and while it is short."""
        return self.is_failed or sum(len(hunk.rows) for file in self.files for hunk in file.hunks) <= SHORT

    @property
    def farthest(self) -> int:
        """The largest offset of a hunk, in lines."""
        return max(map(abs, self.offsets), default=0)

    @property
    def offset_says(self) -> str:
        """The largest offset, in words."""
        return f"Applied, at an offset of {self.farthest} line{'s' if self.farthest != 1 else ''}"


@dataclass(frozen=True, slots=True)
class Called:
    """What a patch is called where its author's name for the file is not to be told, and where it is downloaded."""

    file_name: str
    url: str


class _Budget:
    def __init__(self, lines: int) -> None:
        self.left = lines

    def take(self, lines: int) -> bool:
        self.left -= lines
        return self.left >= 0


def shaped_patches(
    patches: Sequence[Patch], verdict: Verdict | None = None, called: Sequence[Called] = ()
) -> tuple[PatchShown, ...]:
    """Every patch as its page shows it; without a `verdict`, or one that may not be told, only what the text says.

    `called` has one for each patch where they have other names than their own.
    """
    outcomes = dict(enumerate(verdict.patches)) if verdict else {}
    failed = verdict.failed if verdict else None
    budget = _Budget(MOST_LINES)
    names = called or [Called(one.file_name, reverse("releases:patch_file", args=[one.pk])) for one in patches]
    return tuple(
        _patch(patch, number, name, outcomes.get(number), failed if failed and failed.patch == number else None, budget)
        for number, (patch, name) in enumerate(zip(patches, names, strict=True))
    )


def failing_hunk(patch: Patch, failed: FailedHunk) -> HunkShown | None:
    """The one hunk that stood in the way of a patch, beside what is there; None where it is no hunk that does."""
    try:
        parsed = parse_patch(patch_text(bytes(patch.content))).files
    except (NotAPatch, OverLimit):
        return None
    shaped = (hunk for file in parsed for hunk in _file(file, (), failed).hunks)
    return next((hunk for hunk in shaped if hunk.reason), None)


def _patch(
    patch: Patch, number: int, called: Called, outcome: PatchOutcome | None, failed: FailedHunk | None, budget: _Budget
) -> PatchShown:
    places = outcome.places if outcome else ()
    files: tuple[FileShown, ...] = ()
    trouble, is_cut = "", False
    try:
        parsed = parse_patch(patch_text(bytes(patch.content))).files
    except NotAPatch as refusal:
        trouble = f"Line {refusal.line}: {refusal.reason}"
    except OverLimit as limit:
        trouble = str(limit)
    else:
        fitting = [file for file in parsed if budget.take(sum(len(hunk.body) for hunk in file.hunks))]
        is_cut = len(fitting) < len(parsed)
        files = tuple(_file(file, places, failed) for file in fitting)
    return PatchShown(
        pk=patch.pk,
        number=number + 1,
        title=visible(_plain_subject(patch.subject) or called.file_name),
        file_name=called.file_name,
        url=called.url,
        author=visible(patch.author),
        sha256=patch.sha256,
        outcome=str(outcome.outcome) if outcome else "",
        contained_in=outcome.contained_in if outcome else "",
        files=files,
        trouble=trouble,
        is_cut=is_cut,
        offsets=tuple(place.offset for place in places),
    )


def _plain_subject(subject: str) -> str:
    return re.sub(r"^\s*\[[^]]*\]\s*", "", subject)


def _file(file: FilePatch, places: Sequence[Place], failed: FailedHunk | None) -> FileShown:
    path = visible(shown(file.new_path or file.old_path or b""))
    names = {shown(name) for name in (file.new_path, file.old_path) if name is not None}
    here = {place.hunk: place for place in places if place.path in names}
    stopped = failed if failed and failed.path in names else None
    hunks = (
        _hunk(path, hunk, number, here.get(number), stopped if stopped and stopped.hunk == number else None)
        for number, hunk in enumerate(file.hunks)
    )
    return FileShown(
        path=path,
        change=_change(file),
        hunks=tuple(hunks),
        reason=stopped.reason if stopped and stopped.hunk is None else "",
    )


def _change(file: FilePatch) -> str:
    old = visible(shown(file.old_path or b""))
    said = {
        Change.CREATE: "new file",
        Change.DELETE: "deleted",
        Change.RENAME: f"renamed from {old}",
        Change.COPY: f"copied from {old}",
        Change.MODIFY: "",
    }[file.change]
    parts = [said] if said else []
    if file.is_binary:
        parts.append("binary")
    if file.change is Change.MODIFY and file.old_mode and file.new_mode and file.old_mode != file.new_mode:
        parts.append(f"mode {file.old_mode:o} to {file.new_mode:o}")
    return ", ".join(parts)


def _hunk(path: str, hunk: Hunk, number: int, place: Place | None, failed: FailedHunk | None) -> HunkShown:
    counts = f"-{hunk.old_start},{hunk.old_count} +{hunk.new_start},{hunk.new_count}"
    return HunkShown(
        path=path,
        number=number + 1,
        head=visible(f"@@ {counts} @@ {shown(hunk.section).strip()}".strip()),
        line=place.line if place else None,
        offset=place.offset if place else 0,
        reason=failed.reason if failed else "",
        found_at=failed.found_at if failed else 0,
        rows=tuple(_rows(path, hunk, place)),
        sides=tuple(_sides(path, failed, hunk.old_start)) if failed and failed.expected else (),
    )


def _rows(path: str, hunk: Hunk, place: Place | None) -> Iterator[DiffLine]:
    """The hunk's lines, numbered as the file has them where the hunk went in, else as the patch says."""
    old, new = (place.line, place.line) if place else (hunk.old_start, hunk.new_start)
    texts = highlighted(path, [shown(line[1:]) for line in hunk.body])
    for line, text in zip(hunk.body, texts, strict=True):
        sign = chr(line[0])
        yield DiffLine(old if sign != "+" else None, new if sign != "-" else None, sign, text)
        old += sign != "+"
        new += sign != "-"


def _sides(path: str, failed: FailedHunk, expected_at: int) -> Iterator[SidesLine]:
    """Expected and found lines side by side, alike ones on one height."""
    expected, found = failed.expected, failed.found
    coloured = highlighted(path, expected), highlighted(path, found)
    matcher = difflib.SequenceMatcher(None, expected, found, autojunk=False)
    for kind, left, left_end, right, right_end in matcher.get_opcodes():
        for step in range(max(left_end - left, right_end - right)):
            i = left + step if left + step < left_end else None
            j = right + step if right + step < right_end else None
            one, other = (
                (coloured[0][i] if i is not None else None, coloured[1][j] if j is not None else None)
                if kind == "equal" or i is None or j is None
                else _marked(expected[i], found[j])
            )
            yield SidesLine(
                expected=one,
                expected_line=None if i is None else expected_at + i,
                found=other,
                found_line=None if j is None else failed.found_at + j,
                differs=kind != "equal",
            )


def _marked(expected: str, found: str) -> tuple[SafeString, SafeString]:
    """Two lines that differ, with what differs in them marked; alike only in part, or nothing is gained by marks."""
    left, right = visible(expected.rstrip("\r\n")), visible(found.rstrip("\r\n"))
    if len(left) + len(right) > 1_000 or _likeness(left.strip(), right.strip()) < 0.6:
        return escape(left), escape(right)
    matcher = difflib.SequenceMatcher(None, left, right, autojunk=False)
    one, other = SafeString(""), SafeString("")
    for kind, i, i_end, j, j_end in matcher.get_opcodes():
        mark = "{}" if kind == "equal" else "<mark>{}</mark>"
        one += format_html(mark, left[i:i_end]) if i < i_end else SafeString("")
        other += format_html(mark, right[j:j_end]) if j < j_end else SafeString("")
    return SafeString(one), SafeString(other)


def _likeness(one: str, other: str) -> float:
    return difflib.SequenceMatcher(None, one, other, autojunk=False).ratio()
