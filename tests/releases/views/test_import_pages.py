"""The report of an import, for those who read every advisory."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Role
from advisories.models import ImportedNumber, ImportFinding, ImportRun, Outcome, Weight
from releases.models import Trial
from releases.models.trial import TrialResult
from tests.make import make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def team(client: Client) -> Client:
    client.force_login(make_user("", Role.SECURITY))
    return client


@pytest.fixture
def run() -> ImportRun:
    made = ImportRun.objects.create(sources=["archive"])
    ImportFinding.objects.create(
        run=made,
        weight=Weight.DOUBT,
        kind="recipe-names-another",
        where="12.eml ssa12.meta",
        line=17,
        message="no such",
    )
    ImportFinding.objects.create(
        run=made, weight=Weight.UNDERSTOOD, kind="understood", where="12.eml", message="read it"
    )
    ImportedNumber.objects.create(run=made, number=13, outcome=Outcome.REFUSED, why="people have worked on it")
    return made


def test_nobody_has_brought_anything(team: Client) -> None:
    assert "Nothing was brought in" in team.get("/imports/").content.decode()


def test_the_list_counts_what_was_refused_whether_or_not_it_was_a_number(team: Client, run: ImportRun) -> None:
    for name in ("1.eml", "2.eml"):
        ImportFinding.objects.create(run=run, weight=Weight.REFUSED, kind="too-large", where=name, message="too large")
    page = team.get("/imports/").text
    for says, count in (("brought in", 0), ("stayed out", 1), ("refused", 2), ("doubts", 1)):
        assert f'data-says="{says}">{count}<' in page


def test_doubts_stand_with_their_lines_and_what_was_read_behind_a_tab(team: Client, run: ImportRun) -> None:
    page = team.get(run.get_absolute_url()).content.decode()
    assert "12.eml ssa12.meta:17" in page
    assert "read it" not in page
    assert "read it" in team.get(f"{run.get_absolute_url()}?weight=understood").content.decode()


def test_the_worst_stands_first_and_otherwise_the_order_of_the_report(team: Client, run: ImportRun) -> None:
    for weight, where in ((Weight.NOTE, "1.eml"), (Weight.REFUSED, "101.eml"), (Weight.REFUSED, "1001.eml")):
        ImportFinding.objects.create(run=run, weight=weight, kind="x", where=where, message=f"{weight} in {where}")
    page = team.get(run.get_absolute_url()).text
    places = [page.index(words) for words in ("refused in 101.eml", "refused in 1001.eml", "no such", "note in 1.eml")]
    assert places == sorted(places)


def test_what_stayed_out_says_why_and_a_stopped_import_how_to_go_on(team: Client, run: ImportRun) -> None:
    page = team.get(run.get_absolute_url()).content.decode()
    assert "people have worked on it" in page
    assert "The same command brings in the rest" in page


def test_recipes_stand_with_their_results(team: Client, run: ImportRun) -> None:
    tree = make_tree()
    results = {"1.0": (TrialResult.FAILS, TrialResult.APPLIES), "1.1": (TrialResult.FAILS, TrialResult.UNCLEAR)}
    for branch, (alone, after) in results.items():
        Trial.objects.create(
            run=run, tree=tree, number=12, version=3, branch=branch, stable_ref="1" * 40, alone=alone, after=after,
            told="SSA-11, which comes first: queue.c",
        )  # fmt: skip
    page = team.get(run.get_absolute_url()).content.decode()
    assert "1.0: applies after what comes first, and not without" in page
    assert "1.1: <strong>cannot be told" in page


def test_a_release_manager_reads_neither_list_nor_report(client: Client, run: ImportRun) -> None:
    client.force_login(make_user("", Role.RELEASE_MANAGER))
    assert client.get("/imports/").status_code == 403
    assert client.get(run.get_absolute_url()).status_code == 404


def test_the_list_asks_as_much_for_many_imports_as_for_one(team: Client, run: ImportRun) -> None:
    team.get("/imports/")
    before = _queries(team)
    for _ in range(5):
        ImportRun.objects.create(sources=[])
    assert _queries(team) == before


def _queries(team: Client) -> int:
    with CaptureQueriesContext(connection) as asked:
        team.get("/imports/")
    return len(asked)
