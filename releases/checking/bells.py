"""Ringing for the worker. The row is the promise: a bell that is lost, or rung twice, changes nothing."""

import logging

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

from releases import tasks

logger = logging.getLogger(__name__)


def ring_for_run(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a run waits."""
    transaction.on_commit(lambda: _ring("run", pk, tasks.check_branch))


def ring_for_list(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a list of what a release lacks is owed."""
    transaction.on_commit(lambda: _ring("list", pk, tasks.list_fixes))


def ring_for_fetch(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a tree is to be fetched."""
    transaction.on_commit(lambda: _ring("fetch of tree", pk, tasks.fetch_tree))


def _ring(what: str, pk: int, task: "Task[[int], None]") -> None:
    try:
        task.apply_async(args=(pk,), retry=False)
    except (OperationalError, OSError) as error:
        # The sweeper rings again; what a person asked for must not fail because the broker is away.
        logger.warning("the broker did not take the bell for %s %s: %s", what, pk, type(error).__name__)
