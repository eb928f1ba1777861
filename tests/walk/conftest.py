"""What walks and races share."""

import pytest
from django.db import connection

from accounts.models import Role, User
from releases.models import Branch, Tree
from tests.advisories.predisclosure.conftest import gpg, server, team, team_signs
from tests.make import fetched, make_user

__all__ = ["gpg", "server", "team", "team_signs"]

ROUNDS = 3 if connection.vendor == "postgresql" else 1
"""How often a race is run: side by side, threads don't meet in the same place each time."""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run every race so often."""
    if metafunc.module.__name__.rpartition(".")[2].startswith("test_races"):
        metafunc.fixturenames.append("round_of_race")
        metafunc.parametrize("round_of_race", range(ROUNDS))


@pytest.fixture
def branch(tree: Tree) -> Branch:
    """The upstream's branch, fetched."""
    return fetched(tree)


@pytest.fixture
def people(db: None) -> list[User]:
    """Three of the team: the first writes."""
    return [make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("writer", "second", "third")]
