"""A small board for the tests of pages."""

from collections.abc import Callable

import pytest
from django.test import Client

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import Advisory, DoorKind, Report, ReportDoor
from releases.finders import sharing
from releases.models import Branch, Series, SharedFix, Tree
from tests.make import make_accepted_report, make_advisory, make_branch, make_tree, make_user, signed_in
from tests.releases.views.rows import release_on, series_for

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


@pytest.fixture
def team(db: None) -> User:
    return make_user("one@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(number=12, state=State.READY, notes="Unspeakable notes")


@pytest.fixture
def report(advisory: Advisory, team: User) -> Report:
    return make_accepted_report(advisory, team, name="Ada", address="ada@research.example")


@pytest.fixture
def series(branches: list[Branch], advisory: Advisory) -> Series:
    return series_for(branches, advisory)


@pytest.fixture
def shared(series: Series, report: Report, team: User) -> SharedFix:
    return sharing.share(series.advisory, report, by=team)


@pytest.fixture
def link(report: Report) -> str:
    return f"/report/{ReportDoor.open_for(report, DoorKind.PAGE)}/"
