"""PURE: what a letter to a member says, as plain text."""

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from advisories.calendar import words
from advisories.writing.differences import Fate, Line, PatchDifference, SectionDifference

_WIDTH = 72
_MOST_LINES = 2_000
"""Of differences in one letter; the files are attached whole."""


@dataclass(frozen=True, slots=True)
class Difference:
    """What a member that holds `since` reads anew."""

    since: int
    """The version they were sent before."""
    texts: tuple[SectionDifference, ...]
    patches: tuple[PatchDifference, ...]


@dataclass(frozen=True, slots=True)
class News:
    """What is to be told of one advisory, the same for everybody who was sent the same before."""

    label: str
    title: str
    """Empty where no revision goes with it and none was sent before."""
    happened: str
    """In a word or two, such as “Another date”."""
    reason: str
    planned_at: datetime | None
    """When it becomes public (UTC), as far as that is known."""
    is_public: bool
    version: int | None = None
    """Of the revision that goes with it."""
    parts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """All that it says: headings and lines."""
    difference: Difference | None = None
    files: tuple[tuple[str, str], ...] = ()
    """Patches that are attached: names and SHA-256."""
    public_facts: tuple[str, ...] = ()
    """What may be told to anybody until then."""
    page: str = ""
    """Where to read it and say that it has arrived."""

    @property
    def name(self) -> str:
        """With the version, where one goes with it."""
        return f"{self.label} v{self.version}" if self.version else self.label

    @property
    def subject(self) -> str:
        """For the inside of the letter: it names what it is about."""
        return f"{self.name}: {self.happened}"


def text(news: News, project: str) -> str:
    """The whole letter."""
    blocks = [
        _title(news), _facts(news), _why(news), _until_then(news), _answer(news), *_difference(news), *_files(news),
        *_whole(news), f"The security team of {project}",
    ]  # fmt: skip
    return "\n\n".join(block for block in blocks if block) + "\n"


def notice(page: str, project: str) -> str:
    """A letter for whoever cannot be written to in secret: it says nothing but where to look."""
    return (
        f"Hello,\n\nthere is news for you as a member of the pre-disclosure list of {project}.\n\n"
        f"Sign in to read it:\n\n  {page}\n\n"
        "This letter says no more because it is not encrypted: there is no key of yours that can be encrypted\n"
        "to now. Give us one on your organisation's page, and the next letter brings everything itself.\n\n"
        f"The security team of {project}\n"
    )


def _title(news: News) -> str:
    line = f"{news.name}: {news.title}" if news.title else news.name
    return f"{line}\n{'=' * min(len(line), _WIDTH)}"


def _facts(news: News) -> str:
    rows = [("What happened", news.happened)]
    if news.is_public:
        rows.append(("Public", f"yes, since {words.date(news.planned_at)}" if news.planned_at else "yes"))
    else:
        rows.append(("Public on", words.date(news.planned_at) if news.planned_at else "no date is set"))
    if news.difference:
        rows.append(("You were sent", f"v{news.difference.since} before"))
    return "\n".join(f"{name + ':':<16}{value}" for name, value in rows)


def _why(news: News) -> str:
    return _section("What changed", [news.reason]) if news.reason else ""


def _until_then(news: News) -> str:
    if news.is_public:
        return ""
    told = [*news.public_facts] or ["Nothing."]
    rest = "Everything else in this letter is under embargo."
    return _section("What you may say in public until then", [*(f"- {fact}" for fact in told), "", rest])


def _answer(news: News) -> str:
    return _section("Please tell us that this has arrived", [news.page]) if news.page else ""


def _difference(news: News) -> Iterator[str]:
    if news.difference is None:
        return
    since = news.difference.since
    lines = [line for part in news.difference.texts for line in (f"{part.heading}:", *_shown(part.lines), "")]
    lines += [line for patch in news.difference.patches for line in _fate(patch)]
    if len(lines) > _MOST_LINES:
        lines = [*lines[:_MOST_LINES], "… more than a letter holds: compare on the page."]
    yield _section(f"What differs from v{since}", _without_end(lines) or ["Nothing that is in text or patches."])


def _fate(patch: PatchDifference) -> Iterator[str]:
    moved = ", in another place" if patch.is_moved else ""
    yield f"{patch.name}: {patch.fate}{moved}"
    if patch.is_too_long:
        yield "  too long to be compared here"
    if patch.fate is Fate.CHANGED and patch.lines:
        yield from _shown(patch.lines)
        yield ""


def _shown(lines: Iterable[Line]) -> Iterator[str]:
    return (f"  {line.sign} {line.text}".rstrip() for line in lines)


def _files(news: News) -> Iterator[str]:
    if news.files:
        lines = [line for name, digest in news.files for line in (name, f"  {digest}")]
        yield _section("Attached, with SHA-256", lines)


def _whole(news: News) -> Iterator[str]:
    if news.parts:
        yield f"{'-' * _WIDTH}\nAll of {news.name}"
        yield from (_section(heading, lines) for heading, lines in news.parts)


def _section(heading: str, lines: Sequence[str]) -> str:
    return f"{heading}\n{'-' * len(heading)}\n" + "\n".join(_wrapped(lines))


def _wrapped(lines: Iterable[str]) -> Iterator[str]:
    """Long prose in lines that every mail program shows; what is short, indented or without blanks stays as it is."""
    for line in lines:
        if len(line) <= 100 or line.startswith((" ", "\t", "|")):
            yield line
        else:
            yield from textwrap.wrap(line, _WIDTH, break_long_words=False, break_on_hyphens=False)


def _without_end(lines: list[str]) -> list[str]:
    while lines and not lines[-1]:
        lines.pop()
    return lines
