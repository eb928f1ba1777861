"""A series that was uploaded, lined up behind a window and searched for what it needs."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from releases.engine.commute import footprints
from releases.engine.diff import parse_patch
from releases.engine.lineup import Element, LineUp
from releases.engine.prerequisites import Found, Search
from releases.engine.replay import Repository
from releases.engine.trees import Overlay
from releases.engine.windows import Window
from tests.upstream import Upstream, fix, numbered


@dataclass
class Asked:
    """A search's outcome, and the ids of the window."""

    found: Found
    ids: list[str]

    @property
    def prerequisites(self) -> list[int]:
        return list(self.found.prerequisites)


def search(upstream: Upstream, states: Sequence[Mapping[str, bytes | None]], series: bytes) -> Asked:
    """Commit `states`, the first being the release, and ask what `series` needs on it."""
    ids = [upstream.commit("staging-1.0", state) for state in states]
    with closing(Repository(upstream.path)) as repository:
        window = Window(repository.history, repository.history.walk(ids[0], ids[-1]), ids[0])
        elements = [
            Element(commit.id, frozenset(change.path for change in commit.changes), commit=index)
            for index, commit in enumerate(window.commits)
        ]
        patch = parse_patch(series)
        elements.append(Element("series", patch.paths, patches=(patch,), footprints=(footprints(patch),)))
        baseline = Overlay(repository.objects, repository.objects.root(ids[0]))
        wanted = {len(elements) - 1}
        return Asked(Search(LineUp(baseline, window, elements, fixed=wanted), wanted).run(), ids)


def test_a_series_for_the_tip_needs_what_it_stands_on(upstream: Upstream) -> None:
    tip = numbered("a", l4="near", l30="far")
    states = [{"a.c": numbered("a")}, {"a.c": numbered("a", l4="near")}, {"a.c": tip}]
    asked = search(upstream, states, fix(tip, numbered("a", l4="near", l5="fix", l30="far"), "a.c"))
    assert asked.prerequisites == [0]


def test_a_series_written_in_the_middle_does_without_what_came_later(upstream: Upstream) -> None:
    middle = numbered("a", l4="near")
    states = [{"a.c": numbered("a")}, {"a.c": middle}, {"a.c": numbered("a", l4="near", l5="later", l6="later")}]
    asked = search(upstream, states, fix(middle, numbered("a", l4="near", l5="fix"), "a.c"))
    assert asked.found.conflicting == ()
    assert asked.prerequisites == [0]


def test_a_commit_in_between_that_breaks_a_series_is_left_out(upstream: Upstream) -> None:
    states = [
        {"a.c": numbered("a")},
        {"a.c": numbered("a", l6="breaks it")},
        {"a.c": numbered("a", l6="breaks it", l16="needed")},
    ]
    written_for = numbered("a", l16="needed")
    series = fix(written_for, numbered("a", l5="fix", l16="needed", l17="fix"), "a.c")
    asked = search(upstream, states, series)
    assert asked.found.conflicting == ()
    assert asked.prerequisites == [1]


def test_a_series_for_other_lines_conflicts(upstream: Upstream) -> None:
    states = [{"a.c": numbered("a")}, {"a.c": numbered("a", l4="near")}]
    asked = search(upstream, states, fix(numbered("z"), numbered("z", l5="fix"), "a.c"))
    assert asked.found.conflicting == (1,)
    assert asked.prerequisites == []
