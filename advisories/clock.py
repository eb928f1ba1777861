"""The database's clock: what comes into force goes by this one, since that of a single host may be wrong."""

from datetime import UTC, datetime

from django.db import connection

NOW = {"sqlite": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}
"""As Django writes `Now()` for each."""


def now() -> datetime:
    """The instant that it is there (aware): one small question."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {NOW[connection.vendor]}")
        told = cursor.fetchone()[0]
    return told if isinstance(told, datetime) else datetime.fromisoformat(told).replace(tzinfo=UTC)
