"""The key of a verdict: a digest over everything it depends on, so that unchanged inputs never compute twice.

Two keys, since verdicts differ in what they rest on. That a series applies, or is merged, depends on the files it
touches and on the commits that touched them; that it fails depends on the window and on the other series as well.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from releases.engine.contained import Past
from releases.engine.limits import Limits
from releases.engine.policy import Policy
from releases.engine.series import SeriesInput
from releases.engine.trees import Overlay
from releases.engine.verdicts import ENGINE_VERSION
from releases.engine.windows import Window


@dataclass(frozen=True, slots=True)
class Ingredients:
    """What every key of one baseline takes in."""

    baseline: Overlay
    past: Past
    base: str
    limits: Limits
    policy: Policy


def narrow_key(
    ingredients: Ingredients, series: SeriesInput, declared: Sequence[SeriesInput], paths: Iterable[bytes]
) -> str:
    """For verdicts that depend on `paths` alone: those of the series and of what it declares to need."""
    paths = sorted(paths)
    return _digest(
        [
            ENGINE_VERSION,
            asdict(ingredients.limits),
            _plain(asdict(ingredients.policy)),
            _digests(series),
            series.needs_commits,
            [[other.key, _digests(other), other.needs] for other in declared],
            [[path.hex(), *_standing(ingredients.baseline, path)] for path in paths],
            [commit.id for commit in ingredients.past.touching(paths, ingredients.base)],
        ]
    )


def wide_key(
    ingredients: Ingredients,
    at_tip: Ingredients,
    narrow: str,
    window: Window,
    commits: Sequence[int],
    others: Sequence[SeriesInput],
    reached: Iterable[bytes],
    never: str,
) -> str:
    """For all other verdicts: with the window's `commits` and the `others` that share files with the series, also
    indirectly, and with all these files (`reached`) as they stand on the baseline and on the window's tip."""
    paths = sorted(reached)
    return _digest(
        [
            narrow,
            never,
            [window.commits[index].id for index in commits],
            [[other.key, _digests(other), other.needs, other.needs_commits] for other in others],
            [
                [
                    [[path.hex(), *_standing(end.baseline, path)] for path in paths],
                    [commit.id for commit in end.past.touching(paths, end.base)],
                ]
                for end in (ingredients, at_tip)
            ],
        ]
    )


def _standing(overlay: Overlay, path: bytes) -> list[str]:
    """What stands at a path, and above it where a file is in the way of a directory."""
    entry = overlay.entry(path)
    if entry is not None:
        return [f"{entry.mode:o}", entry.oid]
    if overlay.is_directory(path):
        return ["directory"]
    while b"/" in path:
        path = path[: path.rindex(b"/")]
        above = overlay.entry(path)
        if above is not None:
            return ["below", f"{above.mode:o}", above.oid]
    return []


def _digests(series: SeriesInput) -> list[str]:
    return [hashlib.sha256(content).hexdigest() for content in series.patches]


def _plain(values: dict[str, object]) -> dict[str, str]:
    return {name: repr(value) for name, value in values.items()}


def _digest(parts: object) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()
