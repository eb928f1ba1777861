"""One upstream and one set of patches for all tests of the demonstration: they are only read."""

from collections.abc import Mapping

import pytest

from demo.scenario_patches import BuiltSeries, build_series
from demo.upstream import Upstream, build_upstream


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Upstream:
    return build_upstream(tmp_path_factory.mktemp("demo") / "sluice.git")


@pytest.fixture(scope="session")
def built(upstream: Upstream) -> Mapping[str, BuiltSeries]:
    return build_series(upstream)
