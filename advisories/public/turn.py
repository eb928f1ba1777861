"""How far everything has come, in one small question: the same answer, the same pages.

It changes more often than they do (each event of the team is one) and says so to nobody: tags are not made of it.
"""

from typing import Any

from django.db import connection

Turn = tuple[Any, ...]

_QUESTION = """SELECT
    (SELECT MAX(sequence) FROM advisories_event),
    (SELECT MAX(id) FROM advisories_publication),
    (SELECT MAX(public_at) FROM advisories_publication WHERE voided_at IS NULL AND public_at <= %NOW%),
    (SELECT MAX(sequence) FROM advisories_policyversion),
    (SELECT MAX(made_at) FROM advisories_signedtext)"""
_NOW = {"sqlite": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}
"""As Django writes `Now()` for each, without putting the whole question together each time."""


def turn() -> Turn:
    """Ask the database, whose clock says what is public: one query that reads the ends of a few indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION.replace("%NOW%", _NOW[connection.vendor]))
        found: Turn = cursor.fetchone()
    return found
