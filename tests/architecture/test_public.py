"""What everyone sees is read from publications: the room for readers asks for nothing else."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

ASKED = {
    # Whoever has the bytes may have their signature; without them none is found.
    "Signature.filter", "Signature.over",
    "Publication.live", "Publication.current",
    "PublicEntry.filter", "PublicEntry.holding_all",
    "RevisionPatch.visible_to",
    # Steps of the lifecycle and moved dates of what is published, by key; their kinds are told to readers.
    "Event.filter",
}  # fmt: skip


def asked_in(source: str) -> set[str]:
    """Model and first step of every `Model.objects.step`."""
    return {
        f"{node.value.value.id}.{node.attr}"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr == "objects"
        and isinstance(node.value.value, ast.Name)
    }


def test_the_room_for_readers_asks_for_publications_only() -> None:
    files = sorted((ROOT / "advisories" / "public").glob("*.py"))
    assert files
    assert set().union(*(asked_in(file.read_text()) for file in files)) <= ASKED


def test_publications_have_one_door() -> None:
    apps = [file for app in ("advisories", "releases", "demo") for file in (ROOT / app).rglob("*.py")]
    made = [file for file in apps if "Publication.create" in asked_in(file.read_text())]
    assert made == []
