"""How much the engine will take on before it refuses, so that a hostile patch costs little."""

from dataclasses import dataclass


class OverLimit(Exception):
    """A patch asks for more than a limit allows; carries the limit's name, its value and what was asked."""

    def __init__(self, name: str, limit: int, asked: int) -> None:
        super().__init__(f"{name} is {asked:,}, more than the limit of {limit:,}")
        self.name = name
        self.limit = limit
        self.asked = asked


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; the defaults are some fifty times what real security fixes need."""

    patch_bytes: int = 4 * 1024 * 1024
    """One patch text, in bytes."""
    file_bytes: int = 32 * 1024 * 1024
    """One file before or after a patch, and one inflated binary literal or delta, in bytes."""
    unpacked_bytes: int = 64 * 1024 * 1024
    """Everything one patch unpacks, inflated payloads and files rebuilt from deltas together, in bytes."""
    files_per_patch: int = 1_000
    hunks_per_patch: int = 10_000
    patches_per_series: int = 200
    upload_bytes: int = 64 * 1024 * 1024
    """Everything one upload unpacks to, in bytes."""
    upload_members: int = 2_000
    """Files and directories in an uploaded archive."""
    work: int = 50_000_000
    """Line comparisons that one check may spend on finding places for hunks."""

    def check(self, name: str, asked: int) -> None:
        """Raise `OverLimit` where `asked` is more than the limit called `name`."""
        limit: int = getattr(self, name)
        if asked > limit:
            raise OverLimit(name, limit, asked)


class Work:
    """Counts the line comparisons of one check; raises `OverLimit` past `Limits.work`."""

    __slots__ = ("limit", "spent")

    def __init__(self, limits: Limits) -> None:
        self.limit = limits.work
        self.spent = 0

    def spend(self, comparisons: int) -> None:
        """Add `comparisons` to what has been spent."""
        self.spent += comparisons
        if self.spent > self.limit:
            raise OverLimit("work", self.limit, self.spent)
