"""A hostile patch is refused, costs little, writes nothing and starts nothing."""

import base64
import itertools
import sys
import tracemalloc
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from releases.engine.apply import Applied, Conflict, apply_patch
from releases.engine.diff import NotAPatch, parse_patch
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import describe, read_upload
from releases.engine.patch_ids import patch_ids
from releases.engine.policy import violation
from releases.engine.trees import object_id
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.memory import overlay_of, text_files
from tests.releases.engine.reference import ReferenceGit

NULL = b"0" * 40


def creation(path: bytes, mode: bytes = b"100644") -> bytes:
    header = b"diff --git a/%s b/%s\nnew file mode %s\n--- /dev/null\n+++ b/%s\n" % (path, path, mode, path)
    return header + b"@@ -0,0 +1 @@\n+x\n"


def quoted(path: bytes) -> bytes:
    """A path with every byte as an octal escape."""
    escapes = b"".join(b"\\%03o" % byte for byte in path)
    header = b'diff --git "a/%s" "b/%s"\nnew file mode 100644\n--- /dev/null\n+++ "b/%s"\n' % (
        escapes,
        escapes,
        escapes,
    )
    return header + b"@@ -0,0 +1 @@\n+x\n"


REFUSED_PATHS = [
    b"../x",
    b"d/../../x",
    b"./x",
    b"..",
    b".git/hooks/post-checkout",
    b"d/.git/config",
    b".GIT/config",
    b".gIt",
    b"git~1/config",
    b"GIT~1",
    b".git./config",
    b".git /config",
    b".git::$INDEX_ALLOCATION/config",
    b".git\\config",
    b"d\\.git\\config",
    ".g\u200cit/config".encode(),
    "\ufeff.git/config".encode(),
    b".git\xff",
]


@pytest.mark.parametrize("write", [creation, quoted])
@pytest.mark.parametrize("path", REFUSED_PATHS)
def test_a_path_that_git_refuses_is_a_conflict_and_against_any_policy(path: bytes, write: type[bytes]) -> None:
    patch = parse_patch(write(path))
    assert isinstance(apply_patch(overlay_of(text_files(f=b"x\n")), patch), Conflict)
    assert violation(patch)


@pytest.mark.parametrize("verb", [b"rename", b"copy"])
def test_nothing_is_taken_from_outside_of_the_tree(verb: bytes) -> None:
    text = b"diff --git a/x b/y\n%s from ../../etc/passwd\n%s to y\n" % (verb, verb)
    assert isinstance(apply_patch(overlay_of(text_files(f=b"")), parse_patch(text)), Conflict)


_COMPONENTS = (
    b".git|.GIT|git~1|Git~1|git~2|.gitt|.gi|.git |.git. .|.git:x|.git~1|..|.||...|a|.gitmodules|.GitModules|"
    b".gitmodules |gitmod~1|gitmod~4|gitmod~5|gi7eba~1|gi7eb~12|gi7~1234|~1234567|gi7eba~1x|GI7EBA~9:x|.git\xff|"
    b".git\xe2|a\\.git|a\\b|.git\\a|\\|a\\gitmod~1|.gitmodules:a"
).split(b"|")
_COMPONENTS += [
    name.encode()
    for name in (".g\u200cit", ".git\u200d", ".git\ufeffmodules", "\u206a.git", ".git\ufffe", ".Git\u00e9")
]


@settings(ENGINE)
@given(
    path=st.lists(st.sampled_from(_COMPONENTS), min_size=1, max_size=3).map(b"/".join),
    mode=st.sampled_from([b"100644", b"120000"]),
)
def test_the_engine_refuses_the_same_paths_as_git(reference: ReferenceGit, path: bytes, mode: bytes) -> None:
    base = text_files(f=b"x\n")
    overlay = overlay_of(base)
    try:
        result = apply_patch(overlay, parse_patch(creation(path, mode)))
    except NotAPatch:
        result = None
    expected = reference.apply(base, creation(path, mode))
    assert (overlay.tree_id() if isinstance(result, Applied) else None) == expected


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (creation(b"l", b"120000"), "l: symbolic links are not allowed"),
        (creation(b"s", b"160000"), "s: submodules are not allowed"),
        (creation(b"f", b"100600"), "f: mode 100600 is not one of a file (a file)"),
        (creation(b".gitmodules"), ".gitmodules: files that change what git does are not allowed"),
        (creation(b"d/.gitattributes"), "d/.gitattributes: files that change what git does are not allowed"),
        (creation(b"GITMOD~1"), "GITMOD~1: files that change what git does are not allowed"),
        (quoted(b"a\nb"), r"a\nb: a control character in the name"),
        (quoted(b"\x1b[31m"), r"\x1b[31m: a control character in the name"),
        (creation(b"a\\b"), "a\\b: a backslash in the name"),
        (creation(b"-rf"), "-rf: a name that begins with a dash"),
        (creation(b"d/--output=x"), "d/--output=x: a name that begins with a dash"),
        (creation(b"\xff"), r"\xff: a name that is not UTF-8"),
        (creation("a\u202eb".encode()), r"a\u202eb: an invisible character in the name"),
        (creation(b"x" * 2_000), "x" * 2_000 + ": a path of 2,000 bytes, more than 1,024"),
    ],
)
def test_what_git_takes_the_policy_refuses(text: bytes, reason: str) -> None:
    assert violation(parse_patch(text)) == reason


