"""An archive of announcements for the small upstream, with recipes whose commits are really there."""

from collections.abc import Sequence
from pathlib import Path

from advisories.formats import announcement
from advisories.formats.record import (
    BranchRecipe,
    Identifier,
    PatchFile,
    Recipes,
    Record,
    Row,
    Section,
    Slot,
    Stretch,
    TreeRecipe,
)
from tests.advisories.formats.signing import RsaSigner
from tests.advisories.formats.sluice import SLUICE
from tests.upstream import fix, numbered

PLAIN, BOUNDED = numbered("queue"), numbered("queue", l12="queue is bounded")
FIRST = fix(PLAIN, BOUNDED)
SECOND = fix(BOUNDED, numbered("queue", l12="queue is bounded", l13="queue is checked"))
"""Stands on a line of the first."""


def record(
    number: int, *patches: bytes, stable_ref: str = "", prereqs: Sequence[int] = (), version: int = 1,
    branches: tuple[str, ...] = ("1.0",),
) -> Record:  # fmt: skip
    """An announcement of `patches` for these branches, with a recipe where there is a commit for one."""
    files = tuple(PatchFile.of(f"ssa{number}-{at}.patch", content) for at, content in enumerate(patches, start=1))
    names = tuple(one.name for one in files)
    recipe = BranchRecipe("1.0", (TreeRecipe("sluice", stable_ref, tuple(prereqs), names),))
    return Record(
        prefix="SSA",
        number=number,
        version=version,
        title=f"queue {number} overflows",
        identifiers=(Identifier("CVE", f"CVE-2026-{number:04}"),),
        sections=(
            *([Section(f"UPDATES IN VERSION {version}", ("It says more.",))] if version > 1 else []),
            Section("ISSUE DESCRIPTION", ("A queue overflows.",)),
            Section("RESOLUTION", ("Apply these.", Slot.PATCHES, Slot.SUMS)),
        ),
        table=tuple(Row(name, "sluice", tuple(Stretch(one, one) for one in branches)) for name in names),
        patches=files,
        recipes=Recipes(("1.0",), ("sluice",), (recipe,)) if stable_ref else None,
    )


def lay_down(folder: Path, rsa: RsaSigner, *records: Record) -> Path:
    """Texts, recipes and patches as files."""
    for one in records:
        place = folder / f"{one.number}-v{one.version}"
        place.mkdir(parents=True)
        text, recipe = announcement.write_text(one, SLUICE, rsa.sign)
        (place / "text").write_bytes(text)
        if recipe is not None:
            (place / f"ssa{one.number}.meta").write_bytes(recipe)
        for patch in one.patches:
            (place / patch.name).write_bytes(patch.content or b"")
    return folder
