"""What documents are written from: record and edition of a publication, of settings and publications alone."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from django.conf import settings
from django.urls import reverse

from advisories import texts
from advisories.formats import csaf, cve, meta, osv, said
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import (
    Beforehand,
    Edition,
    OsvIds,
    Publisher,
    Revision,
    Score,
    TreeFacts,
    Withdrawal,
    check,
    identifiers,
)
from advisories.formats.record import Recipes, Record
from advisories.lifecycle import State
from advisories.models import Publication
from advisories.public import saying
from advisories.public.facts import Known
from advisories.public.saying import Content
from advisories.recipes import recipes_in

logger = logging.getLogger(__name__)

RECORDS = "/csaf/"
"""Where the CSAF provider's documents lie."""


@dataclass(frozen=True, slots=True)
class Edited:
    """A record and what surrounds it."""

    record: Record
    edition: Edition
    recipes: Recipes | None = None
    """What its recipe file says; None where there is none."""

    @property
    def recipe_name(self) -> str:
        """What the recipe file is called, as in ssa12.meta."""
        return f"{self.record.prefix.lower()}{self.record.number}.meta"


def public_site() -> str:
    """The address that readers know the site by, without a slash at its end: where an export is served, or ours."""
    return settings.PUBLIC_URL or settings.SITE_URL


def publisher() -> Publisher:
    """The project, as the settings name it."""
    told = settings.PUBLISHER
    return Publisher(
        name=told["name"],
        vendor=settings.PROJECT_NAME,
        namespace=told["namespace"],
        contact=told["contact"],
        authority=told["authority"],
        cve_organisation=told["cve_organisation"],
        cve_short_name=told["cve_short_name"],
        osv_ids=OsvIds(told["osv_ids"]),
        language=told["language"],
    )


def edited(issues: Sequence[Publication], content: Content, trees_at: Known, *, version: int | None = None) -> Edited:
    """One public revision of an advisory, by default the newest; `issues` are all of them, the first first.

    `content` is that revision's, with nothing in it that depends on something hidden. Raises `ValueError` for content
    that this portal never froze.
    """
    upto = [one for one in issues if version is None or one.version <= version]
    newest = upto[-1]
    record = texts.record_of(content, newest.version, files={}, updates=_updates(upto))
    is_withdrawn = issues[-1].advisory.state == State.WITHDRAWN and newest is issues[-1]
    page = reverse("advisories:detail", args=[newest.number])
    files = reverse("advisories:public_patch", args=[newest.number, newest.version, "x"])[:-1]
    edition = Edition(
        publisher=publisher(),
        page=public_site() + page,
        files=public_site() + files,
        records=public_site() + RECORDS,
        licence=settings.PUBLISHER["licence"],
        revisions=tuple(
            Revision(one.version, one.public_at, one.revision.changes if place else "Public release.")
            for place, one in enumerate(upto)
        ),
        trees=tuple(_trees(record, content, trees_at(upto[0].public_at), trees_at(newest.public_at))),
        scores=tuple(_scores(content)),
        beforehand=tuple(
            Beforehand(one.tree, one.branch, one.release, one.commits) for one in saying.recipes(content) if one.commits
        ),
        withdrawal=_withdrawal(newest) if is_withdrawn else None,
    )
    recipes = record.recipes or recipes_in(content)
    return Edited(replace(record, withdrawn=is_withdrawn, public_at=upto[0].public_at), edition, recipes)


def is_writable(one: Edited) -> bool:
    """Whether documents can be made of it at all; why not is logged, by kind."""
    try:
        check(one.record, one.edition)
    except NotWritable as refusal:
        _note(one.record, refusal)
        return False
    return True


def names_of(one: Edited) -> tuple[str, ...]:
    """The documents that there are of a record: their file names, as addresses end."""
    if not is_writable(one):
        return ()
    found = ["osv.json", "csaf.json", "vex.json"]
    if one.edition.publisher.cve_organisation:
        found += [cve.file_name(name) for name in identifiers(one.record, "CVE")]
    return (*found, one.recipe_name) if one.recipes else tuple(found)


def document(one: Edited, name: str) -> bytes | None:
    """The document called `name`, or None where there is none; why it could not be written is logged, by kind."""
    if name not in names_of(one):
        return None
    record, edition = one.record, one.edition
    first, second = csaf.profiles(record)
    makers: dict[str, Callable[[], bytes]] = {
        "osv.json": lambda: osv.write(record, edition),
        "csaf.json": lambda: csaf.write(record, edition, first),
        "vex.json": lambda: csaf.write(record, edition, second),
        one.recipe_name: lambda: meta.write(replace(record, recipes=one.recipes)),
    }
    make = makers.get(name, lambda: cve.write(record, edition, name.removesuffix(".json")))
    try:
        return make()
    except NotWritable as refusal:
        _note(record, refusal)
        return None


def _note(record: Record, refusal: NotWritable) -> None:
    logger.warning("a document of %s was not written: %s", record.name, type(refusal).__name__)


def _withdrawal(newest: Publication) -> Withdrawal | None:
    """None where the revision itself withdraws, as in an archive that was brought in."""
    at = newest.advisory.withdrawn_at
    return Withdrawal(at, newest.advisory.ended_because) if at and at > newest.public_at else None


def _updates(upto: Sequence[Publication]) -> list[tuple[int, str]]:
    """What each public revision changed, as the signed text says it: of the first only that it is one."""
    later = [(one.version, one.revision.changes) for one in upto[1:] if one.revision.changes]
    first = upto[0]
    return ([(first.version, "Public release.")] if first.version > 1 else []) + later


def _trees(
    record: Record, content: Content, at_first: Iterable[TreeFacts], at_last: Iterable[TreeFacts]
) -> Iterator[TreeFacts]:
    """Facts of every tree that the content names; the name alone where nothing more is known.

    Its releases are those that there were at the first publication: later ones came with the fix. Of those up to this
    revision the ones are added that it speaks of by name.
    """
    before, now = ({one.name: one for one in known} for known in (at_first, at_last))
    named = dict.fromkeys(one["tree"] for one in (*content["affected"], *content["patches"]))
    for name in named or [settings.MAIN_TREE]:
        facts = now.get(name) or TreeFacts(name, settings.PROJECT_NAME if name == settings.MAIN_TREE else name)
        known, about = frozenset(before[name].releases if name in before else ()), said.statements(record, name)
        releases = (one for one in facts.releases if one in known or said.still_holds(about, one))
        yield replace(facts, releases=tuple(releases))


def _scores(content: Content) -> Iterable[Score]:
    return (Score(one.severity) for one in saying.severities(content))
