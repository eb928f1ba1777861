"""Small questions that ride along with another query, written out as SQL.

Django takes longer to put such a question together than either database to answer it, and every public page asks them.
"""

from typing import Any

from django.db import models
from django.db.models import F
from django.db.models.functions import Now


class _Aside(models.Func):
    """A query in brackets. Beyond columns of the outer row, only the database's clock takes part."""

    arg_joiner = " AND one.voided_at IS NULL AND one.public_at <= "

    def __init__(self, output: "models.Field[Any, Any]", *outer: str, column: str = "") -> None:
        super().__init__(*(F(name) for name in outer), Now(), output_field=output, column=column)


class NewestAnywhere(_Aside):
    """When anything became public last."""

    template = (
        "(SELECT MAX(one.public_at) FROM advisories_publication one"
        " WHERE one.voided_at IS NULL AND one.public_at <= %(expressions)s)"
    )


class LastAnywhere(_Aside):
    """The largest key of what is public."""

    template = (
        "(SELECT one.id FROM advisories_publication one"
        " WHERE one.voided_at IS NULL AND one.public_at <= %(expressions)s ORDER BY one.id DESC LIMIT 1)"
    )


class Successor(_Aside):
    """A column of what took the place of the outer advisory, in its newest public revision."""

    template = (
        "(SELECT one.%(column)s FROM advisories_publication one"
        " WHERE one.advisory_id = %(expressions)s ORDER BY one.version DESC LIMIT 1)"
    )


class Predecessor(_Aside):
    """A column of the first of those whose place the outer advisory took, in its newest public revision."""

    template = (
        "(SELECT one.%(column)s FROM advisories_advisory other"
        " JOIN advisories_publication one ON one.advisory_id = other.id"
        " WHERE other.superseded_by_id = %(expressions)s ORDER BY one.number, one.version DESC LIMIT 1)"
    )
