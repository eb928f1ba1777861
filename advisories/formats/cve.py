"""CVE records, format 5.1 (https://cveproject.github.io/cve-schema/): one for each identifier of an advisory.

What is not listed is unknown, and only releases with a plain answer are listed. Conditions are said in words, under
`configurations`, which is where the format wants what must be the case for the flaw to matter.
"""

import re

from advisories.affected import Answer
from advisories.formats import said
from advisories.formats.doubts import NotWritable
from advisories.formats.edition import Edition, TreeFacts, check, identifiers
from advisories.formats.record import Record
from advisories.formats.strict import document, instant, is_address, one_line, plain, shortened
from advisories.severity import Severity, Version, base
from advisories.versions import Version as Release

DATA_VERSION = "5.1.1"
MEDIA_TYPE = "application/json"
_LONGEST = 4_096
_LONGEST_TITLE = 256
_MOST_REFERENCES = 500
_STATUS = {Answer.AFFECTED: "affected", Answer.NOT_AFFECTED: "unaffected"}
_THREE_NUMBERS = re.compile(r"(?:0|[1-9][0-9]*)(?:\.(?:0|[1-9][0-9]*)){2}")


def write(record: Record, edition: Edition, identifier: str) -> bytes:
    """The record of `identifier`: published, or rejected where the advisory is withdrawn.

    Raises `NotWritable`, also where the record doesn't have the identifier or the project is no numbering authority.
    """
    _check(record, edition, identifier)
    metadata: dict[str, object] = {
        "cveId": identifier,
        "assignerOrgId": edition.publisher.cve_organisation,
        **({"assignerShortName": name} if (name := edition.publisher.cve_short_name) else {}),
        "state": "REJECTED" if record.withdrawn else "PUBLISHED",
        "datePublished": instant(edition.first.at),
        "dateUpdated": instant(edition.changed_at),
    }
    if record.withdrawn:
        metadata["dateRejected"] = instant(edition.changed_at)
    return document(
        {
            "dataType": "CVE_RECORD",
            "dataVersion": DATA_VERSION,
            "cveMetadata": metadata,
            "containers": {"cna": _container(record, edition, identifier)},
        }
    )


def container(record: Record, edition: Edition, identifier: str) -> bytes:
    """The numbering authority's part alone, as the programme's service takes it. Raises `NotWritable`."""
    _check(record, edition, identifier)
    return document({"cnaContainer": _container(record, edition, identifier)})


def file_name(identifier: str) -> str:
    """As the programme's own archive names its files."""
    return f"{identifier}.json"


def _check(record: Record, edition: Edition, identifier: str) -> None:
    check(record, edition)
    if identifier not in identifiers(record, "CVE"):
        raise NotWritable(f"{record.name} has no identifier {identifier[:40]!r}")
    if not edition.publisher.cve_organisation:
        raise NotWritable("without the UUID of a CVE numbering authority there are no CVE records")


def _container(record: Record, edition: Edition, identifier: str) -> dict[str, object]:
    return _rejected(record, edition) if record.withdrawn else _published(record, edition, identifier)


def _provider(edition: Edition) -> dict[str, str]:
    publisher = edition.publisher
    value = {"orgId": publisher.cve_organisation, "dateUpdated": instant(edition.changed_at)}
    return value | ({"shortName": publisher.cve_short_name} if publisher.cve_short_name else {})


def _rejected(record: Record, edition: Edition) -> dict[str, object]:
    because = plain(edition.withdrawal.because) if edition.withdrawal else ""
    reason = _text(because, edition) if because else _description(record, edition)
    return {"providerMetadata": _provider(edition), "rejectedReasons": [reason]}


def _published(record: Record, edition: Edition, identifier: str) -> dict[str, object]:
    title = one_line(record.title)
    value: dict[str, object] = {
        "providerMetadata": _provider(edition),
        "title": title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1] + "…",
        "datePublic": instant(edition.first.at),
        "descriptions": [_description(record, edition)],
        "affected": _affected(record, edition),
        "references": _references(record, edition),
        "source": {"advisory": record.name, "discovery": "UNKNOWN"},
    }
    for key, heading in (("workarounds", "MITIGATION"), ("solutions", "RESOLUTION")):
        section = record.section(heading)
        if section and (text := plain(section.text)):
            value[key] = [_text(text, edition)]
    conditional = [
        said.words(record, one.statement)
        for one in record.affected
        if one.statement.condition and edition.facts(one.tree)
    ]
    if conditional:
        value["configurations"] = [_text(line, edition) for line in dict.fromkeys(conditional)]
    if metrics := _metrics(edition.scores_for(identifier)):
        value["metrics"] = metrics
    if problems := [_problem(weakness.number, weakness.name, edition) for weakness in edition.weaknesses]:
        value["problemTypes"] = [{"descriptions": problems}]
    if credit := _credits(record, edition):
        value["credits"] = credit
    if timeline := _timeline(edition):
        value["timeline"] = timeline
    return value


def _text(text: str, edition: Edition) -> dict[str, str]:
    return {"lang": edition.publisher.language, "value": shortened(text, _LONGEST, edition.page)}


