"""From what was frozen to what is said: sections, severities, versions, patches, recipes of one publication."""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from advisories.affected import Condition, Needs, Statement, Status
from advisories.calendar import words
from advisories.embargo.rules import EndReason
from advisories.markdown import TooMuchMarkdown, render
from advisories.models.decision import Matter
from advisories.models.identifier import Standing
from advisories.public import announced
from advisories.public.values import (
    Afterwards,
    Decided,
    Part,
    PatchGroup,
    Recipe,
    ShownIdentifier,
    ShownPatch,
    ShownSeverity,
)
from advisories.reporting.credits import is_named_in
from advisories.sections import Audience, filled
from advisories.severity import NotAVector, rate
from advisories.versions import parse_ranges
from advisories.writing.showing import TreeLines

Content = Mapping[str, Any]

_COMMIT = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")
_ENDED = {
    EndReason.REACHED: "It ended on its date.",
    EndReason.AGREED_EARLIER: "It was agreed for {} and ended earlier, as everyone agreed.",
    EndReason.LEAKED: "It was agreed for {} and ended early, since the issue had become known.",
    EndReason.EXPLOITED: "It was agreed for {} and ended early, since the issue was being exploited.",
    EndReason.OUTSIDE_CLOCK: "It was agreed for {} and ended when somebody else's limit did.",
}
_AS_EXPECTED = (Standing.ASSIGNED, Standing.PUBLISHED)


def without_hidden(content: Content, known: Collection[int]) -> dict[str, Any]:
    """`content` with each condition on an advisory that is not in `known` said as unknown: its number is a secret."""
    return {**content, "affected": [_told(line, known) for line in content["affected"]]}


def conditions_in(contents: Iterable[Content]) -> set[int]:
    """Numbers of the advisories that something is said to depend on."""
    return {line["condition"]["advisory"] for one in contents for line in one["affected"] if line["condition"]}


def parts(content: Content) -> tuple[Part, ...]:
    """The sections that readers read, in the field's order."""
    found = filled(content["sections"], Audience.READER)
    return tuple(Part(section.name, section.heading, _html(text)) for section, text in found)


def severities(content: Content) -> tuple[ShownSeverity, ...]:
    """Every score, the worst first; a vector that the calculator no longer takes is left out."""
    found = []
    for one in content["severities"]:
        try:
            found.append(ShownSeverity(rate(one["vector"]), one["source"]))
        except NotAVector:
            continue
    return tuple(sorted(found, key=lambda one: one.severity.score, reverse=True))


def identifiers(content: Content) -> tuple[ShownIdentifier, ...]:
    """Names that others gave it."""
    return tuple(
        ShownIdentifier(
            one["scheme"],
            one["value"],
            "" if one["state"] in _AS_EXPECTED else str(Standing(one["state"]).label),
            one["replaced_by"],
        )
        for one in content["identifiers"]
    )


def trees(content: Content) -> tuple[TreeLines, ...]:
    """What is said of versions, tree by tree, of content that was made `without_hidden`."""
    found: dict[str, list[Statement]] = {}
    for line in content["affected"]:
        told = line["condition"]
        condition = Condition(int(told["advisory"]), Needs(told["needs"])) if told else None
        said = Statement(Status(line["status"]), parse_ranges(line["ranges"]), condition)
        found.setdefault(line["tree"], []).append(said)
    return tuple(TreeLines(tree, tuple(statements)) for tree, statements in found.items())


def patch_groups(content: Content, sizes: Mapping[str, int]) -> tuple[PatchGroup, ...]:
    """Patches, series by series; `sizes` are those of the kept files by name, in bytes."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for one in content["patches"]:
        if one["name"] in sizes:
            found.setdefault(one["series"], []).append(one)
    return tuple(
        PatchGroup(
            series[0]["tree"],
            announced.branches_written(content, series[0]["series"]) or tuple(reversed(series[0]["branches"])),
            tuple(ShownPatch(one["name"], one["sha256"], sizes[one["name"]]) for one in series),
        )
        for series in found.values()
    )


def recipes(content: Content) -> tuple[Recipe, ...]:
    """How each series fares on the point releases.

    A list that leans on another advisory's series is left out: whether that one is public is not ours to tell here.
    """
    return tuple(
        Recipe(
            one["tree"],
            one["branch"],
            one["baseline_name"],
            one["kind"],
            tuple(one["prerequisites"]),
            datetime.fromisoformat(one["checked_at"]),
        )
        for one in content["verdicts"]
        if one["baseline"] == "release"
        and all(_COMMIT.fullmatch(each) for each in one["prerequisites"])
        and (one["prerequisites"] or one["kind"] != "needs prerequisites")
    )


def finders(content: Content) -> tuple[str, ...]:
    """Who is credited, with where they work, as far as the section on credits doesn't say it."""
    return tuple(
        f"{one['name']} ({one['affiliation']})" if one["affiliation"] else str(one["name"])
        for one in content["finders"]
        if not is_named_in(one["name"], content["sections"].get("credits", ""))
    )


def embargo(content: Content, public_at: datetime) -> Afterwards | None:
    """What became of the embargo, of which `public_at` (aware) was the end; None where there was nothing to tell."""
    told = content.get("embargo")
    if not told:
        return None
    ends = [(datetime.fromisoformat(one["at"]), datetime.fromisoformat(one["end_at"])) for one in told["agreed"]]
    sentences = []
    if ends:
        begun_at = ends[0][0]
        sentences.append(
            f"Under embargo from {words.day(begun_at)} to {words.day(public_at)}: {_days(public_at - begun_at)}."
        )
        for (_, before), (agreed_at, after) in pairwise(ends):
            sentences.append(
                f"On {words.day(agreed_at)} its end was moved from {words.day(before)} to {words.day(after)}."
            )
        sentences.append(_ENDED[EndReason(told["ended_for"])].format(words.day(ends[-1][1])))
    decisions = tuple(Decided(str(Matter(one["about"]).label), one["words"]) for one in told["decisions"])
    return Afterwards(tuple(sentences), decisions)


def _days(length: timedelta) -> str:
    days = max(round(length / timedelta(days=1)), 0)
    return "less than a day" if days == 0 else f"{days} day{'' if days == 1 else 's'}"


def _told(line: Mapping[str, Any], known: Collection[int]) -> Mapping[str, Any]:
    if line["condition"] is None or line["condition"]["advisory"] in known:
        return line
    return {**line, "status": Status.UNKNOWN.value, "condition": None}


def _html(text: str) -> SafeString:
    try:
        # A line of code may be wider than the page, and who has no mouse scrolls with the keys.
        return SafeString(render(text).replace("<pre>", '<pre tabindex="0">'))
    except TooMuchMarkdown as refusal:
        return format_html("<p>This section cannot be shown: {}. It stands in the signed text.</p>", str(refusal))
