"""Ringing for the worker. The row is the promise: a bell that is lost, or rung twice, changes nothing."""

import logging

from django.db import transaction
from kombu.exceptions import OperationalError

from advisories import tasks

logger = logging.getLogger(__name__)


def ring_for_letter(pk: int) -> None:
    """Tell a worker, once the transaction is through, that a letter waits."""
    transaction.on_commit(lambda: _ring(pk))


def ring_for_opening(pk: int) -> None:
    """Tell a worker, once the transaction is through, that an encrypted letter has come."""
    transaction.on_commit(lambda: _ring_for_opening(pk))


def _ring_for_opening(pk: int) -> None:
    try:
        tasks.open_letter.apply_async(args=(pk,), retry=False)
    except (OperationalError, OSError) as error:
        logger.warning("the broker did not take the bell for letter %s: %s", pk, type(error).__name__)


def _ring(pk: int) -> None:
    try:
        tasks.send_letter.apply_async(args=(pk,), retry=False)
    except (OperationalError, OSError) as error:
        # The sweeper rings again; what a person did must not fail because the broker is away.
        logger.warning("the broker did not take the bell for letter %s: %s", pk, type(error).__name__)