@pytest.mark.parametrize("write", [creation, quoted])
def test_a_nul_byte_in_a_name_is_not_a_patch(write: type[bytes]) -> None:
    with pytest.raises(NotAPatch, match="NUL byte"):
        parse_patch(write(b"f\0.txt"))


@pytest.mark.parametrize(
    "numbers",
    [b"-0,99999999 +1,99999999", b"-1,18446744073709551616 +1,2", b"-1 +1,4294967296", b"-%s,3 +1" % (b"9" * 100_000)],
)
def test_absurd_counts_cost_nothing(numbers: bytes) -> None:
    with peak_below(20_000_000), pytest.raises(NotAPatch):
        parse_patch(b"--- a/f\n+++ b/f\n@@ " + numbers + b" @@\n-a\n+b\n c\n")


def payload(method: bytes, size: int, data: bytes) -> bytes:
    packed = zlib.compress(data, 9)
    lines = []
    for start in range(0, len(packed), 52):
        part = packed[start : start + 52]
        letter = len(part) + (0x40 if len(part) <= 26 else 0x46)
        lines.append(bytes((letter,)) + base64.b85encode(part, pad=True) + b"\n")
    return b"%s %d\n%s\n" % (method, size, b"".join(lines))


def binary(old: bytes, new: bytes, body: bytes, path: bytes = b"f") -> bytes:
    return b"diff --git a/%s b/%s\nindex %s..%s\nGIT binary patch\n%s" % (path, path, old, new, body)


@contextmanager
def peak_below(limit: int) -> Iterator[None]:
    """Fail if more than `limit` bytes are held at once."""
    tracemalloc.start()
    try:
        yield
        assert tracemalloc.get_traced_memory()[1] < limit
    finally:
        tracemalloc.stop()


def test_a_payload_that_announces_a_gigabyte_is_refused_unread() -> None:
    text = binary(NULL, b"1" * 40, payload(b"literal", 10**9, bytes(30_000_000)))
    assert len(text) < 100_000
    with peak_below(2_000_000), pytest.raises(OverLimit, match="file_bytes"):
        parse_patch(text)


def test_a_payload_that_is_larger_than_it_announces_is_not_inflated() -> None:
    text = binary(NULL, b"1" * 40, payload(b"literal", 1_000, bytes(30_000_000)))
    with peak_below(2_000_000), pytest.raises(NotAPatch, match="isn't as long as it says"):
        parse_patch(text)


def test_many_payloads_are_counted_together() -> None:
    body = payload(b"literal", 1_000_000, bytes(1_000_000))
    text = b"".join(binary(NULL, b"1" * 40, body, b"f%d" % number) for number in range(20))
    with peak_below(20_000_000), pytest.raises(OverLimit, match="unpacked_bytes"):
        parse_patch(text, limits=Limits(unpacked_bytes=8_000_000))


def size(number: int) -> bytes:
    """A size as a pack delta writes it."""
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes((*parts, number))


