"""Forms of trees, branches, series and the board: they check shape and offer only what the viewer may see."""

from releases.forms.board import BoardFilter
from releases.forms.branch import BranchDatesForm, FlagFilter, FlagOwnerForm
from releases.forms.finders import FixAnswerForm
from releases.forms.series import RevisionForm, SeriesForm
from releases.forms.targets import TargetsForm
from releases.forms.tree import TreeForm

__all__ = [
    "BoardFilter",
    "BranchDatesForm",
    "FixAnswerForm",
    "FlagFilter",
    "FlagOwnerForm",
    "RevisionForm",
    "SeriesForm",
    "TargetsForm",
    "TreeForm",
]
