"""Ringing for the worker. The row is the promise: a bell that is lost, or rung twice, changes nothing."""

import logging

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from advisories import tasks

logger = logging.getLogger(__name__)


def ring_for_letter(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a letter to a finder waits."""
    transaction.on_commit(lambda: _ring(tasks.send_letter, pk))


def ring_for_notice(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a notice waits."""
    transaction.on_commit(lambda: _ring(tasks.send_notice, pk))


def ring_for_members(tiding: int) -> None:
    """Tell a worker, once the transaction is through, that letters of a tiding wait."""
    transaction.on_commit(lambda: _ring(tasks.deliver, tiding))


def ring_for_member_letter(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a letter to an applicant or a member waits."""
    transaction.on_commit(lambda: _ring(tasks.send_member_letter, pk))


def ring_for_opening(pk: int) -> None:
    """Tell a worker, once the transaction is through, that an encrypted letter has come."""
    transaction.on_commit(lambda: _ring(tasks.open_letter, pk))


def _ring(task: Task[[int], None], pk: int) -> None:
    try:
        task.apply_async(args=(pk,), retry=False)
    except (OperationalError, OSError) as error:
        # The sweeper rings again; what a person did must not fail because the broker is away.
        logger.warning("the broker did not take a bell (%s %s): %s", task.name, pk, type(error).__name__)
