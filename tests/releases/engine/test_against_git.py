"""The engine gives the same verdict as `git apply --cached`, and the same tree."""

from hypothesis import assume, event, given, settings
from hypothesis import strategies as st

from releases.engine.apply import Conflict, apply_patch
from releases.engine.diff import NotAPatch, Patch, parse_patch, reverse
from releases.engine.trees import object_id
from tests.releases.engine.conftest import ENGINE
from tests.releases.engine.damage import damaged
from tests.releases.engine.memory import Files, overlay_of
from tests.releases.engine.reference import ReferenceGit
from tests.releases.engine.strategies import crowded, diff_options, edited, mailed, trees


def result_of(base: Files, text: bytes, *, backwards: bool = False) -> str | None:
    """The tree the engine makes of `base`; None where it refuses."""
    try:
        patch = parse_patch(text)
    except NotAPatch as refused:
        assume(refused.reason != "a NUL byte in a file name")
        return None
    overlay = overlay_of(base)
    applied = apply_patch(overlay, reverse(patch) if backwards else patch)
    if isinstance(applied, Conflict):
        assume(not differs_on_purpose(applied, patch, base))
        return None
    return overlay.tree_id()


def differs_on_purpose(conflict: Conflict, patch: Patch, base: Files) -> bool:
    """The cases of docs/adr/0002-where-the-engine-differs-from-git.md that end in a conflict."""
    stored = {object_id(b"blob", content) for _, content in base.values()}
    from_store = any(file.is_binary and {file.old_oid, file.new_oid} & stored for file in patch.files)
    return conflict.reason.endswith("is a directory's") or (from_store and "binary" in conflict.reason)


@settings(ENGINE)
@given(data=st.data())
def test_a_patch_of_a_history_applies_where_git_says_so(reference: ReferenceGit, data: st.DataObject) -> None:
    first = data.draw(trees())
    second = data.draw(edited(first))
    third = data.draw(edited(second))
    base = data.draw(st.sampled_from([second] * 5 + [first, third]))
    options = data.draw(diff_options)
    text = reference.diff(second, third, *options)
    if data.draw(st.integers(0, 3)) == 0:
        text += reference.diff(third, data.draw(edited(third)), *options)
    text = data.draw(mailed(data.draw(damaged(text))))
    backwards = data.draw(st.integers(0, 7)) == 0
    expected = reference.apply(base, text, reverse=backwards)
    event("applies" if expected else "refused")
    assert result_of(base, text, backwards=backwards) == expected


@settings(ENGINE)
@given(case=crowded(), backwards=st.booleans())
def test_a_hunk_is_placed_where_git_places_it(
    reference: ReferenceGit, case: tuple[bytes, bytes], backwards: bool
) -> None:
    content, text = case
    base = {b"f": (0o100644, content)}
    expected = reference.apply(base, text, reverse=backwards)
    event("applies" if expected else "refused")
    assert result_of(base, text, backwards=backwards) == expected
