"""What was announced before this portal was, as its page shows it: the recipe of each branch, branches as written."""

from collections.abc import Collection, Mapping
from fnmatch import fnmatchcase
from typing import Any

from django.conf import settings

from advisories.formats import plain_record
from advisories.formats.dialect import MAIN
from advisories.public.values import AnnouncedRecipe

Content = Mapping[str, Any]


def recipes(content: Content) -> tuple[AnnouncedRecipe, ...]:
    """How each branch was patched, the newest first; none of what was written here."""
    told = content.get("announced")
    found = plain_record.recipes_in(told) if told else None
    names = [one["name"] for one in content["patches"]]
    rows = [
        AnnouncedRecipe(
            recipe.tree,
            branch.branch,
            recipe.stable_ref,
            tuple(f"{settings.ADVISORY_PREFIX}-{number}" for number in recipe.prereqs),
            tuple(name for name in names if any(_answers(name, pattern, names) for pattern in recipe.patches)),
        )
        for branch in (found.branches if found else ())
        for recipe in branch.trees
    ]
    return tuple(sorted(rows, key=lambda one: (one.tree, one.branch != MAIN, _newest_first(one.branch))))


def branches_written(content: Content, files: str) -> tuple[str, ...]:
    """The branches that a line of the table named, as its author wrote them down; none of what was written here."""
    told = content.get("announced")
    rows = [row for row in plain_record.table_in(told) if row.files == files] if told else []
    return tuple(
        one.newest if one.newest == one.oldest else f"{one.newest} – {one.oldest or 'older ones'}"
        for row in rows
        for one in row.stretches
    )


def _answers(name: str, pattern: str, names: Collection[str]) -> bool:
    """Whether a pattern of a recipe means a file; one that is a file's whole name means that file alone."""
    return name == pattern if pattern in names else fnmatchcase(name, pattern)


def _newest_first(branch: str) -> tuple[int, ...]:
    return tuple(-int(part) if part.isdigit() else 0 for part in branch.split("."))
