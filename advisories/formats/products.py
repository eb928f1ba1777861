"""The products of a CSAF document: releases, the main line and fixed branches of each tree, with the status of each.

CSAF has no conditions. A release that is affected only without some other fix is therefore two products, one with that
fix and one without it, each with a status that is true of it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from advisories.affected import Answer, Statement
from advisories.affected import Status as Told
from advisories.formats import said
from advisories.formats.dialect import MAIN as MAIN_BRANCH
from advisories.formats.edition import Edition, TreeFacts
from advisories.formats.record import Record
from advisories.formats.strict import one_line
from advisories.versions import MainLine, Place, Version, within


class Status(StrEnum):
    """What is said of a product, by the names that CSAF gives its lists."""

    AFFECTED = "known_affected"
    NOT_AFFECTED = "known_not_affected"
    FIXED = "fixed"
    NOT_KNOWN = "under_investigation"


STATUS = {
    Answer.AFFECTED: Status.AFFECTED,
    Answer.NOT_AFFECTED: Status.NOT_AFFECTED,
    Answer.UNKNOWN: Status.NOT_KNOWN,
}


@dataclass(frozen=True, slots=True)
class Product:
    """One product and what is said of it."""

    id: str
    tree: TreeFacts
    version: str
    """Empty where the tree as a whole is meant, as far as the text goes."""
    level: str
    """What else tells it apart, empty where nothing does."""
    status: Status
    branch: str
    """The branch whose patches are for it; empty where no single one is meant."""
    reason: str = ""
    """What the record says of it, in sentences."""
    no_fix: bool = False
    """It is affected and will stay so."""
    place: Place | None = None

    @property
    def name(self) -> str:
        """In full, for people."""
        return " ".join(part for part in (one_line(self.tree.title), self.version, self.level) if part)


def products(record: Record, edition: Edition) -> tuple[Product, ...]:
    """Every product of which the record says something, tree by tree; at least one."""
    found: list[Product] = []
    for tree in edition.trees:
        found += _of_tree(record, tree)
    if not found:
        tree = edition.trees[0]
        found.append(Product(tree.name, tree, "", "in versions that are not known yet", Status.NOT_KNOWN, ""))
    return tuple(found)


def _of_tree(record: Record, tree: TreeFacts) -> Iterator[Product]:
    about = said.statements(record, tree.name)
    listed = said.said(record, tree)
    for one in listed:
        yield from _at(record, tree, one)
    if not about and any(row.tree == tree.name for row in record.table):
        level = "in the versions that the text of the advisory names"
        yield Product(tree.name, tree, "", level, Status.AFFECTED, "")
    elif unlisted := _unlisted(about, tree, listed):
        level = "in the versions that the text of the advisory names, under its conditions"
        no_fix = all(one.status is Told.WILL_NOT_BE_FIXED for one in unlisted)
        yield Product(tree.name, tree, "", level, Status.AFFECTED, "", _sentences(record, unlisted), no_fix)
    yield from _fixed(record, tree, listed)


def _unlisted(about: tuple[Statement, ...], tree: TreeFacts, listed: tuple[said.Said, ...]) -> tuple[Statement, ...]:
    """Who says that something is affected that is in no list: releases that nobody here knows of."""
    affected = [one for one in about if one.status in (Told.AFFECTED, Told.WILL_NOT_BE_FIXED)]
    listing = listed if tree.releases else ()
    unlisted = (one for one in affected if not any(within(each.place, one.ranges) for each in listing))
    return tuple(one for one in unlisted if not said.is_contradicted(about, one))


def _at(record: Record, tree: TreeFacts, one: said.Said) -> Iterator[Product]:
    version, branch = _version(one.place), said.branch_of(one.place)
    reason = _sentences(record, one.finding.because)
    no_fix = any(statement.status is Told.WILL_NOT_BE_FIXED for statement in one.finding.because)
    variants = said.variants(record, tree.name, one)
    if not variants:
        level = _before_fix(record, tree, one.place, one.answer)
        yield Product(
            f"{tree.name}:{version}", tree, version, level, STATUS[one.answer], branch, reason, no_fix, one.place
        )
    for variant in variants:
        levels = [f"{_with(is_in)} the fix of {record.prefix}-{number}" for number, is_in in variant.fixes]
        before = _before_fix(record, tree, one.place, variant.answer)
        suffix = ",".join(f"{_with(is_in)}-{number}" for number, is_in in variant.fixes)
        identifier, level = f"{tree.name}:{version}:{suffix}", ", ".join([*levels, *([before] if before else [])])
        yield Product(identifier, tree, version, level, STATUS[variant.answer], branch, reason, no_fix)


def _before_fix(record: Record, tree: TreeFacts, place: Place, answer: Answer) -> str:
    """The main line moves on, so what is said of it is said of it before its fix."""
    if not isinstance(place, MainLine) or answer is not Answer.AFFECTED:
        return ""
    commits = said.fixes_of(record, tree.name).get(MAIN_BRANCH, ())
    if not commits:
        return "without the fix of this advisory"
    return f"without commit {commits[0]}" if len(commits) == 1 else f"lacking any of the commits {', '.join(commits)}"


def _fixed(record: Record, tree: TreeFacts, listed: tuple[said.Said, ...]) -> Iterator[Product]:
    unaffected = {said.branch_of(one.place) for one in listed if one.answer is Answer.NOT_AFFECTED}
    for branch, commits in said.fixes_of(record, tree.name).items():
        if branch not in unaffected:
            version = _version(MainLine.MAIN) if branch == MAIN_BRANCH else f"{one_line(branch)} branch"
            level = f"with commit{'s' if len(commits) > 1 else ''} {', '.join(commits)}"
            yield Product(f"{tree.name}:{one_line(branch)}:{commits[-1]}", tree, version, level, Status.FIXED, branch)


def _version(place: Place) -> str:
    return "main line" if isinstance(place, MainLine) else str(place)


def _with(is_in: bool) -> str:
    return "with" if is_in else "without"


def _sentences(record: Record, about: tuple[Statement, ...]) -> str:
    return "; ".join(said.words(record, statement) for statement in about)


def tree_of(found: tuple[Product, ...], edition: Edition) -> dict[str, object]:
    """The `product_tree`: the project, its trees, their versions, and what else tells products apart."""
    names: list[dict[str, object]] = []
    for tree in edition.trees:
        own = [product for product in found if product.tree.name == tree.name]
        versions: dict[str, list[Product]] = {}
        for product in own:
            versions.setdefault(product.version, []).append(product)
        branches = [_branch(version, same) for version, same in versions.items() if version]
        if branches:
            names.append({"category": "product_name", "name": one_line(tree.title), "branches": branches})
        names += [
            {"category": "product_name", "name": product.name, "product": _leaf(product)}
            for product in versions.get("", [])
        ]
    vendor = {"category": "vendor", "name": one_line(edition.publisher.vendor), "branches": names}
    return {"branches": [vendor]}


def _branch(version: str, same: list[Product]) -> dict[str, object]:
    head = {"category": "product_version", "name": version}
    if len(same) == 1 and not same[0].level:
        return head | {"product": _leaf(same[0])}
    levels = [
        {"category": "patch_level", "name": product.level or "as released", "product": _leaf(product)}
        for product in same
    ]
    return head | {"branches": levels}


def _leaf(product: Product) -> dict[str, object]:
    leaf: dict[str, object] = {"name": product.name, "product_id": product.id}
    helper: dict[str, str] = {}
    if isinstance(product.place, Version):
        if product.tree.cpe:
            helper["cpe"] = cpe(product.tree.cpe, product.place)
        if product.tree.purl:
            helper["purl"] = f"{product.tree.purl}@{product.place}"
    return leaf | {"product_identification_helper": helper} if helper else leaf


def cpe(prefix: str, version: Version) -> str:
    """The CPE 2.3 name of a release: a candidate is an update of the release that it was to become."""
    numbers = ".".join(str(number) for number in version.numbers)
    update = "*" if version.candidate is None else f"rc{version.candidate}"
    return f"{prefix}:{numbers}:{update}:*:*:*:*:*:*"
