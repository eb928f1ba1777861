"""One table: every kind of person x every state x every page, form and download, each asked by its own methods."""

import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from accounts.models import Role
from advisories import policies
from advisories.policy import Blackout, Policy
from advisories.predisclosure import sealing as sealing_for_members
from advisories.release import sealing
from tests.make import make_branch, make_tree, make_user
from tests.releases.views.rows import release_on
from tests.rights.installation import equip, list_what_is_lacking
from tests.rights.membership import draw_feed_token, shut_out, take_in
from tests.rights.people import enrol, kinds, sign_in
from tests.rights.questions import Question, alternate, questions
from tests.rights.stage import IN_BATCHES, LIST, invite_somebody, set_up
from tests.rights.table import AUDIENCES


class Stages:
    """Everything there is, and everybody."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        writer = make_user("writer@sluice.example", Role.SECURITY)
        invite_somebody(writer)
        holidays = Blackout("Holidays", date(2035, 1, 1), date(2035, 1, 2))
        policies.change(Policy("SSA", blackouts=(holidays,)), based_on=0, by=writer, why="It is the first.")
        tree = make_tree()
        branches = [make_branch(tree, "1.7"), make_branch(tree, "1.8")]
        for branch in branches:
            release_on(branch)
        self.kinds = {kind.name: kind for kind in kinds()}
        for kind in self.kinds.values():
            enrol(kind)
        taken, secret = take_in(self.kinds), draw_feed_token(self.kinds)
        self.all = [set_up(name, branches, writer, self.kinds, secret) for name in IN_BATCHES]
        list_what_is_lacking(branches[0], next(one for one in self.all if one.name == "public").advisory)
        shut_out(taken, [stage.advisory for stage in self.all], writer)
        sealing.seal_waiting()
        sealing_for_members.seal_waiting()


@pytest.fixture(scope="module")
def built(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Stages]:
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield Stages()
        finally:
            transaction.set_rollback(True)


@pytest.fixture
def stages(
    built: Stages, db: None, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> Iterator[Stages]:
    """Who gets in is decided before a page is rendered, which is what takes the time: other tests read the pages."""
    logging.disable()
    monkeypatch.setattr("django.template.backends.django.Template.render", lambda *page, **more: "A page")
    settings.ANNOUNCE_TO = [LIST]
    equip(settings, tmp_path)
    if not built.questions:
        sign_in(asking := built.kinds["coordinator"])
        built.questions += questions(built.all, asking.client)
    yield built
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize("name", [kind.name for kind in kinds()])
def test_each_address_answers_as_its_audience_says(name: str, stages: Stages) -> None:
    who, wrong = stages.kinds[name], []
    sign_in(who)
    for question in alternate(stages.questions, who):
        answer = question.ask(who.client)
        wanted = question.wanted(who)
        if answer not in wanted:
            said = " or ".join(one.value for one in wanted)
            wrong.append(f"{question}: {said}, but {answer.value}")
    assert not wrong, "\n".join(wrong)


def test_every_address_is_asked_for(stages: Stages) -> None:
    assert {question.name for question in stages.questions} == set(AUDIENCES)
