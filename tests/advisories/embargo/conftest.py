"""Somebody of the team, and an advisory whose embargo nobody has spoken of yet."""

import pytest

from accounts.models import Role, User
from advisories.models import Advisory
from tests.make import make_advisory, make_user


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory()
