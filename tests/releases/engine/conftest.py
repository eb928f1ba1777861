"""Fixtures and profiles of the engine's tests."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.night import IS_NIGHT
from tests.releases.engine.reference import ReferenceGit

# Each generated case starts git several times, so neither its time nor the size of its input says anything.
ENGINE = settings(
    max_examples=10_000 if IS_NIGHT else 150,
    derandomize=not IS_NIGHT,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceGit:
    """Real git in a repository of its own."""
    return ReferenceGit(Path(tmp_path_factory.mktemp("reference")))
