"""What clients conclude from documents about one installation, by the words of each format and by nothing of ours.

An installation is a release of a tree, or its main line before this fix, with or without those of other advisories.
What a document doesn't speak of is silence, and not a promise: None.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from advisories.affected import Answer
from advisories.versions import Version, parse_version

_FIX = re.compile(r"(with|without) the fix of SSA-([0-9]+)")


@dataclass(frozen=True, slots=True)
class Installation:
    """Somebody's system."""

    tree: str
    """As people call the product."""
    version: str
    """`main line` where it is that."""
    fixes: Mapping[int, bool]
    """Of other advisories, whether they are in."""


def osv(document: Mapping[str, Any], here: Installation) -> Answer | None:
    """Affected where the release is listed; a scanner concludes nothing else."""
    listed = (one for one in document.get("affected", ()) if one["database_specific"]["product"] == here.tree)
    return Answer.AFFECTED if any(here.version in one.get("versions", ()) for one in listed) else None


def cve(document: Mapping[str, Any], here: Installation) -> Answer | None:
    """The status of the one entry that holds the release."""
    if here.version == "main line":
        return None
    version, found = parse_version(here.version), set()
    for product in document["containers"]["cna"]["affected"]:
        if product["product"] == here.tree:
            assert product["defaultStatus"] == "unknown"
            found |= {one["status"] for one in product.get("versions", ()) if _is_within(version, one)}
    return _only({"affected": Answer.AFFECTED, "unaffected": Answer.NOT_AFFECTED}[one] for one in found)


def csaf(document: Mapping[str, Any], here: Installation) -> Answer | None:
    """The status that every flaw gives to whatever in the product tree this is."""
    mine = {one for one, product in products(document) if _is_of(here, product)}
    kinds = {"known_affected": Answer.AFFECTED, "known_not_affected": Answer.NOT_AFFECTED, "fixed": Answer.NOT_AFFECTED}
    return _only(
        kind
        for flaw in document["vulnerabilities"]
        for status, kind in kinds.items()
        if mine & set(flaw["product_status"].get(status, ()))
    )


def index(document: Mapping[str, Any], here: Installation) -> Answer | None:
    """Affected where the archive's index lists it for the tree, whose short name stands there."""
    version = here.version.removesuffix(" line")
    listed = document["advisories"][0]["affected_releases"]
    return Answer.AFFECTED if any(version in one["releases"] for one in listed if one["tree"] == here.tree) else None


def products(document: Mapping[str, Any]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every product with the names on the way to it: tree, version, what else tells it apart."""

    def walk(branches: list[Any], names: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for branch in branches:
            path = (*names, branch["name"])
            if "product" in branch:
                yield branch["product"]["product_id"], path
            yield from walk(branch.get("branches", []), path)

    for vendor in document["product_tree"]["branches"]:
        yield from walk(vendor["branches"], ())


def _is_of(here: Installation, names: tuple[str, ...]) -> bool:
    level = names[2] if len(names) > 2 else ""
    if names[:2] != (here.tree, here.version) or level.startswith("with commit"):
        return False
    told = _FIX.findall(level)
    return all(here.fixes[int(number)] is (word == "with") for word, number in told)


def _is_within(version: Version, told: Mapping[str, str]) -> bool:
    if told.get("versionType") == "git":
        return False
    first, last = (parse_version(told[name]) for name in ("version", "lessThanOrEqual" if len(told) > 2 else "version"))
    return not version < first and not last < version


def _only(answers: Iterator[Answer]) -> Answer | None:
    """The answer, if there is one; a document that gives two contradicts itself."""
    found = set(answers)
    assert len(found) < 2, "affected and not affected at once"
    return found.pop() if found else None
