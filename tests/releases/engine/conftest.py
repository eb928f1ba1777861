"""Fixtures and profiles of the engine's tests."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.releases.engine.reference import ReferenceGit

# Each generated case starts git several times, so that neither its time nor its input's size says anything.
_PATIENT = {"deadline": None, "suppress_health_check": list(HealthCheck), "print_blob": True}
settings.register_profile("engine", max_examples=100, derandomize=True, database=None, **_PATIENT)
settings.register_profile("engine-nightly", max_examples=10_000, database=None, **_PATIENT)
ENGINE = settings.get_profile("engine-nightly" if os.environ.get("HYPOTHESIS_PROFILE") == "nightly" else "engine")


@pytest.fixture(scope="session")
def reference(tmp_path_factory: pytest.TempPathFactory) -> ReferenceGit:
    """Real git in a repository of its own."""
    return ReferenceGit(Path(tmp_path_factory.mktemp("reference")))
