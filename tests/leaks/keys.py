"""Running keys: counted in this world from where nobody else counts, so that an answer which names one is seen to.

Two keys of one table, a week apart, tell whoever reads both how much was written in between that they may not see.
"""

import re
from collections.abc import Iterator

from django.apps import apps
from django.db import connection
from django.db.models import AutoField, Model

from releases.models import Branch, Tree

FIRST = 7_310_000_000
APART = 1_000_000
_WRITTEN = re.compile(r"(?<![0-9A-Za-z])7[34]\d{8}(?![0-9A-Za-z])")

_OPEN = (Tree, Branch)
"""All their rows are everybody's: there is nothing to count between them."""


def running() -> list[type[Model]]:
    """The models of ours whose rows the database gives keys one by one."""
    ours = ("accounts", "advisories", "releases")
    models = [model for app in ours for model in apps.get_app_config(app).get_models(include_auto_created=True)]
    return [model for model in models if isinstance(model._meta.pk, AutoField) and model not in _OPEN]


def count_from_afar() -> None:
    """Have each of their tables count on from a number of its own."""
    with connection.cursor() as cursor:
        for place, model in enumerate(running()):
            first, table = FIRST + place * APART, model._meta.db_table
            if connection.vendor == "sqlite":
                cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
                cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, first])
            else:
                cursor.execute(f'ALTER TABLE "{table}" ALTER COLUMN id RESTART WITH {first}')


def keys_in(heard: str, asked: str) -> Iterator[str]:
    """The running keys that an answer names and that were not asked for, each with its model."""
    models = running()
    for key in dict.fromkeys(_WRITTEN.findall(heard)):
        if key not in asked:
            yield f"{models[(int(key) - FIRST) // APART]._meta.model_name} {key}"
