"""What time does with members: each thing is announced once for each occasion, and nobody is suspended by a machine."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Role, User
from advisories import policies
from advisories.models import MemberKey, MemberLetter, Membership, MembershipState, PolicyVersion, Tells
from advisories.policy import Policy
from advisories.predisclosure import keys, member_letters, terms, watching
from tests.advisories.predisclosure.applying import public_key
from tests.make import make_member, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member(terms_version=1, terms_accepted_at=timezone.now())


@pytest.fixture
def by() -> User:
    return make_user("", Role.COORDINATOR)


def key_of(member: Membership, days: float) -> MemberKey:
    end = timezone.now() + timedelta(days=days)
    return MemberKey.objects.create(
        organisation=member.organisation, certificate=public_key(), fingerprint="A" * 40, expires_at=end
    )


def promised(kind: Tells) -> int:
    return MemberLetter.objects.filter(kind=kind).count()


@pytest.mark.parametrize("days", watching.KEY_DAYS)
def test_the_end_of_a_key_is_announced_once_at_each_distance(member: Membership, days: int) -> None:
    key_of(member, days - 0.5)
    assert (watching.sweep(), watching.sweep()) == (1, 0)


def test_each_distance_is_announced_as_it_comes(member: Membership) -> None:
    key = key_of(member, 59)
    for days in (59, 29, 6):
        MemberKey.objects.filter(pk=key.pk).update(expires_at=timezone.now() + timedelta(days=days))
        watching.sweep()
    assert promised(Tells.KEY) == 3


def test_a_key_that_has_long_to_go_or_no_end_is_not_announced(member: Membership) -> None:
    key_of(member, 61)
    assert watching.sweep() == 0


def test_a_prolonged_key_is_announced_anew(member: Membership, by: User) -> None:
    key_of(member, 20)
    watching.sweep()
    keys.add(member.organisation, public_key().encode(), by=by)
    MemberKey.objects.filter(fingerprint="A" * 40).update(replaced_at=timezone.now())
    MemberKey.objects.in_use().update(expires_at=timezone.now() + timedelta(days=20))
    assert watching.sweep() == 1


def test_a_letter_about_a_key_says_neither_which_nor_whose(member: Membership) -> None:
    key_of(member, 20)
    watching.sweep()
    letter = member_letters.written(MemberLetter.objects.get())
    assert "AAAA" not in str(letter.body)
    assert member.organisation.name not in letter.subject + str(letter.body)


def test_members_are_asked_for_changed_terms_and_again_near_the_end(member: Membership, by: User) -> None:
    policies.change(Policy("SSA", terms="Other terms."), based_on=0, by=by, why="They were too long.")
    assert (watching.sweep(), watching.sweep()) == (1, 0)
    for days in (15, 24):
        watching.sweep(timezone.now() + timedelta(days=days))
    assert promised(Tells.TERMS) == 3


def test_whoever_does_not_accept_in_time_is_shown_and_not_suspended(member: Membership, by: User) -> None:
    policies.change(Policy("SSA", terms="Other terms."), based_on=0, by=by, why="They were too long.")
    later = timezone.now() + timedelta(days=31)
    watching.sweep(later)
    member.refresh_from_db()
    policy = policies.current_policy()
    owed = terms.duties(member, policy, terms.changed_at(policy), later)
    assert owed.is_overdue
    assert member.state == MembershipState.ACTIVE


def test_the_time_to_accept_runs_from_the_change_of_the_terms_and_not_of_anything_else(by: User) -> None:
    first = policies.change(Policy("SSA", terms="Other terms."), based_on=0, by=by, why="Shorter.")
    policies.change(Policy("SSA", terms="Other terms.", quorum=3), based_on=1, by=by, why="Three see more.")
    assert terms.changed_at(policies.current_policy()) == PolicyVersion.objects.get(pk=first.pk).at


def test_a_year_without_a_word_is_asked_about_until_they_confirm(member: Membership, by: User) -> None:
    Membership.objects.update(confirmed_at=timezone.now() - timedelta(days=366))
    assert (watching.sweep(), watching.sweep()) == (1, 0)
    terms.confirm(member, by=by)
    assert watching.sweep() == 0


def test_whoever_was_removed_is_asked_nothing(member: Membership) -> None:
    key_of(member, 20)
    member.move_to(MembershipState.REMOVED, by=None, reason="They asked for it.")
    assert watching.sweep() == 0
