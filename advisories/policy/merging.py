"""PURE: two people changed the same policy: what comes of both, and where they said different things."""

from dataclasses import dataclass

from advisories.policy.document import Document


@dataclass(frozen=True, slots=True)
class Merged:
    """A document with the changes of both. `clashes` are fields that both changed, where mine stands for now."""

    document: Document
    taken: tuple[str, ...]
    """Fields that the other one changed and I didn't: theirs stands."""
    clashes: tuple[str, ...]


def merge(base: Document, mine: Document, theirs: Document) -> Merged:
    """Take each field from whoever changed it. Whether the result is a policy is for the reader of documents to say."""
    document, taken, clashes = {}, [], []
    for name in mine:
        document[name] = mine[name]
        if theirs.get(name) == base.get(name) or theirs.get(name) == mine[name]:
            continue
        if mine[name] == base.get(name):
            document[name] = theirs[name]
            taken.append(name)
        else:
            clashes.append(name)
    return Merged(document, tuple(taken), tuple(clashes))
