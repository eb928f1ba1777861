"""Ways to damage a patch text."""

import re
from collections.abc import Callable

from hypothesis import strategies as st

_HEADERS = [
    b"rename from f",
    b"rename to g",
    b"copy from f",
    b"copy to d/g",
    b"new file mode 100644",
    b"new file mode 120000",
    b"new file mode 644",
    b"new file mode 160000",
    b"deleted file mode 100644",
    b"deleted file mode 120000",
    b"old mode 100644",
    b"old mode 100755",
    b"new mode 100755",
    b"new mode 100664",
    b"new mode 120000",
    b"new mode 0",
    b"new mode x",
    b"--- /dev/null",
    b"+++ /dev/null",
    b"--- a/f",
    b"+++ b/f",
    b"--- f",
    b"+++ f",
    b"--- a/g\t1970-01-01 00:00:00.000000000 +0000",
    b"+++ b/g\t1970-01-01 01:00:00 +0100",
    b"--- a/sp ace 2020-01-01 00:00:00",
    b'--- "a/q\\"uote"',
    b'+++ "b/n\\303\\251"',
    b"index 0000000..1234567",
    b"index 1234567..0000000 100755",
    b"index " + b"0" * 40 + b".." + b"0" * 40,
    b"@@ -0,0 +1 @@",
    b"@@ -1,3 +1,3 @@",
    b"@@ -1 +0,0 @@",
    b"@@ -9,0 +1,0 @@",
    b"GIT binary patch",
    b"literal 3",
    b"delta 7",
    b"",
    b"-- ",
    b"diff --git a/f b/f",
    b"diff --git a/d/f b/d/g",
    b"diff --git f f",
    b'diff --git "a/q\\"uote" "b/q\\"uote"',
    b"similarity index 100%",
    b"Binary files a/f and b/f differ",
    b" context",
    b"+added",
    b"-removed",
    b"+",
    b"-",
    b" ",
    b"\\ No newline at end of file",
    b"\\ short",
    b"garbage",
]
_HUNK = re.compile(rb"^@@ -(\d+)((?:,\d+)?) \+(\d+)((?:,\d+)?) @@")


def _delete_line(draw: st.DrawFn, lines: list[bytes]) -> None:
    del lines[draw(st.integers(0, len(lines) - 1))]


def _repeat_lines(draw: st.DrawFn, lines: list[bytes]) -> None:
    start = draw(st.integers(0, len(lines) - 1))
    end = draw(st.integers(start, len(lines)))
    at = draw(st.integers(0, len(lines)))
    lines[at:at] = lines[start:end]


def _swap_lines(draw: st.DrawFn, lines: list[bytes]) -> None:
    at = draw(st.integers(0, len(lines) - 1))
    other = draw(st.integers(0, len(lines) - 1))
    lines[at], lines[other] = lines[other], lines[at]


def _put_header(draw: st.DrawFn, lines: list[bytes]) -> None:
    at = draw(st.integers(0, len(lines)))
    lines[at : at + draw(st.integers(0, 1))] = [draw(st.sampled_from(_HEADERS)) + b"\n"]


def _change_number(draw: st.DrawFn, lines: list[bytes]) -> None:
    hunks = [number for number, line in enumerate(lines) if _HUNK.match(line)]
    if not hunks:
        return
    at = draw(st.sampled_from(hunks))
    numbers = list(re.finditer(rb"\d+", lines[at].split(b"@@")[1]))
    match = draw(st.sampled_from(numbers))
    value = int(match.group())
    far = [25874, 2**31 + 3, 2**32 + 4, 2**64, 10**30]
    new = draw(st.sampled_from([value + 1, max(0, value - 1), value + 7, 0, 1, *far]))
    lines[at] = lines[at][: 2 + match.start()] + b"%d" % new + lines[at][2 + match.end() :]


def _move_hunk(draw: st.DrawFn, lines: list[bytes]) -> None:
    """Both line numbers of one hunk off by the same."""
    hunks = [number for number, line in enumerate(lines) if _HUNK.match(line)]
    if not hunks:
        return
    at = draw(st.sampled_from(hunks))
    shift = draw(st.integers(-9, 9))
    match = _HUNK.match(lines[at])
    assert match
    old, new = (max(0, int(match.group(group)) + shift) for group in (1, 3))
    lines[at] = b"@@ -%d%s +%d%s @@" % (old, match.group(2), new, match.group(4)) + lines[at][match.end() :]


def _lose_spaces(draw: st.DrawFn, lines: list[bytes]) -> None:
    lines[:] = [b"\n" if line == b" \n" else line for line in lines]


def _to_crlf(draw: st.DrawFn, lines: list[bytes]) -> None:
    start = draw(st.integers(0, len(lines) - 1))
    end = draw(st.sampled_from([start + 1, len(lines)]))
    lines[start:end] = [line[:-1] + b"\r\n" if line.endswith(b"\n") else line for line in lines[start:end]]


