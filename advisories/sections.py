"""PURE: the sections of an advisory in the field's order, and who reads which."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Audience(StrEnum):
    """Whom a text is rendered for."""

    READER = "reader"
    """Everyone, once it is published."""
    MEMBER = "member"
    """Pre-disclosed organisations, during the embargo."""


@dataclass(frozen=True, slots=True)
class Section:
    """One section by its field's name."""

    name: str
    heading: str
    is_for_members: bool = False
    """Only members read it; it is never published."""


ALL = (
    Section("description", "Description"),
    Section("impact", "Impact"),
    Section("vulnerable_systems", "Vulnerable systems"),
    Section("mitigation", "Mitigation"),
    Section("resolution", "Resolution"),
    Section("credits", "Credits"),
    Section("deployment", "Deployment during embargo"),
    Section("notes", "Notes for members", is_for_members=True),
)
"""Permission to deploy during an embargo is told to everyone afterwards; notes to members never are."""

NAMES = tuple(section.name for section in ALL)
HEADINGS = {section.name: section.heading for section in ALL} | {"title": "Title"}


def told_to(audience: Audience) -> tuple[Section, ...]:
    """The sections that `audience` reads."""
    return tuple(section for section in ALL if audience is Audience.MEMBER or not section.is_for_members)


def filled(texts: Mapping[str, str], audience: Audience) -> Iterable[tuple[Section, str]]:
    """The sections for `audience` that hold something, with their Markdown, in order."""
    return [(section, text) for section in told_to(audience) if (text := texts.get(section.name, "")).strip()]
