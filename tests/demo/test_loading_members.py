"""The demonstration's pre-disclosure list has something of each kind."""

from pathlib import Path

import pytest

from accounts.models import Role
from advisories.models import Application, MemberKey, Membership
from demo.loading_members import load_latecomer, load_members
from tests.make import make_user


@pytest.mark.django_db
def test_two_are_on_the_list_one_waits_and_one_lacks_something(tmp_path: Path) -> None:
    make_user("coordinator@sluice.example", Role.COORDINATOR)
    load_members(tmp_path / "member.key")
    load_latecomer()
    assert Membership.objects.active().count() == 2
    assert MemberKey.objects.in_use().count() == 1
    assert set(Application.objects.values_list("state", flat=True)) == {"accepted", "applied", "begun"}
    assert "PRIVATE KEY" in (tmp_path / "member.key").read_text()
    assert (tmp_path / "member.key").stat().st_mode & 0o077 == 0
