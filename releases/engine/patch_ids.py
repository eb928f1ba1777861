"""The stable patch id of a patch: what `git patch-id --stable` prints for the same text."""

import hashlib
import re

from releases.engine.patch import Change, FilePatch, Patch

_WHITE = b" \t\r\n"
_FROM = re.compile(rb"(?:commit |From )?")
_RANGE = re.compile(rb"@@ -([0-9]*)(,[0-9]*)?( \+[0-9]*(,[0-9]*)?)?")
_LONGEST_OID = 64
_SHORTEST_MARKER = 12


def patch_id(patch: Patch | bytes, *, digits: int = 40) -> str | None:
    """The id of the first change in a patch text, or of a parsed patch; None where git would print nothing.

    A parsed patch is written down as `git diff` would, so that a patch without git headers has the id of the commit
    that it became. `digits` is the length of the repository's object ids.
    """
    text = patch if isinstance(patch, bytes) else b"".join(_as_git_writes(file) for file in patch.files)
    return next(iter(patch_ids(text, digits=digits)), None)


def patch_ids(text: bytes, *, digits: int = 40) -> tuple[str, ...]:
    """The ids of all changes in `text`, a patch, a mail, an mbox or the output of `git log -p`, in order."""
    lines = re.findall(rb"[^\n]*\n|[^\n]+", text)
    found = []
    position = 0
    while position < len(lines):
        reading = _Reading(digits)
        position = reading.read(lines, position)
        if reading.length:
            found.append(reading.result())
    return tuple(found)


class _Reading:
    """Sums up one change. Git's reader, rule by rule: what it skips, it skips here."""

    def __init__(self, digits: int) -> None:
        self._new_digest = hashlib.sha1 if digits == 40 else hashlib.sha256
        self._digest = self._new_digest(usedforsecurity=False)
        self._oid = re.compile(rb"[0-9a-fA-F]{%d}" % digits)
        self._size = digits // 2
        self._sum = 0
        self._before = self._after = -1  # lines left in the hunk; -1 for both in a header
        self._in_binary = False
        self._ids = (b"", b"")
        self.length = 0

    def result(self) -> str:
        self._flush()
        return self._sum.to_bytes(self._size, "little").hex()

    def read(self, lines: list[bytes], position: int) -> int:
        """Take lines from `position` on until the change ends; where the next one begins."""
        for number in range(position, len(lines)):
            line = lines[number].partition(b"\0")[0]  # C sees no further
            prefix = _FROM.match(line)
            behind = prefix.end() if prefix else 0
            if not behind and line.startswith(b"\\ ") and len(line) > _SHORTEST_MARKER:
                continue
            if self._oid.match(line, behind):
                return number + 1
            if not self.length and not line.startswith(b"diff "):
                continue
            if not self._take(line):
                return number + 1
        return len(lines)

    def _take(self, line: bytes) -> bool:
        """Take one line; False where it ends the change."""
        if self._before == -1:
            known = self._take_header(line)
            if known is not None:
                return known
        if self._in_binary:
            if line.startswith(b"diff "):
                self._in_binary = False
                self._before = -1
            return True
        if self._before == 0 and self._after == 0:
            if line.startswith(b"@@ -"):
                self._open_hunk(line)
                return True
            if not line.startswith(b"diff "):
                return False
            self._flush()
            self._before = self._after = -1
        if line[:1] in (b"-", b" "):
            self._before -= 1
        if line[:1] in (b"+", b" "):
            self._after -= 1
        content = line.translate(None, _WHITE)
        self.length += len(content)
        self._digest.update(content)
        return True

    def _take_header(self, line: bytes) -> bool | None:
        """Take a header's line; whether the change goes on, None where the line is summed up like any other."""
        if line.startswith((b"GIT binary patch", b"Binary files")):
            self._in_binary = True
            self._before = 0
            self._digest.update(self._ids[0])
            self._digest.update(self._ids[1])
            self._flush()
            return True
        if line.startswith(b"index "):
            old, dots, rest = line[len(b"index ") :].partition(b"..")
            if dots:
                new = rest.split(b" ")[0] if b" " in rest else rest[:-1]
                self._ids = (old[:_LONGEST_OID], new[:_LONGEST_OID])
            return True
        if line.startswith(b"--- "):
            self._before = self._after = 1
        elif not line[:1].isalpha():
            return False
        return None

    def _open_hunk(self, line: bytes) -> None:
        match = _RANGE.match(line)
        if match is None:
            return
        start, count, new_side, new_count = match.groups()
        self._before = _c_int(count[1:]) if count else 1
        if not (count[1:] if count else start) or new_side is None:
            return
        self._after = _c_int(new_count[1:]) if new_count else 1

    def _flush(self) -> None:
        """Add the file's digest to the sum, which is what makes the order of files not matter."""
        self._sum += int.from_bytes(self._digest.digest(), "little")
        self._sum %= 1 << (8 * self._size)
        self._digest = self._new_digest(usedforsecurity=False)


def _c_int(digits: bytes) -> int:
    """Read like C's atoi: a number too large for its type wraps around."""
    value = min(int(digits.lstrip(b"0")[:20] or b"0"), 2**63 - 1) & 0xFFFFFFFF
    return value - 2**32 if value & 0x80000000 else value


def _as_git_writes(file: FilePatch) -> bytes:
    """A file patch as `git diff` prints it, without what the id leaves out."""
    old = file.old_path if file.old_path is not None else file.new_path or b""
    new = file.new_path if file.new_path is not None else file.old_path or b""
    lines = [b"diff --git a/%s b/%s\n" % (old, new), *_mode_lines(file)]
    if file.change in (Change.RENAME, Change.COPY):
        if file.similarity is not None:
            lines.append(b"similarity index %d%%\n" % file.similarity)
        verb = file.change.value.encode()
        lines += [b"%s from %s\n" % (verb, old), b"%s to %s\n" % (verb, new)]
    if file.is_binary:
        lines.append(
            b"index %s..%s\nGIT binary patch\n" % ((file.old_oid or "").encode(), (file.new_oid or "").encode())
        )
    elif file.hunks:
        lines.append(b"--- /dev/null\n" if _creates(file) else b"--- a/%s\n" % old)
        lines.append(b"+++ /dev/null\n" if file.change is Change.DELETE else b"+++ b/%s\n" % new)
        for hunk in file.hunks:
            lines.append(b"@@ -1,%d +1,%d @@\n" % (len(hunk.old), len(hunk.new)))
            lines += [line if line.endswith(b"\n") else line + b"\n" for line in hunk.body]
    return b"".join(lines)


def _creates(file: FilePatch) -> bool:
    return file.change is Change.CREATE


def _mode_lines(file: FilePatch) -> list[bytes]:
    if _creates(file):
        return [b"new file mode %o\n" % (file.new_mode or 0o100644)]
    if file.change is Change.DELETE:
        return [b"deleted file mode %o\n" % (file.old_mode or 0o100644)]
    if file.old_mode and file.new_mode and file.old_mode != file.new_mode:
        return [b"old mode %o\nnew mode %o\n" % (file.old_mode, file.new_mode)]
    return []
