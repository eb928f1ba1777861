"""Which branches are supported, and how long, as everyone may know it."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Min

from releases.models import Branch


@dataclass(frozen=True, slots=True)
class SupportedBranch:
    """A branch that is followed."""

    tree: str
    name: str
    url: str
    since: date | None
    """The day of its first point release that is known."""
    supported_until: date | None
    security_supported_until: date | None

    @property
    def label(self) -> str:
        """Tree and branch."""
        return f"{self.tree} {self.name}"


def supported_branches() -> list[SupportedBranch]:
    """Every followed branch, the newest of each tree first: one query."""
    found: Any = Branch.objects.followed().select_related("tree").annotate(since=Min("point_releases__tagged_at"))
    return [
        SupportedBranch(
            one.tree.slug, one.name, one.get_absolute_url(), one.since.date() if one.since else None,
            one.supported_until, one.security_supported_until,
        )
        for one in found.order_by("tree__slug", "-position", "-pk")
    ]  # fmt: skip
