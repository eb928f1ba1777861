"""A series as the engine takes it, and as it stands once it has been read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from releases.engine.diff import NotAPatch, Patch, parse_patch
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import patch_text
from releases.engine.policy import Policy


@dataclass(frozen=True, slots=True)
class SeriesInput:
    """What the caller hands in."""

    key: str
    """The caller's name for it; opaque."""
    patches: tuple[bytes, ...]
    needs: tuple[str, ...] = ()
    """Keys of series that must come first (declared)."""
    needs_commits: tuple[str, ...] = ()
    """Full ids of upstream commits that must come first (declared), in order."""


@dataclass(frozen=True, slots=True)
class ReadSeries:
    """A series whose patches have been read, as far as they can be."""

    given: SeriesInput
    texts: tuple[bytes, ...]
    """What `parse_patch` read, transfer encodings undone."""
    patches: tuple[Patch, ...]
    paths: frozenset[bytes]
    invalid: str = ""
    """Why it is no series to try, in a sentence; empty where it is."""
    invalid_patch: int | None = None
    """0-based place of the patch that is invalid; None where it is the series as a whole, or none."""


def read_series(given: SeriesInput, limits: Limits, policy: Policy, *, digits: int = 40) -> ReadSeries:
    """Read every patch; what cannot or must not be applied is told in `invalid`."""
    texts: list[bytes] = []
    patches: list[Patch] = []
    try:
        limits.check("patches_per_series", len(given.patches))
    except OverLimit as over:
        return ReadSeries(given, (), (), frozenset(), str(over))
    if not given.patches:
        return ReadSeries(given, (), (), frozenset(), "the series holds no patch")
    for number, content in enumerate(given.patches, start=1):
        try:
            limits.check("patch_bytes", len(content))
            text = patch_text(content)
            patch = parse_patch(text, limits=limits, oid_digits=digits)
            reason = policy.violation(patch)
        except NotAPatch as error:
            reason = f"not a patch: line {error.line}: {error.reason}"
        except OverLimit as over:
            reason = str(over)
        if reason is not None:
            paths = frozenset[bytes]().union(*(patch.paths for patch in patches))
            return ReadSeries(
                given, tuple(texts), tuple(patches), paths, f"patch {number}: {reason}", invalid_patch=number - 1
            )
        texts.append(text)
        patches.append(patch)
    return ReadSeries(
        given, tuple(texts), tuple(patches), frozenset[bytes]().union(*(patch.paths for patch in patches))
    )


def in_order(series: SeriesInput, others: Mapping[str, SeriesInput]) -> list[str]:
    """Keys of all that `series` declares to need, and that those need, in order; a circle is cut where it closes."""
    ordered: list[str] = []
    entered = {series.key}

    def visit(needs: Sequence[str]) -> None:
        for key in needs:
            if key in entered or key not in others:
                continue
            entered.add(key)
            visit(others[key].needs)
            ordered.append(key)

    visit(series.needs)
    return ordered
