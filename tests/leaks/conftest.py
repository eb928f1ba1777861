"""The world that the leak tests look at: built once for each module, and for each test as it was."""

import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import transaction
from django.test import TestCase
from pytest_django import DjangoDbBlocker

from tests.leaks.counted import PROBES
from tests.leaks.keys import count_from_afar
from tests.leaks.world import World, build
from tests.make import fetched, make_tree
from tests.upstream import make_small_upstream


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """Everything secret, checked by real git, its bells rung on the real broker; never committed."""
    upstream = make_small_upstream(tmp_path_factory.mktemp("leaks") / "upstream.git")
    with django_db_blocker.unblock(), transaction.atomic():
        count_from_afar()
        tree = make_tree(upstream)
        try:
            yield build(fetched(tree), lambda: TestCase.captureOnCommitCallbacks(execute=True))
        finally:
            transaction.set_rollback(True)
            for left in settings.MIRRORS_DIR.glob(f"{tree.pk}.git*"):
                shutil.rmtree(left) if left.is_dir() else left.unlink()


@pytest.fixture
def world(built: World, db: None) -> World:
    """The world with everybody signed in anew; whatever a test does to it is taken back."""
    built.sign_in()
    return built


@pytest.fixture(autouse=True)
def _counted(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hand what a test counted to the process that writes the closing line."""
    before = dict(PROBES)
    yield
    request.node.user_properties += [(name, PROBES[name] - before[name]) for name in PROBES]
