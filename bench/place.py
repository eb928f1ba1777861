"""Where the bench's repositories and worktrees lie."""

import os
import shutil
import tempfile
from pathlib import Path

_MEMORY = Path("/dev", "shm")
_ROOM = 3_000_000_000
"""Bytes that must be free."""


def in_memory() -> bool:
    """Whether temporary files lie in memory."""
    return Path(tempfile.gettempdir()) == _MEMORY


def settle() -> bool:
    """Put temporary files into memory where there is room and TMPDIR says nothing; says whether they lie there now.

    `git am` writes a worktree, and a busy disk would count for the engine.
    """
    if "TMPDIR" not in os.environ and _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free >= _ROOM:
        tempfile.tempdir = str(_MEMORY)
    return in_memory()
