"""What keeps failing is tried less and less often."""

from advisories.exporting.resting import FIRST_S, LONGEST_S, Resting


def tries(resting: Resting, what: object, seconds: range) -> list[int]:
    """When something that always fails is tried by whoever looks every second."""
    tried = []
    for second in seconds:
        if not resting.holds(what, second):
            tried.append(second)
            resting.failed(what, second)
    return tried


def test_rests_double_up_to_the_longest() -> None:
    assert tries(Resting(), "a", range(1_300)) == [0, 5, 15, 35, 75, 155, 315, 615, 915, 1215]
    assert (FIRST_S, LONGEST_S) == (5, 300)


def test_something_else_is_tried_at_once_and_begins_with_the_first_rest() -> None:
    resting = Resting()
    tries(resting, "a", range(100))
    assert tries(resting, "b", range(100, 120)) == [100, 105, 115]


def test_what_went_well_in_between_begins_with_the_first_rest() -> None:
    resting = Resting()
    tries(resting, "a", range(100))
    resting.went_well()
    assert tries(resting, "a", range(100, 120)) == [100, 105, 115]