def _truncate(draw: st.DrawFn, lines: list[bytes]) -> None:
    text = b"".join(lines)
    lines[:] = text[: draw(st.integers(0, len(text)))].splitlines(keepends=True)


def _change_byte(draw: st.DrawFn, lines: list[bytes]) -> None:
    at = draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    position = draw(st.integers(0, len(line) - 1))
    byte = draw(st.sampled_from([b"", b"\xff", *(bytes((byte,)) for byte in b' +-@\\\t/a0\r\n"')]))
    lines[at] = line[:position] + byte + line[position + draw(st.integers(0, 1)) :]


def _put_marker(draw: st.DrawFn, lines: list[bytes]) -> None:
    lines.insert(draw(st.integers(0, len(lines))), b"\\ No newline at end of file\n")


def _trim_context(draw: st.DrawFn, lines: list[bytes]) -> None:
    """One hunk loses context lines at one end, with its header set right again."""
    hunks = [number for number, line in enumerate(lines) if _HUNK.match(line)]
    if not hunks:
        return
    at = draw(st.sampled_from(hunks))
    match = _HUNK.match(lines[at])
    assert match
    old, new = (int(match.group(group)[1:] or b"1") for group in (2, 4))
    end = at + 1
    while end < len(lines) and lines[end][:1] in (b" ", b"+", b"-", b"\\"):
        end += 1
    body = lines[at + 1 : end]
    start, shift = int(match.group(1)), 0
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()) and body and body[0].startswith(b" "):
            del body[0]
            shift += 1
        elif body and body[-1].startswith(b" "):
            del body[-1]
        else:
            break
        old, new = old - 1, new - 1
    new_start = int(match.group(3)) + shift
    lines[at:end] = [b"@@ -%d,%d +%d,%d @@\n" % (start + shift, old, new_start, new), *body]


def _drop_git_headers(draw: st.DrawFn, lines: list[bytes]) -> None:
    """What quilt writes: no git header at all."""
    dropped = (b"diff --git ", b"index ", b"similarity ", b"new file ", b"deleted file ", b"old mode ", b"new mode ")
    lines[:] = [line for line in lines if not line.startswith(dropped)]


def _stamp_names(draw: st.DrawFn, lines: list[bytes]) -> None:
    stamp = draw(
        st.sampled_from(
            [
                b"\t2020-01-01 00:00:00.000000000 +0100",
                b" 2020-01-01 00:00:00",
                b"\t1970-01-01 00:00:00.000000000 +0000",
                b"\t1969-12-31 19:00:00 -0500",
                b"\tThu Jan  1 00:00:00 1970",
                b"   72-02-05",
                b".orig",
                b"\t(revision 12)",
            ]
        )
    )
    only = draw(st.sampled_from([(b"--- ",), (b"+++ ",), (b"--- ", b"+++ ")]))
    lines[:] = [line.rstrip(b"\n") + stamp + b"\n" if line.startswith(only) else line for line in lines]


def _abbreviate_index(draw: st.DrawFn, lines: list[bytes]) -> None:
    lines[:] = [re.sub(rb"^(index .{4,40}?)\.\.", rb"\g<1>0..", line) for line in lines]


def _drop_prefixes(draw: st.DrawFn, lines: list[bytes]) -> None:
    lines[:] = [re.sub(rb"^(---|\+\+\+) [ab]/", rb"\1 ", line) for line in lines]


def _cut_section(draw: st.DrawFn, lines: list[bytes]) -> None:
    lines[:] = [_HUNK.sub(rb"\g<0> static void some_function_with_a_name_cut_of", line) for line in lines]


Damage = Callable[[st.DrawFn, list[bytes]], None]
DAMAGES: list[Damage] = [
    _delete_line,
    _repeat_lines,
    _swap_lines,
    _put_header,
    _put_header,
    _put_header,
    _change_number,
    _move_hunk,
    _move_hunk,
    _lose_spaces,
    _to_crlf,
    _truncate,
    _change_byte,
    _change_byte,
    _put_marker,
    _trim_context,
    _trim_context,
    _drop_git_headers,
    _drop_git_headers,
    _stamp_names,
    _abbreviate_index,
    _drop_prefixes,
    _cut_section,
]


@st.composite
def damaged(draw: st.DrawFn, text: bytes) -> bytes:
    """A patch text as it was, or with up to three things done to it."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    for _ in range(draw(st.sampled_from([0, 0, 0, 1, 1, 1, 2, 3]))):
        damage = draw(st.sampled_from(DAMAGES))
        if lines:
            damage(draw, lines)
            lines = re.findall(rb"[^\n]*\n|[^\n]+", b"".join(lines))
    return b"".join(lines)
