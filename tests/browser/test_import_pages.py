"""Pages of what was brought in, looked at: nothing yet, one of each outcome, wide and narrow, light and dark."""

import pytest
from django.db.models.functions import Now

from accounts.models import Role, User
from advisories.lifecycle import State
from advisories.models import ImportedNumber, ImportFinding, ImportRun, Outcome, Weight
from releases.models import PatchMatch, Trial
from releases.models.trial import TrialResult
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, look_at
from tests.make import make_advisory, make_tree, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FINDINGS = (
    (Weight.REFUSED, "sum-differs", "archive/12.eml text", 88, "ssa12.patch is not the file whose digest is listed"),
    (Weight.DOUBT, "recipe-names-another", "archive/12.eml ssa12.meta", 17,
     "1.7 names ssa12-1.8.patch, the text says ssa12-1.7.patch"),
    (Weight.NOTE, "subject-differs", "archive/a-folder-with-a-long-name/2017-04-04-announcement-of-twelve.eml mail", 0,
     "the subject has another title: Guests may overflow the event queue of a neighbour"),
    (Weight.UNDERSTOOD, "understood", "archive/12.eml", 0, "SSA-12 version 3, 2 patches, signed by " + "A1B2C3D4" * 5),
)  # fmt: skip


@pytest.fixture
def reader() -> User:
    return make_user("sam@sluice.example", Role.SECURITY)


@pytest.fixture
def whole(reader: User) -> ImportRun:
    """An import with one of everything."""
    tree, run = make_tree(), ImportRun.objects.create(sources=["archive"], passed_over=3, finished_at=Now())
    for weight, kind, where, line, message in FINDINGS:
        ImportFinding.objects.create(run=run, weight=weight, kind=kind, where=where, line=line, message=message)
    for number in (12, 13):
        here = make_advisory(number=number, state=State.PUBLIC)
        ImportedNumber.objects.create(run=run, number=number, outcome=Outcome.MADE, versions=[1, 3], advisory=here)
    why = "two signed texts of version 2 differ"
    ImportedNumber.objects.create(run=run, number=14, outcome=Outcome.REFUSED, why=why)
    for branch, alone, after in (
        ("1.6", TrialResult.FAILS, TrialResult.APPLIES), ("1.7", TrialResult.APPLIES, TrialResult.APPLIES),
        ("1.8", TrialResult.FAILS, TrialResult.FAILS), ("master", TrialResult.NOTHING, TrialResult.NOTHING),
    ):  # fmt: skip
        told = "SSA-11, which comes first: common/event_fifo.c: the hunk's lines are not in the file"
        Trial.objects.create(run=run, tree=tree, number=12, version=3, branch=branch, stable_ref="1" * 40,
                             alone=alone, after=after, told=told if after == TrialResult.FAILS else "")  # fmt: skip
    PatchMatch.objects.create(run=run, tree=tree, number=12, version=3, file_name="ssa12.patch", same=["1.7", "1.8"])
    PatchMatch.objects.create(
        run=run,
        tree=tree,
        number=12,
        version=3,
        file_name="ssa12-1.6.patch",
        same=["1.5"],
        other=["1.6"],
        absent=["1.4"],
    )
    return run


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_imports_hold_in_every_form(
    reader: User, whole: ImportRun, open_browser: Open, width: int, scheme: str
) -> None:
    stopped = ImportRun.objects.create(sources=["archive"])
    undone = ImportRun.objects.create(sources=["archive"], finished_at=Now(), undone_at=Now())
    page = open_browser(reader, width=width, scheme=scheme).new_page()
    wrong: dict[str, list[str]] = {}
    for name, address in (
        ("imports", "/imports/"),
        ("import", whole.get_absolute_url()),
        ("import-understood", f"{whole.get_absolute_url()}?weight=understood"),
        ("import-stopped", stopped.get_absolute_url()),
        ("import-undone", undone.get_absolute_url()),
    ):
        wrong[name] = look_at(page, address, name)
    assert {name: found for name, found in wrong.items() if found} == {}
