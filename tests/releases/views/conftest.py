"""A small board for the tests of pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import User
from releases.models import Branch, Tree
from tests.make import make_branch, make_tree, signed_in
from tests.releases.views.rows import release_on

SignIn = Callable[[User], Client]


@pytest.fixture
def sluice(db: None) -> Tree:
    """A tree on an address that nobody asks."""
    return make_tree(url="https://ada:secret@git.sluice.example/sluice.git")


@pytest.fixture
def branches(sluice: Tree) -> list[Branch]:
    """Two followed branches with a point release each, the older first."""
    found = [make_branch(sluice, "1.7"), make_branch(sluice, "1.8")]
    for branch in found:
        release_on(branch)
    return found


@pytest.fixture
def sign_in() -> SignIn:
    """A browser in which this person has signed in."""
    return signed_in
