"""PURE: what an announcement said, as a revision keeps it and as a draft goes on from."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from advisories.formats import plain_record
from advisories.formats.dialect import MAIN
from advisories.formats.record import UPDATES, PatchFile, Record, Row, version_key
from advisories.plain_text import to_markdown

NAMES = {
    "ISSUE DESCRIPTION": "description",
    "DESCRIPTION": "description",
    "SUMMARY": "description",
    "IMPACT": "impact",
    "IMPLICATIONS": "impact",
    "VULNERABLE SYSTEMS": "vulnerable_systems",
    "MITIGATION": "mitigation",
    "MITIGATIONS": "mitigation",
    "RESOLUTION": "resolution",
    "CREDITS": "credits",
    "CREDIT": "credits",
    "DEPLOYMENT DURING EMBARGO": "deployment",
}
"""Headings of the field's texts, as sections of the portal."""

LONGEST_TITLE = 200
LONGEST_FILE_NAME = 200

_NAME = re.compile(r"\d|^CVE$")
_MINOR = re.compile(r"(\d+)\.(\d+)")

Known = Mapping[str, Sequence[str]]
"""Tree -> the names of its release lines that there were."""


def sections_of(record: Record) -> dict[str, str]:
    """Markdown by section. A heading that the portal has no place for stands inside the section before it."""
    found: dict[str, list[str]] = {}
    place = "description"
    for section in record.sections:
        if UPDATES.fullmatch(section.heading) or not section.text.strip():
            continue
        own = NAMES.get(section.heading.upper())
        place = own or place
        if own is None and section.heading:
            found.setdefault(place, []).append(f"### {_as_heading(section.heading)}")
        found.setdefault(place, []).append(to_markdown(section.text))
    return {name: "\n\n".join(part for part in parts if part) for name, parts in found.items()}


def changes_of(record: Record) -> str:
    """What this version says it changed; empty where it doesn't say."""
    return "\n\n".join(text for version, text in record.updates if version == record.version)


def content_of(record: Record, known: Known, main_tree: str) -> dict[str, Any]:
    """What a revision keeps: the portal's fields, and beside them what was announced in its own order.

    A patch that no line of the table names is taken to be for `main_tree`, and for no branch of it.
    """
    return {
        "number": record.number,
        "title": record.title,
        "sections": sections_of(record),
        "identifiers": [
            {"scheme": one.scheme, "value": one.value, "state": "published", "replaced_by": ""}
            for one in record.identifiers
        ],
        "severities": [],
        "affected": [],
        "finders": [{"name": one.name, "affiliation": one.affiliation} for one in record.finders],
        "patches": [_patch(patch, record, known, main_tree) for patch in record.patches],
        "verdicts": [],
        "announced": plain_record.beyond(record),
    }


def kept_patches(record: Record) -> list[PatchFile]:
    """The patches that can be handed out: their bytes are at hand."""
    return [patch for patch in record.patches if patch.content is not None and len(patch.name) <= LONGEST_FILE_NAME]


def rows_for(name: str, record: Record) -> list[Row]:
    """The lines of the table that a file answers to."""
    return [row for row in record.table if name in record.files_matching(row.files)]


def branches_of(rows: Iterable[Row], tree: str, known: Known) -> tuple[str, ...]:
    """The release lines that these lines of the table name, the oldest first and the main line last.

    A stretch holds the lines between its ends as far as they are known to have been, or follow from the ends' numbers.
    """
    found: dict[str, None] = {}
    for row in rows:
        if row.tree != tree:
            continue
        for stretch in row.stretches:
            ends = [end for end in (stretch.newest, stretch.oldest) if end]
            between = [name for name in known.get(tree, ()) if stretch.covers(name)]
            found |= dict.fromkeys([*ends, *between, *_counted(stretch.newest, stretch.oldest)])
    return tuple(sorted(found, key=lambda name: (name == MAIN, version_key(name))))


def lines_named(records: Iterable[Record]) -> dict[str, list[str]]:
    """Every release line that these say something about, tree by tree."""
    found: dict[str, dict[str, None]] = {}
    for record in records:
        for row in record.table:
            for stretch in row.stretches:
                for name in (stretch.newest, stretch.oldest, *_counted(stretch.newest, stretch.oldest)):
                    found.setdefault(row.tree, {})[name] = None
        for tree in record.recipes.trees if record.recipes else ():
            found.setdefault(tree, {}).update(dict.fromkeys(record.recipes.supported if record.recipes else ()))
    return {tree: [name for name in names if name and name != MAIN] for tree, names in found.items()}


def _counted(newest: str, oldest: str) -> Iterator[str]:
    """The lines from one to another that differ in their last number alone: `4.6` to `4.10`."""
    one, two = _MINOR.fullmatch(oldest), _MINOR.fullmatch(newest)
    if one and two and one[1] == two[1] and int(two[2]) - int(one[2]) < 100:
        for minor in range(int(one[2]), int(two[2]) + 1):
            yield f"{one[1]}.{minor}"


def _patch(patch: PatchFile, record: Record, known: Known, main_tree: str) -> dict[str, Any]:
    rows = rows_for(patch.name, record)
    tree = rows[0].tree if rows else main_tree
    return {
        "name": patch.name,
        "sha256": patch.sha256,
        "tree": tree,
        "branches": list(branches_of(rows, tree, known)),
        "series": rows[0].files if rows else patch.name,
        "series_revision": 0,
    }


def _as_heading(heading: str) -> str:
    """A heading in capitals as the portal writes them: names with digits stay, and so does what was quoted."""
    if not heading.isupper() or '"' in heading:
        return heading.strip("\"' ")
    words = [word if _NAME.search(word) else word.lower() for word in heading.split()]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]]).replace("cves", "CVEs")
