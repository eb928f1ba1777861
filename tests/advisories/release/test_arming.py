"""What is approved, and by how many."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.release.arming import Approval, Armament, ArmedAdvisory, ArmedPatch, quorum

AT = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
FIRST = ArmedPatch("1.patch", "a" * 64)
SECOND = ArmedPatch("2.patch", "b" * 64)
ONE = ArmedAdvisory(12, 1, "c" * 64, (FIRST, SECOND))
OTHER = ArmedAdvisory(13, 2, "d" * 64)
RELEASE = Armament(frozenset({ONE, OTHER}), frozenset({"security@acme.example 0xAB", "list@example.org"}), AT)
TEAM = frozenset({1, 2, 3})


@pytest.mark.parametrize(
    "changed",
    [
        replace(RELEASE, public_at=AT + timedelta(microseconds=1)),
        replace(RELEASE, recipients=RELEASE.recipients | {"new@example.org"}),
        replace(RELEASE, recipients=frozenset({"list@example.org"})),
        replace(RELEASE, advisories=frozenset({ONE})),
        replace(RELEASE, advisories=frozenset({replace(ONE, content_sha256="e" * 64), OTHER})),
        replace(RELEASE, advisories=frozenset({replace(ONE, revision=2), OTHER})),
        replace(RELEASE, advisories=frozenset({replace(ONE, patches=(SECOND, FIRST)), OTHER})),
        replace(RELEASE, advisories=frozenset({replace(ONE, patches=(FIRST,)), OTHER})),
        replace(RELEASE, advisories=frozenset({replace(ONE, patches=(replace(FIRST, name="0.patch"), SECOND)), OTHER})),
    ],
)
def test_any_change_is_another_release(changed: Armament) -> None:
    assert changed.digest() != RELEASE.digest()


def test_the_same_instant_in_another_zone_is_the_same_release() -> None:
    elsewhere = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert replace(RELEASE, public_at=elsewhere).digest() == RELEASE.digest()


def test_the_digest_stays_the_same_from_version_to_version() -> None:
    assert RELEASE.digest() == "82a4dac1ad5e674d55aed8cfaa8fa5f07928dd05910f9e2a118d8f1c7ac1848a"


def test_an_instant_without_a_zone_cannot_be_armed() -> None:
    with pytest.raises(ValueError, match="zone"):
        replace(RELEASE, public_at=AT.replace(tzinfo=None)).digest()


texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
patches = st.lists(st.builds(ArmedPatch, texts, texts), max_size=3).map(tuple)
advisories = st.frozensets(st.builds(ArmedAdvisory, st.integers(1, 3), st.integers(1, 2), texts, patches), max_size=3)
instants = st.sampled_from([AT, AT + timedelta(seconds=1)])
armaments = st.builds(Armament, advisories, st.frozensets(texts, max_size=3), instants)


@given(one=armaments, other=armaments)
def test_digests_are_equal_exactly_where_releases_are(one: Armament, other: Armament) -> None:
    assert (one.digest() == other.digest()) == (one == other)


def given_by(*people: int, digest: str = "this") -> list[Approval]:
    return [Approval(person, digest, AT) for person in people]


def standing(approvals: list[Approval], authors: frozenset[int] = frozenset(), needed: int = 2) -> tuple[bool, str]:
    found = quorum(approvals, "this", authors=authors, team=TEAM, needed=needed)
    return found.is_met, found.missing


def test_two_of_the_team_are_a_quorum() -> None:
    assert standing(given_by(1, 2)) == (True, "")


def test_one_is_not_enough_however_often() -> None:
    assert standing(given_by(1, 1, 1)) == (False, "1 more approval of exactly this needed.")


def test_nobody_has_approved() -> None:
    assert standing([]) == (False, "2 more approvals of exactly this needed.")


def test_authors_alone_are_never_enough() -> None:
    met, missing = standing(given_by(1, 2), authors=frozenset({1, 2}))
    assert not met
    assert "somebody else" in missing


def test_an_author_counts_beside_somebody_else() -> None:
    assert standing(given_by(1, 3), authors=frozenset({1, 2}))[0]


def test_a_quorum_of_one_is_not_its_author() -> None:
    assert not standing(given_by(1), authors=frozenset({1}), needed=1)[0]


def test_approvals_of_something_else_are_void_and_named() -> None:
    found = quorum([*given_by(1), *given_by(1, 2, digest="before")], "this", authors=frozenset(), team=TEAM, needed=2)
    assert (found.is_met, found.counted, found.void) == (False, frozenset({1}), frozenset({2}))


def test_who_has_left_the_team_does_not_count() -> None:
    assert not standing(given_by(1, 99))[0]
