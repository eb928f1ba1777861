"""What every worker does before it tries anything: the mirror brought up to the commits, and the branch opened."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager

from django.conf import settings

from releases.engine.addresses import AddressRefused
from releases.engine.check import OpenBranch, open_branch
from releases.engine.git import GitTimeout, GitTrouble
from releases.engine.limits import Limits
from releases.engine.mirror import Mirror, MirrorBusy, MirrorTrouble, UpstreamUnreachable
from releases.engine.policy import Policy
from releases.mirroring import fetching, following
from releases.models import Baseline, Branch

logger = logging.getLogger(__name__)


class PutOff(Exception):
    """It cannot be done now, but later it may; says why in neutral words."""


class GaveUp(Exception):
    """It cannot be done; says why in words that hold no secret."""


@contextmanager
def troubles_named(mirror: Mirror) -> Iterator[None]:
    """What goes wrong with a mirror and with git, as `PutOff` or `GaveUp`."""
    try:
        yield
    except (MirrorBusy, UpstreamUnreachable) as trouble:
        raise PutOff(str(trouble)[:200]) from trouble
    except (MirrorTrouble, AddressRefused) as trouble:
        raise GaveUp(f"the mirror cannot be brought up to date: {trouble}"[:300]) from trouble
    except GitTimeout as trouble:
        raise PutOff("git took too long") from trouble
    except GitTrouble as trouble:
        # Reading failed although everything had been there: the next fetch looks whether the mirror is broken.
        mirror.suspect()
        raise PutOff("the mirror could not be read; it will be looked at") from trouble


def bring(branch: Branch, mirror: Mirror, commits: Sequence[str]) -> bool:
    """Whether this machine's mirror holds `commits`; fetched anew, and the branch followed anew, where it didn't."""
    if not mirror.lacks(commits):
        return True
    fetching.bring_mirror(branch.tree)
    if not mirror.lacks(commits):
        return True
    try:
        fetching.follow_branches(branch.tree)
    except following.BranchesNotFound as trouble:
        logger.warning("tree %s: %s", branch.tree_id, trouble)
    branch.refresh_from_db()
    return False


def opened(branch: Branch, mirror: Mirror, commits: Mapping[Baseline, str]) -> AbstractContextManager[OpenBranch]:
    """The branch as the engine takes it, with the baselines that there are."""
    tree = branch.tree
    return open_branch(
        mirror.path,
        fork=branch.fork_commit or None,
        release=commits.get(Baseline.RELEASE),
        stable=commits.get(Baseline.STABLE),
        staging=commits.get(Baseline.STAGING),
        limits=Limits(**settings.ENGINE_LIMITS),
        policy=Policy(
            allow_symlinks=tree.allow_symlinks,
            allow_gitlinks=tree.allow_submodules,
            allow_git_files=tree.allow_git_files,
            allow_odd_names=tree.allow_odd_names,
        ),
        never_needed=tree.never_needed_pattern,
    )
