"""A chain that shows where it was touched."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.canonical import NotCanonical
from advisories.events import START, Broken, Draft, Event, Fault, Head, Verified, append, head_of, verify

AT = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def chain(length: int, kind: str = "state-changed") -> list[Event]:
    head = Head()
    events: list[Event] = []
    for number in range(length):
        event = append(head, Draft(kind, AT + timedelta(hours=number), 7, f"advisory:{number}", {"to": "ready"}))
        events.append(event)
        head = head_of(event)
    return events


def test_a_whole_chain_gives_its_head() -> None:
    events = chain(5)
    assert verify(events) == Verified(Head(5, events[-1].hash))


def test_an_empty_chain_is_whole() -> None:
    assert verify([]) == Verified(Head(0, START))


def test_the_hash_stays_the_same_from_version_to_version() -> None:
    assert chain(1)[0].hash == "0c38932c2df6d5cf4dbe6b7e2db6b97f7c43de9704a18e7467cf5bdac8003a67"


CHANGES = [
    {"kind": "approved"},
    {"at": AT},
    {"by": 8},
    {"by": None},
    {"about": "advisory:99"},
    {"detail": {"to": "public"}},
    {"detail": {}},
    {"detail": {"to": "ready", "and": None}},
]


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_event_is_the_first_broken_link(change: dict[str, object]) -> None:
    events = chain(5)
    events[2] = replace(events[2], draft=replace(events[2].draft, **change))  # type: ignore[arg-type]
    assert verify(events) == Broken(3, Fault.CHANGED)


def test_an_event_with_a_new_hash_breaks_the_next_link() -> None:
    events = chain(5)
    forged = append(head_of(events[1]), replace(events[2].draft, by=8))
    assert verify([*events[:2], forged, *events[3:]]) == Broken(4, Fault.OTHER_PREVIOUS)


def test_an_event_taken_out_is_seen() -> None:
    events = chain(5)
    assert verify([*events[:1], *events[2:]]) == Broken(2, Fault.OUT_OF_SEQUENCE)


def test_two_events_in_each_others_place_are_seen() -> None:
    one, two, three = chain(3)
    assert verify([two, one, three]) == Broken(1, Fault.OUT_OF_SEQUENCE)


def test_a_detail_that_was_never_written_is_broken_and_not_an_error() -> None:
    events = chain(2)
    events[1] = replace(events[1], draft=replace(events[1].draft, detail={"x": 0.5}))
    assert verify(events) == Broken(2, Fault.UNREADABLE)


def test_a_cut_at_the_end_shows_only_against_a_kept_head() -> None:
    events = chain(5)
    assert isinstance(verify(events[:3]), Verified)
    assert verify(events[:3], kept=head_of(events[4])) == Broken(4, Fault.CUT)


def test_a_chain_written_anew_is_not_the_one_that_was_kept() -> None:
    kept = head_of(chain(3)[2])
    assert verify(chain(5, kind="other"), kept=kept) == Broken(3, Fault.OTHER_HISTORY)


def test_a_chain_that_has_grown_still_holds_the_kept_head() -> None:
    assert isinstance(verify(chain(5), kept=head_of(chain(3)[2])), Verified)


def test_a_fault_is_said_with_its_place() -> None:
    assert str(Broken(3, Fault.CHANGED)) == "event 3 was changed after it was written"


def test_a_detail_that_would_not_come_back_is_not_recorded() -> None:
    with pytest.raises(NotCanonical):
        append(Head(), Draft("kind", AT, None, detail={"at": AT}))


@given(
    length=st.integers(2, 8),
    data=st.data(),
)
def test_no_link_can_go_missing_move_or_change_unseen(length: int, data: st.DataObject) -> None:
    events = chain(length)
    kept = head_of(events[-1])
    place = data.draw(st.integers(0, length - 1))
    touched = list(events)
    match data.draw(st.sampled_from(["take out", "double", "change", "swap"])):
        case "take out":
            del touched[place]
        case "double":
            touched.insert(place, touched[place])
        case "change":
            touched[place] = replace(touched[place], draft=replace(touched[place].draft, kind="other"))
        case _:
            other = (place + 1) % length
            touched[place], touched[other] = touched[other], touched[place]
    broken = verify(touched, kept=kept)
    assert isinstance(broken, Broken)
    assert broken.sequence <= place + 2
