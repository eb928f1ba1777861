"""A claim on a row that outlives its worker by a minute and no longer: renewed from beside the work."""

import threading
from collections.abc import Callable
from datetime import timedelta
from types import TracebackType
from typing import Self

from django.conf import settings
from django.db import DatabaseError, connection


class LostLease(Exception):
    """Another worker has taken the row over; whatever this one still holds must not be written."""


def lease() -> timedelta:
    """How long a claim lasts unless it is renewed."""
    return timedelta(seconds=settings.LEASE_S)


class Renewal:
    """A thread with a database connection of its own that renews the lease until the block is left.

    `renew` answers whether the row is still ours. It stops at the first no; what tells the worker is the fence
    around its own writes.
    """

    def __init__(self, renew: Callable[[], bool]) -> None:
        self._renew = renew
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep_renewing, name="lease", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()

    def _keep_renewing(self) -> None:
        try:
            while not self._over.wait(settings.LEASE_S / 3):
                try:
                    if not self._renew():
                        return
                except DatabaseError:
                    # Two thirds of the lease are left for the database to come back.
                    connection.close()
        finally:
            connection.close()
