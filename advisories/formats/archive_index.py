"""The whole public archive as one JSON file: every advisory with its text, patches' digests and what is affected.

`index` writes the short list that the field knows; this is for whoever wants to search, mirror or count without
fetching hundreds of pages. Unknown keys may be added later; none is ever given another meaning while `format` stays.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from advisories.affected import Answer
from advisories.formats import said
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition, Publisher, check
from advisories.formats.record import Record, Stretch
from advisories.formats.strict import compact, instant, is_address, one_line, plain

FORMAT = 1
MEDIA_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A number without an advisory, and why."""

    number: int
    state: str
    """`unused`, `announced` or `merged`."""
    note: str = ""


def write(
    published: Iterable[tuple[Record, Edition]],
    unwritten: Iterable[Unwritten],
    *,
    publisher: Publisher,
    prefix: str,
    site: str,
    licence: str,
) -> bytes:
    """The archive, by number. Raises `NotWritable`, also where a number comes twice or has another prefix."""
    if not is_address(site) or not one_line(licence):
        raise NotWritable("the archive has an address and a licence")
    entries: dict[int, dict[str, object]] = {}
    for record, edition in published:
        if record.number in entries or record.prefix != prefix:
            raise NotWritable(f"{record.name} does not fit into the archive, or is in it twice")
        entries[record.number] = _entry(record, edition)
    for one in unwritten:
        if one.number in entries:
            raise NotWritable(f"{prefix}-{one.number} is said to have no advisory and has one")
        entries[one.number] = {
            "number": one.number,
            "id": f"{prefix}-{one.number}",
            "state": one_line(one.state),
            "note": plain(one.note),
        }
    return compact(
        {
            "format": FORMAT,
            "project": one_line(publisher.vendor),
            "publisher": one_line(publisher.name),
            "site": site,
            "licence": one_line(licence),
            "advisories": [entries[number] for number in sorted(entries)],
        }
    )


def _entry(record: Record, edition: Edition) -> dict[str, object]:
    check(record, edition)
    return {
        "number": record.number,
        "id": record.name,
        "state": "withdrawn" if record.withdrawn else "published",
        **({"note": plain(edition.withdrawal.because)} if edition.withdrawal else {}),
        "title": one_line(record.title),
        "identifiers": [one_line(one.value) for one in record.identifiers],
        "version": record.version,
        "published": instant(edition.first.at),
        "updated": instant(edition.changed_at),
        "licence": one_line(edition.licence),
        "page": edition.page,
        "revisions": [
            {"version": one.version, "at": instant(one.at), "summary": plain(one.summary)} for one in edition.revisions
        ],
        "severity": [
            {
                "for": score.identifier or record.name,
                "version": str(score.severity.version),
                "vector": score.severity.vector,
                "score": str(score.severity.score),
                "rating": str(score.severity.rating),
            }
            for score in edition.scores
        ],
        "weaknesses": [f"CWE-{one.number}" for one in edition.weaknesses],
        "credits": [{"name": one_line(one.name), "affiliation": one_line(one.affiliation)} for one in record.finders],
        "sections": [
            {"heading": one_line(section.heading), "text": plain(section.text)} for section in record.sections
        ],
        "affected": [] if record.withdrawn else said.spelled_out(record, edition),
        "affected_releases": [] if record.withdrawn else _releases(record, edition),
        "patches": _patches(record, edition),
        **({"prerequisites": beforehand} if (beforehand := said.beforehand(edition)) else {}),
        "fixes": [
            {"tree": one_line(fix.tree), "branch": one_line(fix.branch), "ref": one_line(fix.ref)}
            for fix in record.fixes
        ],
    }


def _releases(record: Record, edition: Edition) -> list[dict[str, object]]:
    """Releases that are affected whatever other fixes they carry, tree by tree."""
    found: list[dict[str, object]] = []
    for tree in edition.trees:
        affected = [str(one.place) for one in said.said(record, tree) if one.answer is Answer.AFFECTED]
        if affected:
            found.append({"tree": tree.name, "releases": affected})
    return found


def _patches(record: Record, edition: Edition) -> list[dict[str, object]]:
    return [
        {
            "name": patch.name,
            "sha256": patch.sha256,
            "address": edition.file(patch.name),
            "for": [
                {"tree": one_line(row.tree), "branches": [_written(stretch) for stretch in row.stretches]}
                for row in record.table
                if patch.name in record.files_matching(row.files)
            ],
        }
        for patch in record.patches
    ]


def _written(stretch: Stretch) -> dict[str, str]:
    return {"newest": one_line(stretch.newest), "oldest": one_line(stretch.oldest)}
