"""Who is credited, read from the sentences under CREDITS where they are plain, and left alone elsewhere."""

import re

from advisories.formats.record import Finder

_VERBS = "discovered|reported|found|identified|diagnosed|analysed|fixed"
_FOUND_BY = re.compile(rf"\b(?:(?:{_VERBS})(?: (?:and|as) [a-z ]{{1,40}}?)?(?: by)|Thanks to)\s+", re.IGNORECASE)
_END = re.compile(
    r"\.(?:\s|$)|;|$|\s(?:for|who|while|during|using|when|after|in)\s|\s+https?://"
    rf"|\s+and (?:{_VERBS})\b"
)
_ALL_FROM = re.compile(r",?\s+(?:all|both)\s+(?:from|of)\s+", re.IGNORECASE)
_FROM = re.compile(r",?\s+(?:of|from|at|with)\s+")
_NEXT = re.compile(r",?\s+and\s+|,\s+")
_NAME = re.compile(r"[^\W\d_][\w.'’ -]{0,80}(?:\([^()]{1,60}\))?")
_ORGANISATION = re.compile(r"(?:[Tt]he )?[A-Z0-9][\w.&'’() -]{0,100}")


def finders(sentences: str) -> tuple[Finder, ...]:
    """Everybody whom `sentences` credit, in order; none where they aren't understood."""
    text = " ".join(sentences.split())
    found: list[Finder] = []
    for match in _FOUND_BY.finditer(text):
        end = _END.search(text, match.end())
        some = _people(text[match.end() : end.start() if end else len(text)])
        if some is None:
            return ()
        found += (finder for finder in some if finder not in found)
    return tuple(found)


def _people(clause: str) -> list[Finder] | None:
    """`Ada Lovelace of Analytical and Jane Roe` as people; None where a part doesn't look like a name."""
    everybody = _ALL_FROM.split(clause, maxsplit=1)
    shared = everybody[1] if len(everybody) == 2 else ""
    people = [_FROM.split(part, maxsplit=1) for part in _NEXT.split(everybody[0].rstrip(",")) if part]
    if not people:
        return None
    # "A, B, and C from the group at D": a place that only the last one names is everybody's, if they come in a list.
    if not shared and len(people) > 2 and len(people[-1]) == 2 and all(len(person) == 1 for person in people[:-1]):
        shared = people[-1].pop()
    finders: list[Finder] = []
    for person in people:
        affiliation = (person[1] if len(person) == 2 else shared).strip(" ,")
        if not _NAME.fullmatch(person[0].strip()) or (affiliation and not _ORGANISATION.fullmatch(affiliation)):
            return None
        finders.append(Finder(person[0].strip(), affiliation))
    return finders
