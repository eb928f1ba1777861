"""OSV records, schema version 1.7 (https://ossf.github.io/osv-schema/).

What a reader of OSV concludes is yes or no: a release that is listed is affected. So only releases that are affected
whatever other fixes they carry are listed, and conditions stand in `database_specific` for people.
"""

from advisories.affected import Answer
from advisories.formats import said
from advisories.formats.edition import Edition, OsvIds, TreeFacts, check, identifiers
from advisories.formats.record import Record
from advisories.formats.strict import document, instant, is_address, one_line, plain
from advisories.severity import Version
from advisories.versions import Version as Release

SCHEMA_VERSION = "1.7.5"
MEDIA_TYPE = "application/json"


def write(record: Record, edition: Edition) -> bytes:
    """The OSV record. Raises `NotWritable`."""
    check(record, edition)
    names = identifiers(record, "CVE")
    own = identifier(record, edition)
    # One flaw under two names is an alias; an advisory about several flaws is not any one of them.
    same = [record.name] if own in names else [*names] if len(names) == 1 else []
    related = [] if same else [*names]
    value: dict[str, object] = {
        "schema_version": SCHEMA_VERSION,
        "id": own,
        "modified": instant(edition.changed_at),
        "published": instant(edition.first.at),
    }
    if record.withdrawn:
        value["withdrawn"] = instant(edition.changed_at)
    if same:
        value["aliases"] = same
    if related:
        value["related"] = related
    value["summary"] = one_line(record.title)
    value["details"] = details(record)
    if severities := _severities(edition, names):
        value["severity"] = severities
    if not record.withdrawn and (
        affected := [one for tree in edition.trees if (one := _affected(record, edition, tree))]
    ):
        value["affected"] = affected
    value["references"] = _references(record, edition)
    named = [name for finder in record.finders if (name := one_line(finder.name))]
    if credit := [{"name": name, "type": "FINDER"} for name in (*named, *record.unnamed)]:
        value["credits"] = credit
    value["database_specific"] = _own_part(record, edition)
    return document(value)


def identifier(record: Record, edition: Edition) -> str:
    """The id of the record, which is also the name of its file."""
    names = identifiers(record, "CVE")
    ids = edition.publisher.osv_ids
    if ids is OsvIds.REGISTERED:
        return record.name
    if ids is OsvIds.CVE and len(names) == 1:
        return names[0]
    return f"x_{record.name}"


def details(record: Record) -> str:
    """The whole text, its headings as Markdown has them and the rest as it was written."""
    parts: list[str] = []
    for section in record.sections:
        if text := plain(section.text):
            heading = one_line(section.heading)
            parts.append(f"## {heading}\n\n{text}" if heading else text)
    return "\n\n".join(parts)


def _severities(edition: Edition, names: tuple[str, ...]) -> list[dict[str, str]]:
    """One score for each version of CVSS: the advisory's, or that of its only identifier, or the worst of several."""
    rated = [one for name in names or ("",) for one in edition.scores_for(name)]
    found = []
    for version, kind in ((Version.V3_1, "CVSS_V3"), (Version.V4_0, "CVSS_V4")):
        same = [one for one in rated if one.version is version]
        if same:
            worst = max(same, key=lambda one: (one.score, one.vector))
            found.append({"type": kind, "score": worst.vector})
    return found


def _affected(record: Record, edition: Edition, tree: TreeFacts) -> dict[str, object] | None:
    versions = [str(one.place) for one in said.said(record, tree) if one.answer is Answer.AFFECTED and _is_release(one)]
    found: dict[str, object] = {}
    if history := said.history(record, edition, tree):
        events = [{"introduced": commit} for commit in history.introduced or ("0",)]
        events += [{"fixed": commit} for commit in dict.fromkeys(commit for _, commit in history.fixed)]
        found["ranges"] = [{"type": "GIT", "repo": history.repository, "events": events}]
    if versions:
        found["versions"] = versions
    if not found:
        return None
    found["database_specific"] = {"tree": tree.name, "product": one_line(tree.title)}
    return found


def _is_release(one: said.Said) -> bool:
    return isinstance(one.place, Release)


def _references(record: Record, edition: Edition) -> list[dict[str, str]]:
    found = [{"type": "ADVISORY", "url": edition.page}]
    found += [{"type": "FIX", "url": edition.file(patch.name)} for patch in record.patches]
    found += [{"type": "FIX", "url": edition.commit(fix.tree, fix.ref)} for fix in record.fixes]
    found += [{"type": "WEB", "url": address} for address in record.references]
    first: dict[str, dict[str, str]] = {}
    for one in found:
        if is_address(one["url"]):
            first.setdefault(one["url"], one)
    return list(first.values())


def _own_part(record: Record, edition: Edition) -> dict[str, object]:
    own: dict[str, object] = {"licence": one_line(edition.licence), "version": record.version}
    if record.withdrawn:
        return own
    if spelled_out := said.spelled_out(record, edition):
        own["affected"] = spelled_out
    if beforehand := said.beforehand(edition):
        own["prerequisites"] = beforehand
    if weaknesses := [f"CWE-{one.number}" for one in edition.weaknesses]:
        own["cwe_ids"] = weaknesses
    return own


def file_name(record: Record, edition: Edition) -> str:
    """As OSV's databases name their files."""
    return f"{identifier(record, edition)}.json"
