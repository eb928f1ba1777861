"""A published advisory in the field's own layout: the record that every document is written from."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings

from advisories.affected import Condition, Needs, Statement, Status
from advisories.formats import plain_record
from advisories.formats.dialect import Dialect
from advisories.formats.record import (
    Affected as AffectedVersions,
)
from advisories.formats.record import (
    Finder,
    Identifier,
    PatchFile,
    Record,
    Row,
    Section,
    Slot,
    Stretch,
)
from advisories.formats.strict import cleaned, one_line
from advisories.models.identifier import GIVEN_BACK
from advisories.plain_text import to_plain
from advisories.reporting import credits
from advisories.versions import parse_ranges

HEADINGS = {
    "description": "ISSUE DESCRIPTION",
    "impact": "IMPACT",
    "vulnerable_systems": "VULNERABLE SYSTEMS",
    "mitigation": "MITIGATION",
    "credits": "CREDITS",
    "resolution": "RESOLUTION",
    "deployment": "DEPLOYMENT DURING EMBARGO",
}
"""Sections in the order of the field's texts, which put the credits before the resolution and its list of files."""

Files = Mapping[str, bytes]
"""Contents of the patches, by name."""


def dialect_for(content: Mapping[str, Any]) -> Dialect:
    """The words of this project, with every tree that the content names."""
    announced = content.get("announced") or {"table": ()}
    return dialect(one["tree"] for one in (*content["patches"], *content["affected"], *announced["table"]))


def dialect(trees: Iterable[str] = ()) -> Dialect:
    """The words of this project as the settings have them, with a word for each of `trees`."""
    main = settings.MAIN_TREE
    words = dict(settings.TREE_WORDS)
    named = sorted({main, *trees} - set(words.values()))
    own = settings.PROJECT_NAME if settings.PROJECT_NAME.lower() == main else main
    return Dialect(
        prefix=settings.ADVISORY_PREFIX,
        title=f"{settings.PROJECT_NAME} Security Advisory",
        main_tree=main,
        trees=(*words.items(), *((own if tree == main else tree, tree) for tree in named)),
        main_lines=tuple(settings.MAIN_LINES),
    )


def record_of(
    content: Mapping[str, Any], version: int, *, files: Files, updates: Sequence[tuple[int, str]] = ()
) -> Record:
    """The record of what readers are shown (`Publication.content`), at a version.

    `updates` holds what the revisions up to this one changed, as (version, text) in their order; what was announced
    before this portal was says that itself. Raises `ValueError` for content that was never frozen by this portal.
    """
    announced = content.get("announced")
    return Record(
        prefix=settings.ADVISORY_PREFIX,
        number=int(content["number"]),
        version=version,
        title=one_line(str(content["title"])),
        identifiers=tuple(
            Identifier(one["scheme"], one["value"]) for one in content["identifiers"] if one["state"] not in GIVEN_BACK
        ),
        sections=plain_record.sections_in(announced) if announced else _sections(content, updates),
        table=plain_record.table_in(announced) if announced else tuple(_rows(content["patches"])),
        patches=tuple(PatchFile(one["name"], one["sha256"], files.get(one["name"])) for one in content["patches"]),
        recipes=plain_record.recipes_in(announced) if announced else None,
        withdrawn=bool(announced and announced["withdrawn"]),
        finders=tuple(Finder(one["name"], one["affiliation"]) for one in content["finders"]),
        unnamed=tuple(credits.unnamed_in_words(content)),
        fixes=plain_record.fixes_in(announced) if announced else (),
        affected=tuple(
            AffectedVersions(
                one["tree"], Statement(Status(one["status"]), parse_ranges(one["ranges"]), _condition(one["condition"]))
            )
            for one in content["affected"]
        ),
    )


def _sections(content: Mapping[str, Any], updates: Sequence[tuple[int, str]]) -> tuple[Section, ...]:
    sections = content["sections"]
    found = [Section(f"UPDATES IN VERSION {number}", (prose(text),)) for number, text in reversed(updates)]
    for name, heading in HEADINGS.items():
        parts: list[str | Slot] = [prose(sections[name])] if sections.get(name, "").strip() else []
        if name == "resolution" and content["patches"]:
            parts += [Slot.PATCHES, Slot.SUMS]
        if parts:
            found.append(Section(heading, tuple(parts)))
    return tuple(found)


def prose(markdown: str) -> str:
    """Markdown as the text of a mail: its lines without blanks at their ends, and none around it.

    It is signed and read in terminals, and what people paste brings characters that steer one or turn what is read.
    """
    text = to_plain(cleaned(markdown))
    lines = [line.rstrip() for line in text.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n")


def _rows(patches: Sequence[Mapping[str, Any]]) -> list[Row]:
    return [
        Row(one["name"], one["tree"], tuple(Stretch(branch, branch) for branch in reversed(one["branches"])))
        for one in patches
    ]


def _condition(told: Mapping[str, Any] | None) -> Condition | None:
    return Condition(int(told["advisory"]), Needs(told["needs"])) if told else None
