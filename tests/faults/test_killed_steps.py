"""A real worker killed between the steps of a release: another one does the rest, and readers never wait for either."""

from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accounts.models import Sending
from advisories.models import Notification, Publication, PublicationStep
from tests.conftest import VAR
from tests.faults.worker import wait_until, worker
from tests.walk.batches import armed, its_instant_comes

pytestmark = pytest.mark.django_db(transaction=True)


def test_steps_that_a_killed_worker_left_are_done_by_the_next(
    transactional_db: None, settings: Settings, tmp_path: Path
) -> None:
    settings.EXPORT_DIR = tmp_path / "site"
    # With DEBUG pages need no collected styles.
    told = {"PENSTOCK_EXPORT_DIR": str(settings.EXPORT_DIR), "PENSTOCK_DEBUG": "true"}
    armed(2)
    its_instant_comes()
    done, left = PublicationStep.objects.filter(state=Sending.SENT), PublicationStep.objects.exclude(state=Sending.SENT)
    with worker(VAR, told) as first:
        wait_until(lambda: done.count() >= 3, first, limit_s=120)
        first.kill()
    assert left.exists()
    before = dict(done.values_list("pk", "sent_at"))
    for one in Publication.objects.all():
        assert Client().get(one.advisory.get_absolute_url()).status_code == 200
    with worker(VAR, told) as second:
        wait_until(lambda: not left.exists(), second, limit_s=120)
    assert dict(done.filter(pk__in=before).values_list("pk", "sent_at")) == before, "what was done is not done again"
    assert not Notification.objects.exists()
    for one in Publication.objects.all():
        assert (tmp_path / "site" / "current" / "advisories" / str(one.number) / "v1" / "index.html").exists()
