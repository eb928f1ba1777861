"""What a revision changed, line by line, as readers are shown it."""

from collections.abc import Iterator
from difflib import SequenceMatcher

from advisories.public.saying import Content
from advisories.public.values import Changed
from advisories.sections import HEADINGS

AROUND = 2
"""Lines shown before and after a change."""
MOST_LINES = 1_500
"""Of one part; comparing takes time that grows with the square of it."""


def differences(before: Content, after: Content) -> tuple[Changed, ...]:
    """Compare two revisions as readers know them, part by part."""
    old, new = _as_lines(before), _as_lines(after)
    found = []
    for heading in dict.fromkeys((*old, *new)):
        one, other = old.get(heading, []), new.get(heading, [])
        if one != other:
            found.append(Changed(heading, tuple(_rows(one, other))))
    return tuple(found)


def _as_lines(content: Content) -> dict[str, list[str]]:
    parts = {"Title": [str(content["title"])]}
    for name, text in content["sections"].items():
        parts[HEADINGS.get(name, name)] = text.replace("\r\n", "\n").split("\n")
    parts["Identifiers"] = [one["value"] for one in content["identifiers"]]
    parts["Severity"] = [one["vector"] for one in content["severities"]]
    parts["Affected versions"] = [
        f"{one['tree']} {one['ranges']}: {one['status']}"
        + (
            f", only if the fix of {one['condition']['advisory']} is {one['condition']['needs']}"
            if one["condition"]
            else ""
        )
        for one in content["affected"]
    ]
    parts["Patches"] = [
        f"{one['name']} for {one['tree']} {', '.join(one['branches'])}, SHA-256 {one['sha256']}"
        for one in content["patches"]
    ]
    parts["Tags"] = list(content.get("tags", ()))
    parts["Credits by name"] = [one["name"] for one in content["finders"]]
    return parts


def _rows(before: list[str], after: list[str]) -> Iterator[tuple[str, str]]:
    if max(len(before), len(after)) > MOST_LINES:
        yield "…", "It changed in more places than can be shown here."
        return
    groups = list(SequenceMatcher(None, before, after, autojunk=False).get_grouped_opcodes(AROUND))
    for place, group in enumerate(groups):
        if place:
            yield "…", ""
        for tag, old_from, old_to, new_from, new_to in group:
            if tag == "equal":
                yield from ((" ", line) for line in before[old_from:old_to])
                continue
            yield from (("-", line) for line in before[old_from:old_to])
            yield from (("+", line) for line in after[new_from:new_to])
