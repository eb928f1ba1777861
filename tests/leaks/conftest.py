"""The world that the leak tests look at."""

import pytest
from pytest_django import DjangoCaptureOnCommitCallbacks

from releases.models import Tree
from tests.leaks.world import World, build
from tests.make import fetched


@pytest.fixture
def world(tree: Tree, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> World:
    """Everything secret, checked by real git, its bells rung on the real broker."""
    return build(fetched(tree), lambda: django_capture_on_commit_callbacks(execute=True))
