"""An upstream's releases, cut into windows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise


class NothingToReplay(Exception):
    """The arguments don't fit the repository; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Span:
    """One window by name: from a tag to the next, or to a staging ref. `*_id` are commit ids."""

    base: str
    tip: str
    base_id: str
    tip_id: str


def compile_tag_pattern(text: str) -> re.Pattern[str]:
    """The pattern that tells releases; raises `NothingToReplay` unless it has groups for series and number."""
    pattern = compile_pattern(text, "--release-tag")
    if pattern.groups < 2:
        raise NothingToReplay(
            f"--release-tag needs two groups, for the series and the point number: {text!r} has fewer"
        )
    return pattern


def compile_pattern(text: str, option: str) -> re.Pattern[str]:
    """A regular expression given as an option; raises `NothingToReplay` where it is none."""
    try:
        return re.compile(text)
    except re.error as error:
        raise NothingToReplay(f"{option} is not a regular expression: {error}") from error


def spans_of(
    refs: Mapping[str, str], release_tag: re.Pattern[str], staging: str | None
) -> tuple[list[list[Span]], list[str]]:
    """Every window of a repository with these `refs` (full name -> commit), by series, and what is missing.

    A window runs from a tag to the tag with the next number, and from a series' last tag to its staging ref. Series
    and numbers are in numerical order. Raises `NothingToReplay` where no tag is a release.
    """
    releases: dict[str, dict[int, tuple[str, str]]] = defaultdict(dict)
    for ref, commit in refs.items():
        if ref.startswith("refs/tags/") and (match := release_tag.fullmatch(ref.removeprefix("refs/tags/"))):
            series, number = match.group(1) or "", match.group(2) or ""
            if not re.fullmatch("[0-9]+", number):
                raise NothingToReplay(f"the second group of --release-tag is not a number in {ref}: {number!r}")
            releases[series][int(number)] = (ref.removeprefix("refs/tags/"), commit)
    if not releases:
        raise NothingToReplay(f"no tag matches --release-tag {release_tag.pattern!r}")
    notes: list[str] = []
    in_order = sorted(releases, key=_numerically)
    return [_spans_of_series(series, releases[series], refs, staging, notes) for series in in_order], notes


def _numerically(series: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (-1, part) for part in re.findall(r"[0-9]+|[^0-9]+", series)]


def _spans_of_series(
    series: str,
    releases: Mapping[int, tuple[str, str]],
    refs: Mapping[str, str],
    staging: str | None,
    notes: list[str],
) -> list[Span]:
    spans: list[Span] = []
    numbers = sorted(releases)
    for number, following in pairwise(numbers):
        name, commit = releases[number]
        if following == number + 1:
            spans.append(Span(name, releases[following][0], commit, releases[following][1]))
        else:
            notes.append(f"{name} has no window: there is no tag with number {number + 1}")
    if staging is not None:
        name, commit = releases[numbers[-1]]
        wanted = staging.replace("{series}", series)
        ref = next((ref for ref in _places_of(wanted) if ref in refs), None)
        if ref is None:
            notes.append(f"{name} has no window: there is no {wanted}")
        else:
            spans.append(Span(name, ref.removeprefix("refs/heads/").removeprefix("refs/remotes/"), commit, refs[ref]))
    return spans


def _places_of(name: str) -> Iterable[str]:
    return (name, f"refs/heads/{name}", f"refs/remotes/origin/{name}", f"refs/remotes/{name}", f"refs/tags/{name}")
