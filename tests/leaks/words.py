"""The secret words and numbers that the leak tests look for."""

SECRET = "kanari"
"""Every secret word begins like this; what follows says where it was put."""

NONSENSE = "zonder"
"""A word that is nowhere: who asks for a secret one must not get another answer than for this one."""

HIDDEN_NUMBER, SCHEDULED_NUMBER, GUESTS_NUMBER, MERGED_NUMBER, UNUSED_NUMBER = range(70_117, 70_122)

MISSING = 987_654_321

OTHERS_TOKEN = "0123456789" * 4
"""Opens the private page of a report that feeds the guest's advisory: its finder knows nothing of the hidden one."""


def word(place: str) -> str:
    """The secret word of one place."""
    return f"{SECRET}-{place}"
