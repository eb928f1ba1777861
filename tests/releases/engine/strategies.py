"""Generated trees, histories of edits, and ways to damage a patch."""

import re
from collections.abc import Callable, Sequence

from hypothesis import strategies as st

from tests.releases.engine.memory import Files

PATHS = [b"f", b"g", b"d/f", b"d/g", b"d/e/h", b"f/x", b"a/f"]
PATHS += [b"sp ace", b"tab\tname", b'q"uote', b"n\xc3\xa9", b"d/\xff"]
LINES = [
    b"{\n",
    b"}\n",
    b"\n",
    b"a\n",
    b"b\n",
    b"c\n",
    b" a\n",
    b"a \n",
    b"\ta\n",
    b"x\r\n",
    b"\r\n",
    b"\xff\xfe\n",
    b"-- \n",
    b"-- a/f\n",
    b"++ b/f\n",
    b"@@ -1 +1 @@\n",
    b"diff --git a/f b/f\n",
    b"\\ No newline at end of file\n",
    b"From here\n",
    b"n\0l\n",
]
COMMITS = [b"1" * 40, b"2" * 40, b"abcdef0123" * 4]
REGULAR, EXECUTABLE, LINK, GITLINK = 0o100644, 0o100755, 0o120000, 0o160000

_numbered = st.integers(3, 40).map(lambda count: [b"line %d\n" % number for number in range(count)])
_repeating = st.lists(st.sampled_from(LINES), max_size=24)
_plain = st.lists(st.sampled_from(LINES[:6]), max_size=24)


@st.composite
def contents(draw: st.DrawFn) -> bytes:
    """A text file, often with the same lines again and again, sometimes without its final newline."""
    content = b"".join(draw(st.one_of(_numbered, _plain, _repeating)))
    return content[:-1] if draw(st.integers(0, 4)) == 0 else content


@st.composite
def binaries(draw: st.DrawFn) -> bytes:
    """A file that git takes for binary."""
    block = draw(st.binary(min_size=1, max_size=12))
    return b"\0" + block * draw(st.sampled_from([1, 3, 40])) + draw(st.binary(max_size=8))


@st.composite
def files(draw: st.DrawFn) -> tuple[int, bytes]:
    """A mode and a content that goes with it."""
    kind = draw(st.integers(0, 11))
    if kind == 0:
        return LINK, draw(st.sampled_from([b"f", b"d", b"../out", b"target\n"]))
    if kind == 1:
        return GITLINK, draw(st.sampled_from(COMMITS))
    if kind == 2:
        return REGULAR, draw(binaries())
    return (EXECUTABLE if kind == 3 else REGULAR), draw(contents())


def without_clashes(tree: Files) -> Files:
    """Leave out files that stand where another one needs a directory."""
    return {path: file for path, file in tree.items() if not any(other.startswith(path + b"/") for other in tree)}


@st.composite
def trees(draw: st.DrawFn) -> Files:
    """A small tree."""
    return without_clashes(draw(st.dictionaries(st.sampled_from(PATHS), files(), min_size=1, max_size=4)))


@st.composite
def edited_lines(draw: st.DrawFn, content: bytes) -> bytes:
    """A text with one to three stretches replaced."""
    lines = content.splitlines(keepends=True)
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(lines)))
        end = min(len(lines), start + draw(st.integers(0, 3)))
        lines[start:end] = draw(st.lists(st.sampled_from(LINES), max_size=3))
    return b"".join(line if line.endswith(b"\n") or last else line + b"\n" for line, last in _with_last(lines))


def _with_last(lines: Sequence[bytes]) -> list[tuple[bytes, bool]]:
    return [(line, number == len(lines) - 1) for number, line in enumerate(lines)]


