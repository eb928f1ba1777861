"""What a scanner concludes from OSV records, by the algorithm that the schema prescribes ("Evaluation").

It knows the records and, for commits, the history of a repository; nothing else of ours.
"""

from collections.abc import Callable, Iterable
from typing import Any

AtOrAfter = Callable[[str, str], bool]
"""Whether a version or a commit is another one or comes after it."""


def affecting(records: Iterable[dict[str, Any]], version: str) -> set[str]:
    """Which records say that a release is affected: those that list it, or whose ranges hold it."""
    return {
        record["id"]
        for record in records
        for affected in _affected(record)
        if version in affected.get("versions", ())
        or any(_holds(one, version, _by_number) for one in _ranges(affected, "SEMVER", "ECOSYSTEM"))
    }


def affects_commit(record: dict[str, Any], repository: str, commit: str, reaches: AtOrAfter) -> bool:
    """Whether a commit of a repository is affected; `reaches(a, b)` says whether `b` is in the history of `a`."""
    found = [one for affected in _affected(record) for one in _ranges(affected, "GIT") if one["repo"] == repository]
    return any(_holds(one, commit, reaches) for one in found)


def _affected(record: dict[str, Any]) -> list[dict[str, Any]]:
    return [] if "withdrawn" in record else list(record.get("affected", ()))


def _ranges(affected: dict[str, Any], *kinds: str) -> list[dict[str, Any]]:
    return [one for one in affected.get("ranges", ()) if one["type"] in kinds]


def _holds(within: dict[str, Any], place: str, at_or_after: AtOrAfter) -> bool:
    """Walk a range's events in their order: the last one that has been reached decides."""
    reached = [
        (kind, at)
        for event in within["events"]
        for kind, at in event.items()
        if at == "0" or (at_or_after(place, at) and not (kind == "last_affected" and place == at))
    ]
    last = [one for one in reached if not any(_is_later(other, one, at_or_after) for other in reached)]
    # Of two branches that met, the one with the fix brought it along.
    return bool(last) and all(kind == "introduced" for kind, _ in last)


def _is_later(one: tuple[str, str], other: tuple[str, str], at_or_after: AtOrAfter) -> bool:
    if one == other or one[1] == "0":
        return False
    return other[1] == "0" or (one[1] != other[1] and at_or_after(one[1], other[1]))


def _by_number(one: str, other: str) -> bool:
    return _key(one) >= _key(other)


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))
