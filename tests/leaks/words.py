"""The secret words and numbers that the leak tests look for."""

import re
from datetime import UTC, datetime

SECRET = "kanari"
"""Every secret word begins like this; what follows says where it was put."""

NONSENSE = "zonder"
"""A word that is nowhere: who asks for a secret one must not get another answer than for this one."""

HIDDEN_NUMBER, SCHEDULED_NUMBER, GUESTS_NUMBER, MERGED_NUMBER, UNUSED_NUMBER = range(70_117, 70_122)

FIRST_OF_STATES = 70_130
"""Of those that are neither public nor told of: reserved, drafted, pre-disclosed and armed."""

PREDISCLOSED_NUMBER = FIRST_OF_STATES + 2
"""What members hold a revision of."""

PUBLIC_REDRAFTED, PUBLIC_WITHDRAWN = 8, 9

HIDDEN_END = datetime(2031, 2, 26, 13, 37, tzinfo=UTC)
"""When hidden ones are to become public; a day that is written nowhere else."""

PLANNED_AT = datetime(2032, 3, 17, 11, 19, tzinfo=UTC)
"""When the pre-disclosed and the armed one are planned to go out, which release managers know."""

MISSING = 987_654_321

OTHERS_TOKEN = "0123456789" * 4
"""Opens the private page of a report that feeds the guest's advisory: its finder knows nothing of the hidden one."""

FINDERS_TOKEN = "9876543210" * 4
"""Opens the private page of the report that feeds the hidden advisory."""

TOKENS = {
    f"contact of a {kind}member": f"pst_{letter * 43}"
    for kind, letter in {"": "a", "suspended ": "b", "removed ": "c"}.items()
}
"""What the programs of contacts show."""

FEED_TOKENS = {who: f"pstf_{token[-43:]}" for who, token in TOKENS.items()}
"""What stands in the addresses of their feeds and calendars."""

WORD = re.compile(rf"{SECRET}-([a-z_]+(?:-[a-z_]+)*)")
"""A secret word; what it holds is its place."""


def days(instant: datetime) -> list[str]:
    """A day in every way that a page, a feed or a calendar writes it."""
    return [f"{instant:{form}}" for form in ("%-d %b %Y", "%-d %B %Y", "%Y-%m-%d", "%Y%m%d")]


def word(place: str) -> str:
    """The secret word of one place."""
    return f"{SECRET}-{place}"
