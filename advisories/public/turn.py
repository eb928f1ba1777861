"""How far everything has come, in one small question: the same answer, the same pages.

It changes more often than they do (each event of the team is one) and says so to nobody: tags are not made of it.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection

from advisories import clock


class Turn(NamedTuple):
    """The ends of what pages are made of."""

    event: int | None
    publication: int | None
    live_at: Any
    """When something became public last, by the database's clock, as the database writes it."""
    text_at: Any
    """When a text was written out last."""
    signature: int | None
    policy: tuple[int, str] | None
    """Number and document of the policy in force; None where nobody has changed it."""
    announced_at: datetime | None
    """The next instant of a release whose date is settled: for what the policy announces, and for nothing else."""


_QUESTION = """SELECT
    (SELECT MAX(sequence) FROM advisories_event),
    (SELECT MAX(id) FROM advisories_publication),
    (SELECT MAX(public_at) FROM advisories_publication WHERE voided_at IS NULL AND public_at <= %NOW%),
    (SELECT MAX(made_at) FROM advisories_signedtext),
    (SELECT MAX(id) FROM advisories_signature),
    (SELECT MAX(sequence) FROM advisories_policyversion),
    (SELECT CAST(document AS text) FROM advisories_policyversion ORDER BY sequence DESC LIMIT 1),
    (SELECT MIN(planned_at) FROM advisories_batch
        WHERE state NOT IN ('open', 'released', 'cancelled') AND planned_at > %NOW%)"""


def turn() -> Turn:
    """Ask the database, whose clock says what is public: one query that reads the ends of a few indexes."""
    with connection.cursor() as cursor:
        cursor.execute(_QUESTION.replace("%NOW%", clock.NOW[connection.vendor]))
        event, publication, live_at, text_at, signature, number, document, announced_at = cursor.fetchone()
    if isinstance(announced_at, str):
        announced_at = datetime.fromisoformat(announced_at).replace(tzinfo=UTC)
    policy = (number, document) if number else None
    return Turn(event, publication, live_at, text_at, signature, policy, announced_at)
