"""Somebody who writes, and their browser."""

import pytest
from django.test import Client

from accounts.models import Role, User
from tests.make import make_user, signed_in


@pytest.fixture
def writer(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(writer: User) -> Client:
    return signed_in(writer)
