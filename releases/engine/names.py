"""File names as they stand in diff headers: C quoting, time stamps behind the name, the `a/` and `b/` prefixes.

The rules are git's own, screwy ends included: a name that one reader finds and another doesn't is how a patch
says one thing to a reviewer and another to a tool.
"""

import re

_QUOTED = re.compile(rb'"((?:[^"\\\0]++|\\(?:[abfnrtv\\"]|[0-3][0-7]{2}))*+)"')
_ESCAPE = re.compile(rb"\\([abfnrtv\\\"]|[0-3][0-7]{2})")
_LETTERS = {b"a": b"\a", b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}
_SLASHES = re.compile(rb"//+")
_ENDS_AT_TAB = re.compile(rb"[\t\r\n]")
_ENDS_AT_RETURN = re.compile(rb"[\r\n]")

_DATE = rb"(?:[0-9]{2})?[0-9]{2}-[0-9]{2}-[0-9]{2}"
_TIME = rb" [0-9]{2}:[0-9]{2}:[0-9]{2}"
_ZONE = re.compile(rb" [-+](?:[0-9]{4}|[0-9]{2}:[0-9]{2})\Z")
_CLOCK = re.compile(_TIME + rb"(?:\.[0-9]*)?\Z")
_DAY = re.compile(_DATE + rb"\Z")
_EPOCH = re.compile(
    rb"(1969-12-31|1970-01-01) ([0-2][0-9]):([0-5][0-9]):00(?:\.0+)? ([-+])([0-2][0-9]):?([0-5][0-9])\n"
)


def unquote(text: bytes, start: int) -> tuple[bytes, int] | None:
    """Read the C-quoted name whose opening quote stands at `start`; the name and the offset behind it, or None."""
    match = _QUOTED.match(text, start)
    if match is None:
        return None
    return _ESCAPE.sub(_unescape, match.group(1)), match.end()


def _unescape(match: re.Match[bytes]) -> bytes:
    escape = match.group(1)
    if len(escape) == 3:
        return bytes((int(escape, 8),))
    return _LETTERS.get(escape, escape)


def is_dev_null(text: bytes, start: int) -> bool:
    """Whether `/dev/null` and a white space stand at `start`."""
    return text.startswith(b"/dev/null", start) and text[start + 9 : start + 10] in (b" ", b"\t", b"\r", b"\n")


def header_name(text: bytes, start: int, strip: int, *, to_tab: bool, default: bytes | None = None) -> bytes | None:
    """Read the name at `start` of a header line; `to_tab` where a tab ends it. None where there is no name."""
    quoted = _quoted_name(text, start, strip)
    if quoted is not None:
        return quoted
    match = (_ENDS_AT_TAB if to_tab else _ENDS_AT_RETURN).search(text, start)
    end = match.start() if match else len(text)
    return _plain_name(text[start:end], strip, default)


def traditional_name(text: bytes, start: int, strip: int, default: bytes | None = None) -> bytes | None:
    """Read the name on a `---` or `+++` line of a diff without a git header, where a time stamp may follow it."""
    quoted = _quoted_name(text, start, strip)
    if quoted is not None:
        return quoted
    newline = text.find(b"\n", start)
    line = text[start : newline if newline >= 0 else len(text)]
    stamp = _stamp_length(line)
    if stamp:
        return _plain_name(line[: len(line) - stamp], strip, default)
    match = _ENDS_AT_TAB.search(line)
    return _plain_name(line[: match.start()] if match else line, strip, default)


def is_epoch(text: bytes, start: int) -> bool:
    """Whether the time stamp behind the last tab of this header line is 1970-01-01 00:00:00 UTC.

    GNU diff writes it for a file that isn't there.
    """
    newline = text.find(b"\n", start)
    line = text[start : newline + 1]
    tab = line.rfind(b"\t")
    match = _EPOCH.match(line, tab + 1) if tab >= 0 else None
    if match is None:
        return False
    zone = int(match.group(5)) * 60 + int(match.group(6))
    if match.group(4) == b"-":
        zone = -zone
    midnight = 24 * 60 if match.group(1) == b"1969-12-31" else 0
    return int(match.group(2)) * 60 + int(match.group(3)) - zone == midnight


def git_header_name(text: bytes, start: int, end: int, strip: int) -> bytes | None:
    """Read the name that both sides of `diff --git` share; the line's names begin at `start`, the next line at `end`.

    None where the sides differ (a rename says its names elsewhere) or where it can't be told.
    """
    if text.startswith(b'"', start):
        return _name_of_quoted_pair(text, start, end, strip)
    offset = _behind_prefix(text[start:end], strip)
    if offset is None:
        return None
    first = start + offset
    quote = text.find(b'"', first, end)
    if quote >= 0:
        return _name_of_mixed_pair(text, first, quote, strip)
    return _name_of_plain_pair(text, first, end, strip)


