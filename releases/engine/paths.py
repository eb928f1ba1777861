"""File names that git refuses to put into an index, on any system: `.git` and what some file system takes for it."""

import re

from releases.engine.trees import SYMLINK, TYPE_BITS

_HFS_IGNORES = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]")
_NOT_CHARACTERS = re.compile("[\ufffe\uffff]")
_NTFS_BEGINNINGS = re.compile(rb"\A|\\")
_NTFS_GIT = re.compile(rb"(?:\.git|git~1)[. ]*(?:[/\\:]|\Z)", re.IGNORECASE)
_NTFS_MODULES = re.compile(
    rb"(?:\.gitmodules|gitmod~[1-4]"
    rb"|gi7eba~[1-9]|gi7eb~[1-9][0-9]|gi7e~[1-9][0-9]{2}|gi7~[1-9][0-9]{3}|gi~[1-9][0-9]{4}|g~[1-9][0-9]{5}|~[1-9][0-9]{6})"
    rb"[. ]*(?::|\Z)",
    re.IGNORECASE,
)


def is_dot_git(name: bytes) -> bool:
    """Whether some file system takes the path component `name` for `.git`."""
    return _hfs_folded(name) == ".git" or _NTFS_GIT.match(name) is not None


def is_dot_gitmodules(name: bytes) -> bool:
    """Whether some file system takes the path component `name` for `.gitmodules`."""
    return _hfs_folded(name) == ".gitmodules" or _NTFS_MODULES.match(name) is not None


def is_valid_path(path: bytes, mode: int) -> bool:
    """Whether git's index takes `path` for a file of `mode`, with the protections for HFS+ and NTFS on."""
    is_link = mode & TYPE_BITS == SYMLINK
    start = 0
    for component in path.split(b"/"):
        if component in (b"", b".", b".."):
            return False
        folded = _hfs_folded(component)
        if folded == ".git" or (is_link and folded == ".gitmodules"):
            return False
        # On NTFS a backslash ends a component too, so what follows one is looked at as well.
        for match in _NTFS_BEGINNINGS.finditer(component):
            begin = start + match.end()
            if _NTFS_GIT.match(path, begin) or (is_link and _NTFS_MODULES.match(path, begin)):
                return False
        start += len(component) + 1
    return True


def _hfs_folded(name: bytes) -> str:
    """The name as HFS+ compares it, in lower case, up to where it stops being UTF-8."""
    try:
        text = name.decode()
    except UnicodeDecodeError as error:
        text = name[: error.start].decode()
    return _HFS_IGNORES.sub("", _NOT_CHARACTERS.split(text)[0]).lower()