def test_a_delta_that_makes_a_gigabyte_is_refused_before_it_is_built() -> None:
    before = bytes(0x10000)
    delta = size(len(before)) + size(2**30) + b"\x80" * (2**30 // 0x10000)
    old = object_id(b"blob", before).encode()
    patch = parse_patch(binary(old, b"1" * 40, payload(b"delta", len(delta), delta)))
    overlay = overlay_of(text_files(f=before))
    with peak_below(4_000_000), pytest.raises(OverLimit, match="file_bytes"):
        apply_patch(overlay, patch)


@pytest.mark.parametrize(
    "delta",
    [
        b"\x03\x05\x00\x00",  # a reserved command
        b"\x03\x05\x91\x02\x05",  # a copy from beyond the end
        b"\x03\x05\x05ab",  # an insertion cut short
        b"\x03\x05\x91",  # a copy cut short
        b"\x03\x03\x90\x03\x01x",  # more than announced
        b"\x03\x09\x90\x03",  # less than announced
        b"\x03" + b"\x80" * 40,  # a size without end
        b"\x03\x05",
    ],
)
def test_a_delta_that_lies_is_a_conflict(delta: bytes) -> None:
    old = object_id(b"blob", b"abc").encode()
    patch = parse_patch(binary(old, b"1" * 40, payload(b"delta", len(delta), delta)))
    result = apply_patch(overlay_of(text_files(f=b"abc")), patch)
    assert isinstance(result, Conflict)
    assert result.reason == "the binary delta does not fit this file"


@pytest.mark.parametrize(
    ("limits", "name"),
    [
        (Limits(patch_bytes=100), "patch_bytes"),
        (Limits(files_per_patch=2), "files_per_patch"),
        (Limits(hunks_per_patch=2), "hunks_per_patch"),
    ],
)
def test_a_patch_past_a_limit_names_the_limit(limits: Limits, name: str) -> None:
    with pytest.raises(OverLimit) as over:
        parse_patch(creation(b"a") + creation(b"b") + creation(b"c"), limits=limits)
    assert over.value.name == name


def test_a_file_past_the_limit_is_not_patched() -> None:
    patch = parse_patch(b"--- a/f\n+++ b/f\n@@ -1,2 +1,2 @@\n-x\n+y\n x\n")
    with pytest.raises(OverLimit, match="file_bytes"):
        apply_patch(overlay_of(text_files(f=b"x\n" * 1_000)), patch, limits=Limits(file_bytes=1_000))


SLOW_IF_QUADRATIC = {
    "slashes in a name": b"diff --git a/" + b"/" * 500_000 + b" b/x\n",
    "blanks in a name": b"diff --git a/x" + b" " * 1_000_000 + b"b/y\nrename from x\n",
    "quotes without end": b'diff --git "a/x\n' * 60_000,
    "backslashes in quotes": b'--- "a/' + b"\\\\" * 500_000 + b"\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    "time stamps": b"--- a/x" + b"\t2020-01-01 00:00:00" * 50_000 + b"\n+++ b/x\n@@ -1 +1 @@\n-a\n+b\n",
    "headers": b"diff --git a/f b/f\n" + b"old mode 100644\n" * 200_000,
    "hunk headers": b"--- a/f\n+++ b/f\n" * 200_000,
    "separators": b"From a 1:11 " * 100_000 + b"\n",
    "mails": b"From a Mon Sep 17 00:00:00 2001\n" * 100_000,
    "folded lines": b"Subject: x\n" + b" y\n" * 300_000,
    "ranges": b"diff --git a/f b/f\n--- a/f\n+++ b/f\n" + b"@@ -" + b"1" * 500_000 + b"\n",
}


@pytest.mark.parametrize("text", SLOW_IF_QUADRATIC.values(), ids=SLOW_IF_QUADRATIC)
def test_long_lines_and_many_lines_take_no_longer_than_they_are(text: bytes) -> None:
    with suppress(NotAPatch, OverLimit):
        parse_patch(text)
    describe(text)
    patch_ids(text)
    with pytest.raises(OverLimit):
        read_upload([("a", text), ("b", text * 10)], limits=Limits(patch_bytes=4_000_000, patches_per_series=100))


def test_hunks_that_fit_nowhere_run_out_of_work() -> None:
    lines = b"a\nb\n" * 40_000
    hunk = b"@@ -9,5 +9,5 @@\n a\n b\n-a\n+c\n a\n b\n"
    patch = parse_patch(b"--- a/f\n+++ b/f\n" + hunk)
    with pytest.raises(OverLimit, match="work"):
        apply_patch(overlay_of(text_files(f=lines)), patch, limits=Limits(work=150_000))


_watched: list[str] | None = None


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watched is None:
        return
    starts = event.startswith(("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket."))
    changes = event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.link", "os.chmod", "os.truncate")
    writes = event == "open" and isinstance(arguments[1], str) and set(arguments[1]) & set("wxa+")
    if starts or changes or writes:
        _watched.append(event)


sys.addaudithook(_watch)


def test_no_file_is_written_and_no_process_started() -> None:
    global _watched
    corpus = [write(path) for path, write in itertools.product(REFUSED_PATHS, (creation, quoted))]
    corpus += [creation(b"l", b"120000") + creation(b"l/x"), creation(b"s", b"160000"), creation(b"|touch x")]
    corpus += [b"From: $(touch x)\nSubject: `touch x`\n\n" + creation(b"$(touch x)")]
    _watched = []
    try:
        for text in corpus:
            describe(text)
            patch = parse_patch(text)
            violation(patch)
            apply_patch(overlay_of(text_files(f=b"x\n")), patch)
            read_upload([("a.patch", text)])
        assert _watched == []
    finally:
        _watched = None


@settings(ENGINE)
@given(text=st.binary(max_size=300))
def test_any_bytes_are_a_patch_or_not_one(text: bytes) -> None:
    with suppress(NotAPatch):
        parse_patch(b"--- a/f\n+++ b/f\n@@ -1 +1 @@\n" + text)
