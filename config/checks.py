"""What must hold on the machine before Penstock starts; `manage.py check` says what doesn't."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning

OLDEST_GIT = (2, 39)
"""Older ones lack fixes for writing outside the tree (CVE-2023-23946) and leaking through `--reject`."""


def check_git(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Find git and refuse one that is too old."""
    git = shutil.which("git")
    if git is None:
        return [Error("git is not installed.", hint="Install git 2.39 or newer.", id="penstock.E001")]
    answer = subprocess.run([git, "version"], capture_output=True, text=True, timeout=10, check=False).stdout
    found = re.search(r"(\d+)\.(\d+)", answer)
    if found is None or tuple(map(int, found.groups())) < OLDEST_GIT:
        oldest = ".".join(map(str, OLDEST_GIT))
        return [Error(f"{answer.strip()} is too old.", hint=f"Install git {oldest} or newer.", id="penstock.E002")]
    return []


def check_secret_key(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Warn where the key file can be read by others than the account that runs the site."""
    key = Path(settings.VAR_DIR / "secret-key")
    if key.exists() and key.stat().st_mode & 0o077:
        return [Warning(f"{key} can be read by others.", hint=f"chmod 600 {key}", id="penstock.W001")]
    return []


def check_static_files(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Miss the collected styles and scripts, whose names every page asks for: a worker that exports or confirms too."""
    wants_names = "Manifest" in settings.STORAGES["staticfiles"]["BACKEND"]
    if wants_names and not (settings.STATIC_ROOT / "staticfiles.json").exists():
        hint = "manage.py collectstatic, on every machine that runs the web or a worker."
        return [Error("Static files are not collected here, so every page breaks.", hint=hint, id="penstock.E003")]
    return []
