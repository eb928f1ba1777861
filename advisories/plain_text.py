"""PURE: plain text as mails carry it -> Markdown that reads the same, and Markdown -> plain text.

Old advisories are plain text with habits: indented commands, lists, addresses on lines of their own. Taken for
Markdown as it is, an indented `# command` would be a heading and `<name>` nothing at all.
"""

import re
from collections.abc import Iterable, Iterator

_LISTED = re.compile(r"( {0,3})([-*+]|\d{1,3}[.)])( +)(?=\S)")
_ADDRESS = re.compile(r"https?://[^\s<>\"`]{1,2000}")
_COLUMNS = re.compile(r"\S(?:\t| {3,})\S")
_SPECIAL = re.compile(r"[\\`*]|(?<![^\W_])_|_(?![^\W_])|(?<!\w)\[(?=[^\]]*\][(\[:])")
_CODE = re.compile(r"(`[^`]+`)")
_ENTITY = re.compile(r"&(?=#?\w{1,30};)")
_TAG = re.compile(r"<(?=[A-Za-z/!?])")
_LINE_START = re.compile(r"(?=#|>|[-=]{1,}\s*$|~{3}|[-+:]\s)")
_COUNTED = re.compile(r"(\d{1,9})(?=[.)](?:\s|$))")
_ESCAPED = re.compile(r"\\([\\`*_\[#>=~:+.)-])")
_AUTOLINK = re.compile(r"<(https?://[^\s<>]{1,2000})>")
_OF_PROSE = 55
"""Indented lines longer than this are somebody quoted; shorter ones are commands and tables."""


def to_markdown(text: str) -> str:
    """Markdown that shows `text`: paragraphs, lists, quotations, and commands as they stand."""
    blocks = re.split(r"\n(?:[ \t]*\n)+", text.strip("\n"))
    found: list[str] = []
    in_list = False
    for block in blocks:
        parts = list(_parts(block.split("\n"), in_list=in_list))
        found += parts
        last = block.rpartition("\n")[2]
        in_list = bool(_LISTED.match(block)) or (in_list and last.startswith("  "))
    return "\n\n".join(part for part in found if part)


def to_plain(markdown: str) -> str:
    """Markdown without what only its syntax needs: backslashes, entities, brackets around addresses."""
    return "\n".join(line if line.startswith("    ") else _plain_line(line) for line in markdown.split("\n"))


def printable(text: str) -> str:
    """What strangers wrote, or called a file, without what a terminal or a database would stumble over."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _plain_line(line: str) -> str:
    line = _AUTOLINK.sub(r"\1", line)
    line = _ESCAPED.sub(r"\1", line)
    return line.replace("&lt;", "<").replace("&amp;", "&")


def _parts(lines: list[str], *, in_list: bool) -> Iterator[str]:
    """One block, cut where prose, lists and indented lines meet."""
    run: list[str] = []
    kind = ""
    for line in lines:
        now = _kind(line, kind, in_list=in_list)
        if now != kind and run:
            yield _written(kind, run)
            run = []
        kind = now
        run.append(line)
    yield _written(kind, run)


def _kind(line: str, before: str, *, in_list: bool) -> str:
    if _LISTED.match(line):
        return "list"
    if line.startswith(("  ", "\t")):
        # What is indented below an item belongs to it, also after an empty line.
        return "list" if before == "list" or (in_list and before in ("", "continued")) else "indented"
    return "list" if before == "list" else "prose"


def _written(kind: str, lines: list[str]) -> str:
    if not any(line.strip() for line in lines):
        return ""
    if kind == "list":
        return "\n".join(_listed(lines))
    bare = [line.strip() for line in lines]
    if kind == "indented" and all(_ADDRESS.fullmatch(line) for line in bare):
        return "\n".join(f"- <{line}>" for line in bare)
    if kind == "indented" and (len(lines) > 1 and all(len(line) > _OF_PROSE for line in lines[:-1])):
        return "\n".join(f"> {_start_escaped(_escaped(line))}" for line in bare)
    if kind == "indented" or (len(lines) > 1 and all(_COLUMNS.search(line) for line in lines)):
        return "\n".join(f"    {line.expandtabs()}" for line in _dedented(lines))
    return "\n".join(_start_escaped(_escaped(line)) for line in bare)


def _listed(lines: list[str]) -> Iterator[str]:
    """Items as Markdown indents them: four columns for what belongs to one."""
    for line in lines:
        item = _LISTED.match(line)
        if item:
            mark = "-" if item[2] in "-*+" else f"{item[2][:-1]}."
            yield f"{mark} {_start_escaped(_escaped(line[item.end() :]))}"
        else:
            yield f"    {_start_escaped(_escaped(line.strip()))}"


def _dedented(lines: list[str]) -> Iterable[str]:
    expanded = [line.expandtabs() for line in lines]
    margin = min((len(line) - len(line.lstrip()) for line in expanded if line.strip()), default=0)
    return (line[margin:] for line in expanded)


def _escaped(line: str) -> str:
    """A line whose characters are all meant; addresses become links."""
    found, at = [], 0
    for address in _ADDRESS.finditer(line):
        end = address.start() + len(address[0].rstrip(".,;:!?')"))
        found += [_quoted(line[at : address.start()].removesuffix("<")), f"<{line[address.start() : end]}>"]
        at = end + (line[end : end + 1] == ">" and line[address.start() - 1 : address.start()] == "<")
    return "".join([*found, _quoted(line[at:])])


def _quoted(text: str) -> str:
    """Text that is none of Markdown's; what stands between two backticks on one line stays code."""
    found = [part if part.startswith("`") and len(part) > 2 else _plainly(part) for part in _CODE.split(text)]
    return "".join(found)


def _plainly(text: str) -> str:
    text = _TAG.sub("&lt;", _ENTITY.sub("&amp;", text))
    return _SPECIAL.sub(lambda found: f"\\{found[0]}", text)


def _start_escaped(line: str) -> str:
    """A line that begins as it does by chance: no heading, quotation, list or underline."""
    if counted := _COUNTED.match(line):
        return f"{counted[1]}\\{line[counted.end(1) :]}"
    return f"\\{line}" if _LINE_START.match(line) else line
