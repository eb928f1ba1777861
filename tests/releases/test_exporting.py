"""Of trees and releases, what cannot have changed is not asked for again, and whatever did is."""

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from pytest_django import Settings

from advisories.affected import Status
from advisories.exporting import site
from advisories.exporting.asking import Answer, ask
from advisories.lifecycle import State
from advisories.models import Advisory, Affected
from advisories.public import keeping
from releases import exporting
from releases.models import Backlog, Branch, Flag, PointRelease
from tests.make import make_advisory, make_branch, make_publication, make_tree
from tests.releases.views.rows import APPLIES, CONFLICTS, check_on, release_on, revise, series_for

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _served(settings: Settings) -> None:
    settings.SITE_URL = "https://sec.sluice.example"
    settings.ALLOWED_HOSTS = ["testserver", "sec.sluice.example"]


@pytest.fixture
def branch() -> Branch:
    """Two releases, a fix on the last one with a list, and another branch beside."""
    tree = make_tree()
    found, other = make_branch(tree, "1.7"), make_branch(tree, "1.8")
    for one in (found, other):
        release_on(one)
    series = series_for([found], make_advisory(number=1, state=State.PUBLIC))
    check_on(series, found, APPLIES)
    last = PointRelease.objects.get(branch=found)
    step = {"commit": None, "series": str(series.pk), "revision": series.current_id, "patches": [0]}
    Backlog.objects.create(release=last, base_commit="4" * 40, digest="5" * 64, steps=[step], verified_tree="6" * 40)
    release_on(found, 2)
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses that a run asks the portal for, as it does."""
    found: list[str] = []

    def noted(path: str, tag: str = "") -> Answer:
        found.append(path)
        return ask(path, tag)

    monkeypatch.setattr("advisories.exporting.site.ask", noted)
    return found


def stale(folder: Path) -> Iterator[str]:
    """Files of trees and releases that are not what the portal says now."""
    current = (folder / "current").resolve()
    for file in sorted((current / "trees").rglob("*")):
        if file.is_file() and file.suffix != ".gz":
            name = str(file.relative_to(current))
            keeping.forget()
            answer = Client().get("/" + re.sub(r"(^|/)index\.html$", r"\1", name))
            if answer.content != file.read_bytes():
                yield name


def test_a_run_that_finds_nothing_new_asks_for_no_release(branch: Branch, tmp_path: Path, asked: list[str]) -> None:
    site.export(tmp_path, jobs=1)
    assert "/trees/sluice/1.7/1.7.3/" in asked
    assert "/trees/sluice/1.7/1.7.3/fixes.mbox" in asked
    asked.clear()
    again = site.export(tmp_path, jobs=1)
    assert not again.is_new
    assert [one for one in asked if one.startswith("/trees/")] == ["/trees/", "/trees/sluice/"]
    assert "trees/sluice/1.7/1.7.3/index.html" in {name for name, _ in _files(again.folder)}


def test_what_moves_on_one_branch_has_no_other_asked_for(branch: Branch, tmp_path: Path, asked: list[str]) -> None:
    site.export(tmp_path, jobs=1)
    asked.clear()
    release_on(branch, 4)
    site.export(tmp_path, jobs=1)
    assert "/trees/sluice/1.7/1.7.4/" in asked
    assert not [one for one in asked if one.startswith("/trees/sluice/1.8/")]


def test_planning_asks_as_often_for_many_branches_as_for_few(branch: Branch) -> None:
    counted: list[int] = []
    for more in (range(20, 26), ()):
        with CaptureQueriesContext(connection) as queries:
            found = list(exporting.parts())
        counted.append(len(queries))
        for number in more:
            release_on(make_branch(branch.tree, f"1.{number}"))
    assert len(found) == 1 + 2 + 6
    assert counted[0] == counted[1]


def _released(branch: Branch) -> None:
    release_on(branch, 4)


def _failed(branch: Branch) -> None:
    series = branch.series.get()
    check_on(series, branch, CONFLICTS)
    Flag.objects.create(series=series, branch=branch)


def _revised(branch: Branch) -> None:
    revise(branch.series.get(), b"another patch\n")


def _another_list(branch: Branch) -> None:
    Backlog.objects.update(digest="7" * 64, verified_tree="8" * 40)


def _another_fix(branch: Branch) -> None:
    series_for([branch], make_advisory(number=2, state=State.PUBLIC))


def _retitled(branch: Branch) -> None:
    Advisory.objects.filter(number=1).update(title="Another title")
    make_publication(Advisory.objects.get(number=1), timezone.now())


def _withdrawn(branch: Branch) -> None:
    withdrawn = {"state": State.WITHDRAWN, "ended_because": "It was none.", "withdrawn_at": timezone.now()}
    Advisory.objects.filter(number=1).update(**withdrawn)


def _let_go(branch: Branch) -> None:
    Branch.objects.filter(pk=branch.pk).update(is_followed=False)


def _out_of_support(branch: Branch) -> None:
    Branch.objects.filter(pk=branch.pk).update(security_supported_until=date(2020, 1, 1))


def _broken(branch: Branch) -> None:
    Branch.objects.filter(pk=branch.pk).update(trouble="Its staging ref is gone.")


@pytest.mark.parametrize(
    "move",
    [
        *(_released, _failed, _revised, _another_list, _another_fix),
        *(_retitled, _withdrawn, _let_go, _out_of_support, _broken),
    ],
)
def test_whatever_moves_is_in_the_next_generation(
    branch: Branch, tmp_path: Path, move: Callable[[Branch], None]
) -> None:
    site.export(tmp_path, jobs=1)
    assert list(stale(tmp_path)) == []
    move(branch)
    assert list(stale(tmp_path)), "it moves nothing that readers are told"
    site.export(tmp_path, jobs=1)
    assert list(stale(tmp_path)) == []


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    return ((str(one.relative_to(folder)), one) for one in folder.rglob("*") if one.is_file())


def test_an_advisory_has_only_pages_of_releases_asked_for_of_which_no_list_is_kept(
    branch: Branch, tmp_path: Path, asked: list[str]
) -> None:
    Branch.objects.filter(name="1.8").update(is_followed=False)
    site.export(tmp_path, jobs=1)
    asked.clear()
    said = make_advisory(number=9)
    Affected.objects.create(advisory=said, position=1, tree="sluice", ranges="1.8.x", status=Status.AFFECTED)
    make_publication(said, timezone.now())
    site.export(tmp_path, jobs=1)
    assert [one for one in asked if one.startswith("/trees/sluice/1")] == ["/trees/sluice/1.8/1.8.3/"]
    assert list(stale(tmp_path)) == []


def test_a_date_of_support_that_moves_is_on_the_pages_of_all_its_releases(branch: Branch, tmp_path: Path) -> None:
    ended = Branch.objects.get(name="1.8")
    release_on(ended, 2)
    Branch.objects.filter(pk=ended.pk).update(security_supported_until=date(2020, 1, 1))
    site.export(tmp_path, jobs=1)
    Branch.objects.filter(pk=ended.pk).update(security_supported_until=date(2020, 2, 2))
    assert "trees/sluice/1.8/1.8.2/index.html" in list(stale(tmp_path))
    site.export(tmp_path, jobs=1)
    assert list(stale(tmp_path)) == []
