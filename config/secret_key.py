"""The key that signs sessions: given by the environment, or made once and kept beside the data."""

import os
import secrets
from pathlib import Path


def read_or_make(path: Path) -> str:
    """Return the key kept at `path`; where there is none yet, make one that only this account can read.

    Two processes may start at once: whoever loses the race to create the file reads the winner's key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
