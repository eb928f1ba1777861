"""Generated histories: a few files, commits whose hunks truly interact, and some of them outstanding."""

from dataclasses import dataclass

from hypothesis import strategies as st

from tests.upstream import Upstream

_WORDS = ("alpha", "beta", "gamma", "}", "")
"""Few lines that differ, so that contexts repeat and hunks find places where they don't belong."""


@dataclass(frozen=True)
class Story:
    """Contents after each commit, the first being the release; `outstanding` are indices of the commits behind it."""

    states: tuple[dict[str, bytes | None], ...]
    outstanding: frozenset[int]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    """A history of up to nine commits on up to three files, at least one of them outstanding."""
    lines = st.lists(st.sampled_from(_WORDS), min_size=4, max_size=24)
    state: dict[str, list[str] | None] = {name: draw(lines) for name in ("a.c", "b.c", "lib/c.c")}
    states = [_contents(state)]
    for number in range(draw(st.integers(1, 9))):
        for name in draw(st.sets(st.sampled_from(sorted(state)), min_size=1, max_size=2)):
            state[name] = _edited(draw, state[name], number)
        states.append(_contents(state))
    commits = range(len(states) - 1)
    return Story(tuple(states), draw(st.frozensets(st.sampled_from(commits), min_size=1, max_size=4)))


def write(upstream: Upstream, story: Story) -> list[str]:
    """Commit a story to `staging-1.0`, tag its beginning `1.0.0`; the ids, the release first."""
    ids = [upstream.commit("staging-1.0", story.states[0], "Release")]
    for number, state in enumerate(story.states[1:]):
        subject = f"This is XSA-{number + 1}" if number in story.outstanding else f"Change {number + 1}"
        ids.append(upstream.commit("staging-1.0", state, subject))
    upstream.tag("1.0.0", ids[0])
    return ids


def _edited(draw: st.DrawFn, lines: list[str] | None, number: int) -> list[str] | None:
    if lines is None:
        return [f"new {number}"]
    kind = draw(st.sampled_from(("insert", "insert", "replace", "replace", "delete", "remove file")))
    if kind == "remove file":
        return None
    at = draw(st.integers(0, len(lines)))
    removed = 0 if kind == "insert" else draw(st.integers(1, 3))
    added = (
        [] if kind == "delete" else draw(st.lists(st.sampled_from((*_WORDS, f"new {number}")), min_size=1, max_size=3))
    )
    return [*lines[:at], *added, *lines[at + removed :]]


def _contents(state: dict[str, list[str] | None]) -> dict[str, bytes | None]:
    return {
        name: None if lines is None else "".join(f"{line}\n" for line in lines).encode()
        for name, lines in state.items()
    }
