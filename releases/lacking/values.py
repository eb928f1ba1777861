"""What pages and files of a point release are made of: frozen values, the same for whoever looks."""

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse

from releases.engine.verdicts import CommitLine
from releases.models import Branch, PointRelease


@dataclass(frozen=True, slots=True)
class Fix:
    """A published fix and how it stands on the release."""

    number: int
    title: str
    series: int
    kind: str = ""
    """The verdict of its series alone; empty where there is none yet."""
    check: int = 0
    """The check that says so; 0 where there is none."""

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
    """The last one of the branch: the only one that fixes are tried on."""
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

    @property
    def version(self) -> str:
        """How people call the release."""
        return str(self.release)

    @property
    def is_last(self) -> bool:
        """Whether fixes are tried on it."""
        return self.release == self.last

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
        return not (self.apart or self.by_hand or self.waiting)

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