def _quoted_name(text: bytes, start: int, strip: int) -> bytes | None:
    if not text.startswith(b'"', start):
        return None
    quoted = unquote(text, start)
    if quoted is None:
        return None
    name = quoted[0]
    for _ in range(strip):
        _, slash, name = name.partition(b"/")
        if not slash:
            return None
    return _SLASHES.sub(b"/", name)


def _plain_name(line: bytes, strip: int, default: bytes | None) -> bytes | None:
    name = line
    for _ in range(strip):
        _, _, name = name.partition(b"/")
    if name and default is not None and len(default) < len(name) and name.startswith(default):
        name = default  # the shorter of `file` and `file.orig`
    elif not name:
        if default is None:
            return None
        name = default
    return _SLASHES.sub(b"/", name)


def _stamp_length(line: bytes) -> int:
    """How many bytes at the end of `line` are a time stamp with the white space before it; 0 if there is none."""
    if not line[-1:].isdigit():
        return 0
    end = len(line)
    match = _ZONE.search(line, max(0, end - 7), end)
    if match:
        end = match.start()
    match = _clock(line, end)
    if match:
        end = match.start()
    day = _last_match(_DAY, line, end, 10)
    if day is None or day.start() == 0:
        return 0
    end = day.start()
    if line[end - 1 : end] == b"\t":
        return len(line) - end + 1
    if line[end - 1 : end] != b" ":
        return 0
    return len(line) - len(line[:end].rstrip(b" "))


def _clock(line: bytes, end: int) -> re.Match[bytes] | None:
    plain = _last_match(_CLOCK, line, end, 9)
    if plain is not None:
        return plain
    dot = line.rfind(b".", 0, end)
    if dot < 0 or not line[dot + 1 : end].isdigit():
        return None
    return _CLOCK.match(line[:end], dot - 9) if dot >= 9 else None


def _last_match(pattern: re.Pattern[bytes], line: bytes, end: int, longest: int) -> re.Match[bytes] | None:
    return pattern.search(line, max(0, end - longest), end)


def _behind_prefix(name: bytes, strip: int) -> int | None:
    """Offset behind the first `strip` components of `name`; None where it has fewer or is absolute."""
    if strip == 0:
        return None if name.startswith(b"/") else 0
    slash = -1
    for _ in range(strip):
        slash = name.find(b"/", slash + 1)
        if slash < 0:
            return None
    return None if slash == 0 else slash + 1


def _name_of_quoted_pair(text: bytes, start: int, end: int, strip: int) -> bytes | None:
    quoted = unquote(text, start)
    if quoted is None:
        return None
    first, second = quoted
    offset = _behind_prefix(first, strip)
    if offset is None:
        return None
    first = first[offset:]
    while second < end and text[second] in b" \t\r\n":
        second += 1
    if second >= end:
        return None
    if text[second : second + 1] == b'"':
        other = unquote(text, second)
        offset = _behind_prefix(other[0], strip) if other else None
        return first if other and offset is not None and other[0][offset:] == first else None
    offset = _behind_prefix(text[second:end], strip)
    return first if offset is not None and text[second + offset : end] == first else None


def _name_of_mixed_pair(text: bytes, first: int, quote: int, strip: int) -> bytes | None:
    other = unquote(text, quote)
    offset = _behind_prefix(other[0], strip) if other else None
    if other is None or offset is None:
        return None
    name = other[0][offset:]
    behind = first + len(name)
    if len(name) < quote - first and text.startswith(name, first) and text[behind : behind + 1] in (b" ", b"\t"):
        return name
    return None


def _name_of_plain_pair(text: bytes, first: int, end: int, strip: int) -> bytes | None:
    """A name counts only if it stands there twice, with one blank or tab between."""
    if not text.endswith(b"\n", first, end):
        return None
    line = text[first:end]
    slash = -1
    for match in re.finditer(rb"[ \t]", line):
        length = match.start()
        rest = length + 1
        if strip == 0:
            second = rest
        else:
            if slash < rest:
                slash = line.find(b"/", rest)
            if slash < 0 or slash == rest:
                return None
            second = slash + 1
            for _ in range(strip - 1):
                second = line.find(b"/", second) + 1
                if second == 0:
                    return None
        if line[second + length : second + length + 1] == b"\n" and line[second : second + length] == line[:length]:
            return line[:length]
    return None
