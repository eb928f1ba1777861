"""What the rules of an embargo refuse, in words for whoever asked."""

from advisories.embargo.afterwards import OutAlready
from advisories.embargo.consents import ConsentStepNotAllowed, OtherTerms, TooLateToAnswer
from advisories.embargo.negotiating import NotTheirs, NotTheShortest
from advisories.embargo.outside_clocks import UnknownClock
from advisories.embargo.rules import AlreadyOut, EmbargoStepNotAllowed, EndNotAhead, NoSuchProposal
from advisories.models import StaleEmbargo

_WORDS: dict[type[Exception], str] = {
    AlreadyOut: "The issue is public or exploited already, so there is nothing left to keep secret.",
    EndNotAhead: "The end has to lie ahead, and answers have to be due before it.",
    EmbargoStepNotAllowed: "The embargo has ended, and stays so.",
    NoSuchProposal: "That proposal is not open any more. Nothing was changed.",
    NotTheShortest: "Another proposal ends sooner, and the shortest is taken first. Nothing was changed.",
    NotTheirs: "Only whoever made a proposal takes it back.",
    OutAlready: "It is public: readers have been told.",
    StaleEmbargo: "Somebody else changed something here meanwhile. Nothing of yours was changed: look again.",
    OtherTerms: "What is asked for has changed since you read it: look again.",
    TooLateToAnswer: "The time to answer is over. Write to the security team if you want to be asked again.",
    ConsentStepNotAllowed: "That was answered already.",
    UnknownClock: "That clock runs already, or the policy doesn't have it.",
}

REFUSALS: tuple[type[Exception], ...] = tuple(_WORDS)


def in_words(refusal: Exception) -> str:
    """One sentence for one of `REFUSALS`."""
    return next(words for kind, words in _WORDS.items() if isinstance(refusal, kind))
