"""Somebody of the team at the desk, and a release of one advisory."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, Batch
from advisories.release import releasing, scheduling, sealing
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_user, signed_in
from tests.releases.views.desk.told import WEEK


@pytest.fixture
def member(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def team(member: User) -> Client:
    return signed_in(member)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(state=State.READY, title="Guests may overflow a queue", **SECTIONS)


@pytest.fixture
def batch(advisory: Advisory, member: User) -> Batch:
    """Open, a week ahead."""
    return scheduling.plan([advisory], timezone.now() + WEEK, by=member, name="Spring batch")


@pytest.fixture
def frozen(batch: Batch, member: User) -> Batch:
    """Frozen and signed."""
    releasing.freeze_batch(batch, fixes_of, by=member)
    sealing.seal_waiting()
    return batch
