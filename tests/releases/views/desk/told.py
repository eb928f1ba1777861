"""What forms of the desk are told."""

from datetime import datetime, timedelta

from advisories.models import Batch
from advisories.release import standing
from releases.fixes import fixes_of

WEEK = timedelta(days=7)


def when(at: datetime) -> dict[str, str]:
    """An instant as the forms take it."""
    return {"day": f"{at:%Y-%m-%d}", "time": f"{at:%H:%M}", "zone": "UTC"}


def digest(batch: Batch) -> str:
    """What would be approved now."""
    return standing.of_batch(batch, fixes_of).digest
