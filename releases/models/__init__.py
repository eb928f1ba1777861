"""Trees and branches, series and patches, checks and what they found."""

from releases.models.backlog import Backlog
from releases.models.branch import Branch, PointRelease
from releases.models.cell import Cell, Flag
from releases.models.check import Baseline, Check, StoredVerdict
from releases.models.match import PatchMatch
from releases.models.run import BranchRun, RunState
from releases.models.series import Patch, Series, SeriesRevision, Upload
from releases.models.shared_fix import FixAnswer, FixLook, Found, SharedFix
from releases.models.tree import Tree
from releases.models.trial import Trial

__all__ = [
    "Backlog",
    "Baseline",
    "Branch",
    "BranchRun",
    "Cell",
    "Check",
    "FixAnswer",
    "FixLook",
    "Flag",
    "Found",
    "Patch",
    "PatchMatch",
    "PointRelease",
    "RunState",
    "Series",
    "SeriesRevision",
    "SharedFix",
    "StoredVerdict",
    "Tree",
    "Trial",
    "Upload",
]
