"""What pages and files of a point release are made of: frozen values, the same for whoever looks."""

from dataclasses import dataclass
from enum import Enum

from django.conf import settings
from django.urls import reverse
from django.utils.formats import date_format

from releases.engine.verdicts import CommitLine, FailedHunk
from releases.models import Branch, PointRelease
from releases.models.branch import MOST_LISTED


class Standing(Enum):
    """How far the list of a release is; the value is what programs read."""

    MADE = "made"
    COMING = "being made"
    FAILED = "failed"
    UNFOLLOWED = "not followed"
    UNSUPPORTED = "not supported"
    TOO_OLD = "too old"

    @property
    def is_kept(self) -> bool:
        """Whether there is a list, or will be."""
        return self in (Standing.MADE, Standing.COMING, Standing.FAILED)


_WHY = {
    Standing.MADE: "",
    Standing.COMING: "A worker is putting it together. What stands here is true, but may not be all of it yet.",
    Standing.FAILED: "A worker has tried; the operators' log says why it could not be put together.",
    Standing.UNFOLLOWED: "Nothing is tried on {branch}: the project doesn't follow this branch.",
    Standing.UNSUPPORTED: "Security support of {branch} ended on {until}; only its last release keeps a list.",
    Standing.TOO_OLD: f"Lists are kept of the last {MOST_LISTED} releases of a branch.",
}


@dataclass(frozen=True, slots=True)
class Fix:
    """A published fix and how it stands on the release."""

    number: int
    title: str
    series: int
    revision: int = 0
    """Of its series, by primary key as well."""
    kind: str = ""
    """The verdict of its series alone; empty where there is none yet."""
    check: int = 0
    """The check that says so; 0 where there is none, as of releases before the last."""
    reason: str = ""
    """Why it doesn't apply, where no check says so."""
    failed: FailedHunk | None = None
    """Where it stops, where no check says so."""

    @property
    def label(self) -> str:
        """The advisory's number as people write it."""
        return f"{settings.ADVISORY_PREFIX}-{self.number}"

    @property
    def url(self) -> str:
        """The advisory's page."""
        return reverse("advisories:detail", args=[self.number])

    @property
    def check_url(self) -> str:
        """The page of the verdict."""
        return reverse("releases:check", args=[self.check]) if self.check else ""


@dataclass(frozen=True, slots=True)
class PatchLine:
    """One patch of a fix, without its bytes."""

    pk: int
    subject: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Step:
    """One element of the list: a commit that has to come first, or a fix."""

    commit: CommitLine | None
    """What upstream calls it; None for a fix that is applied as it was uploaded."""
    fix: Fix | None
    """Whose fix it is; None for what only has to come before one."""
    patches: tuple[PatchLine, ...] = ()
    """Which patches of the fix it stands for."""

    @property
    def is_prerequisite(self) -> bool:
        """Whether it is here for the sake of others."""
        return self.fix is None


@dataclass(frozen=True, slots=True)
class Lacking:
    """Everything that is told of one point release."""

    branch: Branch
    release: PointRelease
    last: PointRelease
    """The last one of the branch."""
    standing: Standing = Standing.MADE
    steps: tuple[Step, ...] = ()
    """In the order in which they apply."""
    apart: tuple[Fix, ...] = ()
    """Those that apply alone, but not together with the list."""
    by_hand: tuple[Fix, ...] = ()
    """Those that don't apply, whatever comes first."""
    waiting: tuple[Fix, ...] = ()
    """Those of which nothing is said yet."""
    there: tuple[Fix, ...] = ()
    """Those that the release has."""
    verified_tree: str = ""
    is_binary: bool = False
    """Whether something in it changes a file in a way that only git reads."""

    @property
    def version(self) -> str:
        """How people call the release."""
        return str(self.release)

    @property
    def is_last(self) -> bool:
        """Whether it is the last one of its branch."""
        return self.release == self.last

    @property
    def why(self) -> str:
        """Why the list isn't there, or may not be all of it; empty where it is made."""
        until = self.branch.security_supported_until
        return _WHY[self.standing].format(branch=self.branch.name, until=date_format(until, "j F Y") if until else "")

    @property
    def has_quilt(self) -> bool:
        """Whether it can be had as a quilt series."""
        return bool(self.steps) and not self.is_binary

    @property
    def fixes(self) -> tuple[Fix, ...]:
        """The fixes that the list brings, in its order, each once."""
        return tuple(dict.fromkeys(step.fix for step in self.steps if step.fix))

    @property
    def prerequisites(self) -> int:
        """How many commits of the list only have to come first."""
        return sum(step.is_prerequisite for step in self.steps)

    @property
    def is_whole(self) -> bool:
        """Whether the list brings everything that is known to be lacking."""
        return self.standing is Standing.MADE and not (self.apart or self.by_hand or self.waiting)

    @property
    def lacks(self) -> int:
        """How many published fixes the release is without, as far as that is known."""
        return len(self.fixes) + len(self.apart) + len(self.by_hand) + len(self.waiting)

    @property
    def file_stem(self) -> str:
        """How the names of its files begin, as in sluice-1.8.3-fixes."""
        return f"{self.branch.tree.slug}-{self.version}-fixes"

    @property
    def commands(self) -> str:
        """What a shell is told."""
        return f"git switch -c {self.version}-fixed {self.release.tag}\ngit am {self.file_stem}.mbox"

    @property
    def quilt_commands(self) -> str:
        """The same for quilt, in the unpacked sources of the release."""
        return f"tar xf {self.file_stem}.quilt.tar.gz\nquilt push -a"
