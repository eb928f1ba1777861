"""The engine gives the same verdict as `git apply --cached`, and the same tree."""

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from releases.engine.apply import Applied, apply_patch
from releases.engine.diff import NotAPatch, parse_patch, reverse
from releases.engine.limits import OverLimit
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.memory import Files, overlay_of
from tests.releases.engine.reference import ReferenceGit
from tests.releases.engine.strategies import damaged, diff_options, edited, mailed, trees


def result_of(base: Files, text: bytes, *, backwards: bool = False) -> str | None:
    """The tree the engine makes of `base`; None where it refuses."""
    try:
        patch = parse_patch(text)
    except (NotAPatch, OverLimit) as refused:
        assume(not differs_on_purpose(refused))
        return None
    overlay = overlay_of(base)
    applied = apply_patch(overlay, reverse(patch) if backwards else patch)
    if not isinstance(applied, Applied):
        assume(not differs_on_purpose(applied))
        return None
    return overlay.tree_id()


def differs_on_purpose(refusal: object) -> bool:
    return False


@settings(ENGINE)
@given(data=st.data())
def test_a_patch_of_a_history_applies_where_git_says_so(reference: ReferenceGit, data: st.DataObject) -> None:
    first = data.draw(trees())
    second = data.draw(edited(first))
    third = data.draw(edited(second))
    base = data.draw(st.sampled_from([second, second, second, first, third]))
    options = data.draw(diff_options)
    text = reference.diff(second, third, *options)
    if data.draw(st.integers(0, 3)) == 0:
        text += reference.diff(third, data.draw(edited(third)), *options)
    text = data.draw(mailed(data.draw(damaged(text))))
    backwards = data.draw(st.integers(0, 7)) == 0
    expected = reference.apply(base, text, reverse=backwards)
    event("applies" if expected else "refused")
    assert result_of(base, text, backwards=backwards) == expected
