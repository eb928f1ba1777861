"""Fixtures and profiles of the engine's tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.releases.engine.reference import ReferenceGit

_NIGHTLY = os.environ.get("HYPOTHESIS_PROFILE") == "nightly"
# Each generated case starts git several times, so neither its time nor the size of its input says anything.
ENGINE = settings(
    max_examples=10_000 if _NIGHTLY else 150,
    derandomize=not _NIGHTLY,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceGit:
    """Real git in a repository of its own."""
    return ReferenceGit(Path(tmp_path_factory.mktemp("reference")))
