"""CSAF 2.0 documents (https://docs.oasis-open.org/csaf/csaf/v2.0/): the security advisory and the VEX profile."""

import re
from enum import StrEnum

from advisories.formats import said
from advisories.formats.csaf_vulnerabilities import vulnerabilities
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition, Publisher, check, identifiers, other_identifiers
from advisories.formats.products import products, tree_of
from advisories.formats.record import Record
from advisories.formats.strict import compact, instant, is_address, one_line, plain

MEDIA_TYPE = "application/json"


class Profile(StrEnum):
    """The kinds of document that are written, by the names of the standard."""

    ADVISORY = "csaf_security_advisory"
    VEX = "csaf_vex"
    BASE = "csaf_base"
    """Of a withdrawn advisory, which has neither products nor flaws."""
    BASE_FOR_VEX = "csaf_base in the place of csaf_vex"
    """What takes the place of its other document: who holds that one would go on calling products affected."""

    @property
    def category(self) -> str:
        """As documents name it."""
        return self.value.partition(" ")[0]

    @property
    def is_second(self) -> bool:
        """Whether it is the second document of an advisory."""
        return self in (Profile.VEX, Profile.BASE_FOR_VEX)


_NOTES = {
    "ISSUE DESCRIPTION": "description",
    "DESCRIPTION": "description",
    "SUMMARY": "summary",
    "IMPACT": "summary",
    "VULNERABLE SYSTEMS": "details",
    "MITIGATION": "details",
    "RESOLUTION": "details",
}


def profiles(record: Record) -> tuple[Profile, ...]:
    """The documents that there are of `record`."""
    return (Profile.BASE, Profile.BASE_FOR_VEX) if record.withdrawn else (Profile.ADVISORY, Profile.VEX)


def write(record: Record, edition: Edition, profile: Profile) -> bytes:
    """The document of `profile`. Raises `NotWritable`, also for a profile that `profiles` does not name."""
    check(record, edition)
    if profile not in profiles(record):
        raise NotWritable(f"there is no {profile} of {record.name}")
    value: dict[str, object] = {"document": _document(record, edition, profile)}
    if not record.withdrawn:
        found = products(record, edition)
        value["product_tree"] = tree_of(found, edition)
        value["vulnerabilities"] = vulnerabilities(record, edition, found)
    return compact(value)


def tracking_id(record: Record, profile: Profile) -> str:
    """The document's own id; the two profiles are two documents."""
    return f"{record.name}-VEX" if profile.is_second else record.name


def file_name(record: Record, profile: Profile) -> str:
    """As section 5.1 of the standard forms it from the id: lower case, runs of other characters as underscores."""
    return re.sub(r"[^+\-a-z0-9]+", "_", tracking_id(record, profile).lower()) + ".json"


def path(record: Record, edition: Edition, profile: Profile) -> str:
    """Where the document lies below `Edition.records`: a folder for each year of first release."""
    return f"{instant(edition.first.at)[:4]}/{file_name(record, profile)}"


def _document(record: Record, edition: Edition, profile: Profile) -> dict[str, object]:
    publisher = edition.publisher
    value: dict[str, object] = {
        "category": profile.category,
        "csaf_version": "2.0",
        "distribution": {"tlp": {"label": "WHITE", "url": "https://www.first.org/tlp/"}},
        "lang": publisher.language,
        "notes": _notes(record, edition),
        "publisher": publisher_of(publisher),
        "references": _references(record, edition, profile),
        "title": f"{record.name}: {one_line(record.title)}",
        "tracking": _tracking(record, edition, profile),
    }
    if thanks := _acknowledgments(record):
        value["acknowledgments"] = thanks
    return value


def publisher_of(publisher: Publisher) -> dict[str, str]:
    """The publisher as documents and the provider's metadata name it."""
    value = {"category": "vendor", "name": one_line(publisher.name), "namespace": publisher.namespace}
    if contact := plain(publisher.contact):
        value["contact_details"] = contact
    if authority := plain(publisher.authority):
        value["issuing_authority"] = authority
    return value


def _notes(record: Record, edition: Edition) -> list[dict[str, str]]:
    notes: list[dict[str, str]] = []
    for section in record.sections:
        if text := plain(section.text):
            heading = one_line(section.heading)
            notes.append(
                {"category": _NOTES.get(heading.upper(), "general"), "text": text, "title": heading or "Preface"}
            )
    if edition.withdrawal and (because := plain(edition.withdrawal.because)):
        notes.insert(0, {"category": "description", "text": because, "title": "Reasoning for withdrawal"})
    conditions = [said.words(record, one.statement) for one in record.affected if edition.facts(one.tree)]
    if conditions and not record.withdrawn:
        notes.append(
            {"category": "details", "text": "\n".join(conditions), "title": "Affected versions and their conditions"}
        )
    licence = f"This text may be used under the licence {one_line(edition.licence)}."
    notes.append({"category": "legal_disclaimer", "text": licence, "title": "Licence"})
    return notes


def _references(record: Record, edition: Edition, profile: Profile) -> list[dict[str, str]]:
    own = edition.records + path(record, edition, profile)
    found = {own: {"category": "self", "summary": "This document", "url": own}}
    found.setdefault(edition.page, {"category": "self", "summary": f"{record.name} as a page", "url": edition.page})
    for address in record.references:
        if is_address(address):
            found.setdefault(address, {"category": "external", "summary": address, "url": address})
    return list(found.values())


def _acknowledgments(record: Record) -> list[dict[str, object]]:
    thanks: list[dict[str, object]] = []
    for finder in record.finders:
        if name := one_line(finder.name):
            organisation = one_line(finder.affiliation)
            thanks.append({"names": [name], **({"organization": organisation} if organisation else {})})
    thanks += [{"summary": sentence} for sentence in record.unnamed]
    return thanks


def _tracking(record: Record, edition: Edition, profile: Profile) -> dict[str, object]:
    """Public revisions are counted anew, since the standard allows no gaps; the project's own count is beside it.

    An advisory is usually first public as its third version or so: the ones before it went to members only. That it
    was withdrawn is a revision of the document, though the advisory has none: who holds the one before must see it.
    """
    history = [
        {
            "date": instant(revision.at),
            "legacy_version": str(revision.version),
            "number": str(number),
            "summary": plain(revision.summary) or f"Version {revision.version}",
        }
        for number, revision in enumerate(edition.revisions, 1)
    ]
    if edition.withdrawal:
        number = str(len(history) + 1)
        history.append({"date": instant(edition.withdrawal.at), "number": number, "summary": "Withdrawn."})
    aliases = [*identifiers(record, "CVE"), *(one_line(one.value) for one in other_identifiers(record))]
    if profile.is_second:
        aliases = []
    value: dict[str, object] = {
        "current_release_date": instant(edition.changed_at),
        "generator": {"engine": {"name": one_line(edition.generator) or "Penstock"}},
        "id": tracking_id(record, profile),
        "initial_release_date": instant(edition.first.at),
        "revision_history": history,
        "status": "final",
        "version": str(len(history)),
    }
    if aliases := list(dict.fromkeys(alias for alias in aliases if alias)):
        value["aliases"] = aliases
    return value