def _description(record: Record, edition: Edition) -> dict[str, str]:
    for heading in ("ISSUE DESCRIPTION", "DESCRIPTION", "SUMMARY", "IMPACT"):
        section = record.section(heading)
        if section and (text := plain(section.text)):
            return _text(text, edition)
    return _text(one_line(record.title), edition)


def _problem(number: int, name: str, edition: Edition) -> dict[str, str]:
    lang = edition.publisher.language
    return {"lang": lang, "description": f"CWE-{number} {one_line(name)}", "cweId": f"CWE-{number}", "type": "CWE"}


def _metrics(severities: tuple[Severity, ...]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for severity in dict.fromkeys(severities):
        plain_score = base(severity)
        key = "cvssV3_1" if severity.version is Version.V3_1 else "cvssV4_0"
        score = {
            "version": str(severity.version),
            "vectorString": plain_score.vector,
            "baseScore": float(plain_score.score),
            "baseSeverity": plain_score.rating.upper(),
        }
        found.append({"format": "CVSS", key: score})
    return [one for at, one in enumerate(found) if one not in found[:at]]


def _affected(record: Record, edition: Edition) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    for tree in edition.trees:
        about = bool(said.statements(record, tree.name)) or any(row.tree == tree.name for row in record.table)
        if about:
            found += _product(record, edition, tree)
    return found or [_head(edition, edition.trees[0])]


def _head(edition: Edition, tree: TreeFacts) -> dict[str, object]:
    value: dict[str, object] = {
        "vendor": one_line(edition.publisher.vendor)[:512],
        "product": one_line(tree.title),
        "defaultStatus": "unknown",
    }
    if tree.cpe:
        value["cpes"] = [f"{tree.cpe}:*:*:*:*:*:*:*:*"]
    return value


def _product(record: Record, edition: Edition, tree: TreeFacts) -> list[dict[str, object]]:
    """By releases, and beside it by commits where the history is known: the format wants one kind in each entry."""
    by_release = _head(edition, tree)
    if versions := list(_versions(record, tree)):
        by_release["versions"] = versions
    history = said.history(record, edition, tree)
    if history is None or len(history.introduced) > 1:
        return [by_release]
    start = history.introduced[0] if history.introduced else "0"
    commits = [
        {"version": start, "lessThan": commit, "versionType": "git", "status": "affected"}
        for commit in dict.fromkeys(commit for _, commit in history.fixed)
    ]
    return [by_release, _head(edition, tree) | {"repo": history.repository, "versions": commits}]


def _versions(record: Record, tree: TreeFacts) -> list[dict[str, object]]:
    """Runs of known releases of one line with one answer; a release that is still to come is in none of them."""
    about = said.statements(record, tree.name)
    found: list[dict[str, object]] = []
    run: list[Release] = []
    answer = Answer.UNKNOWN
    for one in said.said(record, tree):
        if not isinstance(one.place, Release):
            continue
        goes_on = run and one.answer is answer and one.place.line() == run[-1].line()
        if not goes_on or not said.same_between(about, run[-1], one.place, answer):
            found += _run(run, answer)
            run, answer = [], one.answer
        run.append(one.place)
    return [*found, *_run(run, answer)]


def _run(run: list[Release], answer: Answer) -> list[dict[str, object]]:
    if not run or answer not in _STATUS:
        return []
    first, last = str(run[0]), str(run[-1])
    if len(run) == 1:
        return [{"version": first, "status": _STATUS[answer]}]
    semantic = all(_THREE_NUMBERS.fullmatch(str(release)) for release in run)
    kind = "semver" if semantic else "custom"
    return [{"version": first, "lessThanOrEqual": last, "versionType": kind, "status": _STATUS[answer]}]


def _references(record: Record, edition: Edition) -> list[dict[str, object]]:
    found: dict[str, dict[str, object]] = {}
    for address, tag in (
        (edition.page, "vendor-advisory"),
        *((edition.file(patch.name), "patch") for patch in record.patches),
        *((edition.commit(fix.tree, fix.ref), "patch") for fix in record.fixes),
        *((address, "") for address in record.references),
    ):
        if is_address(address):
            found.setdefault(address, {"url": address, **({"tags": [tag]} if tag else {})})
    return list(found.values())[:_MOST_REFERENCES]


def _credits(record: Record, edition: Edition) -> list[dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for finder in record.finders:
        if name := one_line(finder.name):
            value = " of ".join(part for part in (name, one_line(finder.affiliation)) if part)[:_LONGEST]
            found.setdefault(value, {"lang": edition.publisher.language, "value": value, "type": "finder"})
    for sentence in record.unnamed:
        value = sentence[:_LONGEST]
        found.setdefault(value, {"lang": edition.publisher.language, "value": value, "type": "finder"})
    return list(found.values())


def _timeline(edition: Edition) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for moment in sorted(edition.timeline, key=lambda moment: (moment.at, moment.text)):
        if text := plain(moment.text):
            one = {"time": instant(moment.at), **_text(text, edition)}
            found += [one] if one not in found else []
    return found
