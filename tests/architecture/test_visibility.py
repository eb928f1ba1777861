"""Nothing guarded is fetched by a page except through the viewer: the syntax tree of every view is walked."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

GUARDED = {
    *(
        "Report",
        "Message",
        "Attachment",
        "IncomingMail",
        "OutgoingMail",
        "OpenedLetter",
        "OpenedFile",
        "Finder",
        "DraftFile",
        "ReportText",
    ),
    *("Advisory", "Event", "Series", "Cell", "Check", "Flag"),
    *("SeriesRevision", "Patch", "Upload", "StoredVerdict", "PolicyVersion"),
    *("SharedFix", "FixLook", "FixAnswer"),
    *(
        "Batch",
        "BatchEntry",
        "BatchMove",
        "Arming",
        "Approval",
        "Override",
        "Revision",
        "RevisionPatch",
        "Publication",
        "PublicationStep",
        "PublicEntry",
    ),
    *(
        "Affected",
        "Comment",
        "CommentFile",
        "Identifier",
        "Tag",
        "PublicTag",
        "PublicMeasure",
        "TextVersion",
        "Tick",
        "TypedText",
        "Vector",
    ),
    *("ImportRun", "ImportFinding", "ImportedNumber", "Origin", "Trial", "PatchMatch"),
    *("Embargo", "Proposal", "Answer", "Consent", "StartedClock", "Overrun"),
    *("Organisation", "Contact", "Membership", "MemberKey", "Delivery", "KeptFrom", "Permission", "Notification"),
    *("MemberText", "Looked", "Token"),
    *("Application", "ApplicationNote", "MemberLetter"),
    *("Product", "Readiness", "Ask"),
}
THROUGH_THE_VIEWER = {
    *("visible_to", "read_by", "known_to", "public", "with_list_visible_to", "leaving_a_note_for"),
    *("record", "behind", "told_to_finder", "told_to_applicant"),
    *("held_by", "spoken_for_by", "of", "shown"),
}
"""`record` only writes; `behind` needs the token of a private link, `told_to_finder` the report it led to, `shown` the
secret of a token."""

SHAPED_FOR_VIEWERS = ("board", "evidence", "desk", "lacking")
"""Rooms of `releases` that only pages ask."""

NOT_SHOWN = {
    ("releases/forms/series.py", "Series.objects.none()"),
    ("advisories/forms/answering.py", "Organisation.objects.none()"),
    ("advisories/forms/judging.py", "Organisation.objects.none()"),
    ("advisories/forms/triage.py", "Advisory.objects.none()"),
    ("advisories/forms/triage.py", "Report.objects.none()"),
    *(("advisories/forms/numbering.py", f"{name}.objects.none()") for name in ("Advisory", "Report", "Identifier")),
    # Says only which advisories are not public, to mark or to leave out what the viewer has been let in on already.
    ("releases/board/rows.py", "Advisory.objects.embargoed()"),
    ("releases/evidence/dossier.py", "Advisory.objects.embargoed()"),
    # Whoever keeps a tree learns that something hangs on it and it may not go; not what, nor how much.
    ("releases/board/outlook.py", "Series.objects.filter(tree=tree)"),
    ("releases/board/outlook.py", "Check.objects.filter(branch__tree=tree)"),
}


def modules() -> Iterator[Path]:
    for app in ("accounts", "advisories", "releases"):
        for name in ("views", "forms", "templatetags"):
            yield from sorted((ROOT / app / name).glob("*.py"))
            yield from sorted((ROOT / app).glob(f"{name}.py"))
        yield from sorted((ROOT / app).glob("*_views.py"))
        yield from sorted((ROOT / app).glob("feeds.py"))
    for room in SHAPED_FOR_VIEWERS:
        yield from sorted((ROOT / "releases" / room).glob("*.py"))
    yield from (ROOT / "releases" / "finders" / f"{name}.py" for name in ("reading", "for_the_team"))


def unguarded(source: str) -> Iterator[str]:
    """`Model.objects…` of a guarded model whose next step isn't through the viewer."""
    tree = ast.parse(source)
    parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Attribute) and node.attr in ("objects", "_default_manager", "_base_manager")):
            continue
        if not (isinstance(node.value, ast.Name) and node.value.id in GUARDED):
            continue
        step = parents[node]
        if not (isinstance(step, ast.Attribute) and step.attr in THROUGH_THE_VIEWER):
            yield ast.unparse(parents[step] if isinstance(step, ast.Attribute) else step)


@pytest.mark.parametrize("module", list(modules()), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_page_fetches_what_is_guarded_only_through_its_viewer(module: Path) -> None:
    name = str(module.relative_to(ROOT))
    found = [call for call in unguarded(module.read_text()) if (name, call) not in NOT_SHOWN]
    assert not found


def test_the_walk_finds_a_guarded_model_asked_directly() -> None:
    assert list(unguarded("Advisory.objects.filter(number=1)")) == ["Advisory.objects.filter(number=1)"]
    assert list(unguarded("get_object_or_404(Check.objects, pk=1)")) == ["get_object_or_404(Check.objects, pk=1)"]
    assert list(unguarded("Advisory.objects.visible_to(viewer).filter(number=1)")) == []
