"""What a patch may touch: paths, modes and names; strict by default, with switches for each tree.

Git itself takes symlinks, submodules, `.gitmodules` and control characters in names. A security team that asks
for none of these shouldn't have to look for them.
"""

import re
from dataclasses import dataclass

from releases.engine.patch import FilePatch, Patch
from releases.engine.paths import is_dot_git, is_dot_gitmodules
from releases.engine.trees import DIRECTORY, GITLINK, REGULAR, SYMLINK, TYPE_BITS

_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_EXECUTED_BY_GIT = (b".gitattributes", b".gitmodules")
_KINDS = {SYMLINK: "a symbolic link", GITLINK: "a submodule", DIRECTORY: "a directory", REGULAR: "a file"}
"""How a kind of file is called in a sentence."""


@dataclass(frozen=True, slots=True)
class Policy:
    """What the patches of one tree may do beyond changing ordinary files under ordinary names."""

    allow_symlinks: bool = False
    allow_gitlinks: bool = False
    allow_git_files: bool = False
    """`.gitmodules` and `.gitattributes`, which change what git does."""
    allow_odd_names: bool = False
    """Control characters, a leading dash, a backslash or bytes that are not UTF-8."""
    allow_dropped_text: bool = False
    """A text whose end git gives up on, at a corrupt binary payload, while it applies what comes before."""
    within: tuple[bytes, ...] = ()
    """Directories or files, without a slash at the end, that may be touched; empty for all."""
    longest_path: int = 1024
    """In bytes."""

    def violation(self, patch: Patch) -> str | None:
        """Why `patch` isn't allowed, in a sentence for people; None where it is."""
        if patch.dropped is not None and not self.allow_dropped_text:
            return f"the text is damaged from line {patch.dropped.line} on: {patch.dropped.reason}"
        for file in patch.files:
            reason = self._violation_of(file)
            if reason is not None:
                return reason
        return None

    def _violation_of(self, file: FilePatch) -> str | None:
        for mode in (file.old_mode, file.new_mode):
            reason = self._violation_of_mode(mode)
            if reason is not None:
                return f"{shown(file.new_path or file.old_path or b'')}: {reason}"
        for path in dict.fromkeys(path for path in (file.old_path, file.new_path) if path is not None):
            reason = self._violation_of_path(path)
            if reason is not None:
                return f"{shown(path)}: {reason}"
        return None

    def _violation_of_mode(self, mode: int | None) -> str | None:
        if mode is None:
            return None
        kind = mode & TYPE_BITS
        if kind == SYMLINK:
            return None if self.allow_symlinks else "symbolic links are not allowed"
        if kind == GITLINK:
            return None if self.allow_gitlinks else "submodules are not allowed"
        if mode not in (0o100644, 0o100755):
            return f"mode {mode:o} is not one of a file ({_KINDS.get(kind, 'nothing git knows')})"
        return None

    def _violation_of_path(self, path: bytes) -> str | None:
        names = path.split(b"/")
        if any(name in (b"", b".", b"..") for name in names):
            return "the path leads out of the tree"
        if any(is_dot_git(part) for name in names for part in name.split(b"\\")):
            return "some file system takes this name for .git"
        if not self.allow_git_files and any(_is_git_file(name) for name in names):
            return "files that change what git does are not allowed"
        if len(path) > self.longest_path:
            return f"a path of {len(path):,} bytes, more than {self.longest_path:,}"
        if not self.allow_odd_names:
            odd = _oddness(path, names)
            if odd is not None:
                return odd
        return "outside of what may be touched" if self._is_outside(path) else None

    def _is_outside(self, path: bytes) -> bool:
        return bool(self.within) and not any(path == top or path.startswith(top + b"/") for top in self.within)


STRICT = Policy()


def violation(patch: Patch, policy: Policy = STRICT) -> str | None:
    """Why `policy` doesn't allow `patch`, in a sentence for people; None where it does."""
    return policy.violation(patch)


def shown(path: bytes) -> str:
    """A path as it may be shown: what isn't printable UTF-8 is escaped."""
    text = path.decode("utf-8", "backslashreplace")
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _is_git_file(name: bytes) -> bool:
    return name.lower() in _EXECUTED_BY_GIT or is_dot_gitmodules(name)


def _oddness(path: bytes, names: list[bytes]) -> str | None:
    if _CONTROL.search(path):
        return "a control character in the name"
    if b"\\" in path:
        return "a backslash in the name"
    if any(name.startswith(b"-") for name in names):
        return "a name that begins with a dash"
    try:
        text = path.decode()
    except UnicodeDecodeError:
        return "a name that is not UTF-8"
    if not all(char.isprintable() for char in text):
        return "an invisible character in the name"
    return None
