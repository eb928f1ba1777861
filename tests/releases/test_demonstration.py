"""The demonstration's promises, kept by the whole main job: upload, fetch, check, cell by cell."""

from pathlib import Path

import pytest

from demo.loading import load_advisories, load_people
from demo.scenario import SCENARIO
from demo.scenario_values import Base, Expected
from demo.scenario_values import Series as PromisedSeries
from demo.upstream import build_upstream
from releases.engine.verdicts import Verdict
from releases.mirroring import fetching
from releases.models import Branch, Cell, Series, Tree
from tests.make import checked

BASELINES = {Base.POINT_RELEASE: "release", Base.STABLE: "stable", Base.STAGING: "staging"}


@pytest.mark.django_db
def test_every_cell_of_the_demonstration_is_as_promised(tmp_path: Path) -> None:
    upstream = build_upstream(tmp_path / "sluice.git")
    tree = Tree.objects.create(slug="sluice", url=str(upstream.git_dir))
    load_people(tmp_path / "people.json")
    assert fetching.fetch(tree.pk)
    load_advisories(tree, upstream)
    for branch in Branch.objects.filter(tree=tree):
        checked(branch)
    wrong = []
    for advisory in SCENARIO.advisories:
        for promised in advisory.series:
            for name in promised.expected:
                for base, baseline in BASELINES.items():
                    told = _told(advisory.number, promised, name, baseline)
                    wanted = _wanted(promised.expected_on(name, base))
                    if told != wanted:
                        wrong.append(f"{promised.key} on {name} {baseline}: {told} instead of {wanted}")
    assert not wrong, "\n".join(wrong)


def _wanted(expected: Expected) -> tuple[str, tuple[str, ...]]:
    return expected.verdict, (*expected.witness, *(f"advisory {number}" for number in expected.after))


def _told(number: int, promised: PromisedSeries, branch: str, baseline: str) -> tuple[str, tuple[str, ...]]:
    meant = set(promised.branches)
    rows = Series.objects.filter(advisory__number=number)
    series = [one for one in rows if {b.name for b in one.branches.all()} == meant]
    if not series:
        # What is no patch at all was refused at the door.
        return "invalid", ()
    cell = Cell.objects.get(series=series[0], branch__name=branch, baseline=baseline)
    assert cell.check_made is not None
    verdict = Verdict.from_json(cell.check_made.verdict.evidence)
    listed = [
        element.commit.subject
        if element.commit
        else f"advisory {Series.objects.get(pk=element.series).advisory.number}"
        for element in verdict.prerequisites
    ]
    return verdict.kind, tuple(listed)
