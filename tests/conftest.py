"""What every test stands on: a place of its own for data, Hypothesis profiles, an upstream made by real git."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from releases.models import Tree
from tests.make import make_tree
from tests.upstream import Upstream, make_small_upstream

hypothesis_settings.register_profile(
    "default", max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
hypothesis_settings.register_profile(
    "nightly", max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

_VAR = Path(tempfile.mkdtemp(prefix="penstock-tests-"))


def pytest_configure() -> None:
    """Keep mirrors, messages and the SQLite database of this process apart from everyone's, on a real file.

    A file, since threads and worker processes have to see the same database as the test.
    """
    django_settings.MIRRORS_DIR = _VAR / "mirrors"
    if django_settings.CELERY_BROKER_URL.startswith("filesystem:"):
        for folder in ("messages", "control"):
            (_VAR / "broker" / folder).mkdir(parents=True)
        django_settings.CELERY_BROKER_TRANSPORT_OPTIONS.update(
            data_folder_in=str(_VAR / "broker" / "messages"),
            data_folder_out=str(_VAR / "broker" / "messages"),
            control_folder=str(_VAR / "broker" / "control"),
        )
    database = django_settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(_VAR / "test.sqlite3")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(_VAR, ignore_errors=True)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    """Scrypt is slow on purpose, and no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """One branch, 1.0, with a point release, stable ahead of it, and staging ahead of stable."""
    return make_small_upstream(tmp_path / "upstream.git")


@pytest.fixture
def tree(db: None, upstream: Upstream) -> Iterator[Tree]:
    """The tree of `upstream`, not fetched yet; its mirror goes with the test."""
    tree = make_tree(upstream)
    yield tree
    for left in django_settings.MIRRORS_DIR.glob(f"{tree.pk}.git*"):
        shutil.rmtree(left) if left.is_dir() else left.unlink()
