"""Somebody writes on what an import brought, in the very moment in which it is added to or taken back."""

import threading

import pytest
from django.db import transaction

from accounts.models import Role
from advisories.formats.openpgp import Keyring
from advisories.importing import running, undoing
from advisories.models import Advisory, ImportRun
from advisories.writing import drafting
from tests.advisories.importing.bringing import bring, outcomes, prepared
from tests.advisories.importing.conftest import Letter
from tests.make import make_user
from tests.walk.racing import Act, race, refusals

pytestmark = pytest.mark.django_db(transaction=True)


def editing(begun: threading.Event) -> Act:
    """Somebody whose words are kept a moment after they were written."""
    advisory, by = Advisory.objects.get(), make_user("", Role.SECURITY)

    def edit() -> None:
        with transaction.atomic():
            drafting.keep_text(advisory, {"impact": "Worse."}, read_version=1, by=by)
            begun.set()
            threading.Event().wait(0.3)

    return edit


def test_what_is_edited_while_a_newer_version_comes_is_left_alone(twelve: Letter, keys: Keyring) -> None:
    bring(twelve(3), keys=keys)
    ready = prepared([twelve(4)], keys)
    run = running.begin(ready, sources=["four"], keys=keys)
    begun = threading.Event()

    def import_() -> None:
        begun.wait(10)
        list(running.bring_in(ready, run, lambda advisory, record: None))

    assert refusals(race(editing(begun), import_)) == []
    assert outcomes(run) == {12: "refused"}
    assert Advisory.objects.get().impact == "Worse."


def test_what_is_edited_while_its_import_is_undone_stays(twelve: Letter, keys: Keyring) -> None:
    run = bring(twelve(3), keys=keys)
    begun = threading.Event()

    def undo() -> None:
        begun.wait(10)
        undoing.undo(ImportRun.objects.get(pk=run.pk))

    assert refusals(race(editing(begun), undo)) == [undoing.CannotBeUndone]
    assert Advisory.objects.get().impact == "Worse."