@st.composite
def edited(draw: st.DrawFn, tree: Files) -> Files:
    """The tree after one to four edits: lines, files, names, modes and types."""
    result = dict(tree)
    for _ in range(draw(st.integers(1, 4))):
        if not result:
            result[draw(st.sampled_from(PATHS))] = draw(files())
            continue
        path = draw(st.sampled_from(sorted(result)))
        mode, content = result[path]
        action = draw(st.integers(0, 13))
        other = draw(st.sampled_from(PATHS))
        if action <= 5 and mode in (REGULAR, EXECUTABLE):
            result[path] = (mode, draw(edited_lines(content)))
        elif action == 6:
            result[other] = draw(files())
        elif action == 7:
            del result[path]
        elif action == 8:
            result[other] = result.pop(path)
        elif action == 9:
            result[other] = (mode, draw(edited_lines(content)) if mode in (REGULAR, EXECUTABLE) else content)
        elif action == 10 and mode in (REGULAR, EXECUTABLE):
            result[path] = (REGULAR + EXECUTABLE - mode, content)
        elif action == 11:
            result[path] = draw(files())
        elif action == 12 and other in result:
            result[path], result[other] = result[other], result[path]
        elif action == 13 and mode in (REGULAR, EXECUTABLE):
            del result[path]
            result[other] = (mode, draw(edited_lines(content)))
    return without_clashes(result)


_OPTIONS = "--binary --full-index -M -M10 -C -C10 --find-copies-harder -B -U0 -U1 -U5 --no-renames -R --abbrev=4 -a"
_RARE_OPTIONS = "--irreversible-delete --patience -W --no-prefix --binary"
diff_options = st.one_of(
    st.just(["--binary"]),
    st.just(["--binary", "-M", "-C"]),
    st.lists(st.sampled_from([*_OPTIONS.split(), *_RARE_OPTIONS.split()]), max_size=4, unique=True),
)

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


MAILS = [
    b"",
    b"",
    b"From 1234567890123456789012345678901234567890 Mon Sep 17 00:00:00 2001\nFrom: A <a@example.org>\nSubject: fix\n\n"
    b"Text.\n---\nv2: say more\n f | 2 +-\n\n",
    b"x86: fix\n\nSigned-off-by: B\n\n",
    b"Index: f\n===================================================================\n",
]
ENDS = [b"", b"", b"-- \n2.17.1\n\n", b"\n"]


@st.composite
def mailed(draw: st.DrawFn, text: bytes) -> bytes:
    """The text with what a mail puts before and behind it."""
    return draw(st.sampled_from(MAILS)) + text + draw(st.sampled_from(ENDS))


@st.composite
def crowded(draw: st.DrawFn) -> tuple[bytes, bytes]:
    """A file whose lines look alike, and a patch whose hunks fit in several places of it, or in none."""
    letters = st.sampled_from([b"a\n", b"b\n", b"\n", b" a\n"])
    lines = draw(st.lists(letters, min_size=1, max_size=30))
    content = b"".join(lines)
    if draw(st.integers(0, 3)) == 0:
        content = content[:-1]
        lines[-1] = lines[-1][:-1]
    text = b"--- a/f\n+++ b/f\n"
    shift = 0
    for _ in range(draw(st.sampled_from([1, 1, 2, 2, 3, 4]))):
        start = draw(st.integers(0, len(lines) - 1))
        end = draw(st.integers(start, min(len(lines), start + 7)))
        body, old, new = draw(_hunk_bodies(lines[start:end]))
        old_start = max(0, start + (1 if old else 0) + draw(st.sampled_from([0, 0, 0, 1, -1, 2, -3, 8])))
        new_start = max(0, old_start + draw(st.sampled_from([shift, shift, 0, 5, -5])))
        shift += new - old
        text += b"@@ -%d,%d +%d,%d @@\n%s" % (old_start, old, new_start, new, body)
    return content, text


@st.composite
def _hunk_bodies(draw: st.DrawFn, lines: list[bytes]) -> tuple[bytes, int, int]:
    """The body of a hunk on `lines`, and how many old and new lines it has."""
    body = b""
    old = new = 0
    changed = False
    for line in [*lines, b""]:
        action = draw(st.sampled_from("      -+~"))
        if (line and action in "+~") or (not line and not changed):
            body += b"+" + draw(st.sampled_from([b"new\n", b"a\n", b"\n"]))
            new += 1
            changed = True
        if not line:
            break
        removed = action in "-~"
        body += (b"-" if removed else b" ") + line
        if not line.endswith(b"\n"):
            body += b"\n\\ No newline at end of file\n"
        old += 1
        new += not removed
        changed = changed or removed
    return body, old, new
