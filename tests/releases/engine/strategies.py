"""Generated trees, histories of edits, and patches whose hunks fit in several places."""

from collections.abc import Sequence

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
