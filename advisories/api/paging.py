"""Lists in pages, counted over what whoever asks may see and nothing else."""

from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from ninja import Field, Schema

Item = TypeVar("Item")

MOST = 100
LAST = 1_000_000


class Paging(Schema):
    """Which part of a list."""

    page: Annotated[int, Field(ge=1, le=LAST)] = 1
    page_size: Annotated[int, Field(ge=1, le=MOST)] = 25


class Page(Schema, Generic[Item]):
    """One part of a list."""

    items: list[Item]
    count: int
    page: int
    pages: int


def page_of(rows: Sequence[Any], paging: Paging) -> dict[str, Any]:
    """The part that was asked for; an empty one past the end."""
    first = (paging.page - 1) * paging.page_size
    return {
        "items": rows[first : first + paging.page_size],
        "count": len(rows),
        "page": paging.page,
        "pages": max(1, -(-len(rows) // paging.page_size)),
    }
