"""The flaws of a CSAF document: one for each CVE identifier, or one for the advisory, with statuses and remedies."""

from advisories.formats import said
from advisories.formats.edition import Edition, identifiers, other_identifiers
from advisories.formats.products import Product, Status
from advisories.formats.record import Record
from advisories.formats.strict import instant, is_address, one_line, plain
from advisories.severity import Severity, Version, base

_MOST_COMMITS = 12
"""That are named in a sentence; the page has all."""


def vulnerabilities(record: Record, edition: Edition, products: tuple[Product, ...]) -> list[dict[str, object]]:
    """Every flaw; all of them have the same products, since an advisory says what is affected for all together."""
    names = identifiers(record, "CVE")
    return [_vulnerability(record, edition, products, name) for name in names or ("",)]


def _vulnerability(record: Record, edition: Edition, products: tuple[Product, ...], name: str) -> dict[str, object]:
    others = [] if name else [(one.scheme, one.value) for one in other_identifiers(record)]
    ids = [(f"{record.prefix} number", record.name), *others]
    value: dict[str, object] = {
        "ids": [
            {"system_name": one_line(system) or "other", "text": one_line(text) or record.name}
            for system, text in dict.fromkeys(ids)
        ],
        "product_status": _statuses(products),
        "release_date": instant(edition.first.at),
        "title": one_line(record.title),
    }
    if name:
        value["cve"] = name
    severities = edition.scores_for(name)
    affected = [product.id for product in products if product.status is Status.AFFECTED]
    if affected and (scores := [_score(one, affected) for one in severities if one.version is Version.V3_1][:1]):
        value["scores"] = scores
    value["notes"] = [_description(record), *(_vector(one) for one in severities if one.version is Version.V4_0)]
    if len(edition.weaknesses) == 1:
        weakness = edition.weaknesses[0]
        value["cwe"] = {"id": f"CWE-{weakness.number}", "name": weakness.name}
    if remedies := _remediations(record, edition, products):
        value["remediations"] = remedies
    if threats := _impacts(products):
        value["threats"] = threats
    return value


def _description(record: Record) -> dict[str, str]:
    for heading in ("ISSUE DESCRIPTION", "DESCRIPTION", "SUMMARY", "IMPACT"):
        section = record.section(heading)
        if section and (text := plain(section.text)):
            return {"category": "description", "text": text, "title": heading.capitalize()}
    return {"category": "description", "text": one_line(record.title), "title": "Description"}


def _vector(severity: Severity) -> dict[str, str]:
    """CSAF 2.0 has no place for scores of CVSS 4.0."""
    text = f"{severity.vector} ({severity.score}, {severity.rating})"
    return {"category": "other", "text": text, "title": f"CVSS {severity.version}"}


def _statuses(products: tuple[Product, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for status in sorted(Status):
        if same := [product.id for product in products if product.status is status]:
            found[str(status)] = same
    return found


def _score(severity: Severity, affected: list[str]) -> dict[str, object]:
    plain_score = base(severity)
    return {
        "cvss_v3": {
            "version": str(severity.version),
            "vectorString": plain_score.vector,
            "baseScore": float(plain_score.score),
            "baseSeverity": plain_score.rating.upper(),
        },
        "products": affected,
    }


def _remediations(record: Record, edition: Edition, products: tuple[Product, ...]) -> list[dict[str, object]]:
    """What to do about every affected product: patches, commits, mitigation, and if nothing else the plain truth."""
    affected = [product for product in products if product.status is Status.AFFECTED]
    found: list[dict[str, object]] = []
    helped: set[str] = set()
    by_files: dict[tuple[tuple[str, ...], str], list[str]] = {}
    # Releases of one branch have the same patches, and a record takes its time to say which.
    by_branch = {(product.tree.name, product.branch): product for product in affected}
    remedy_of = {
        branch: (_files(record, product), _beforehand(record, edition, product))
        for branch, product in by_branch.items()
    }
    for product in affected:
        files, first = remedy_of[product.tree.name, product.branch]
        if files:
            by_files.setdefault((files, first), []).append(product.id)
    for (files, first), ids in by_files.items():
        found.append(_patches(edition, files, first, ids))
        helped.update(ids)
    for product in affected:
        if commits := said.fixes_of(record, product.tree.name).get(product.branch):
            found.append(_commits(edition, product, commits))
            helped.add(product.id)
    # Before the mitigation, which may help meanwhile and is no promise of a fix.
    if left := [one.id for one in affected if one.no_fix and one.id not in helped]:
        found.append({"category": "no_fix_planned", "details": "There will be no fix.", "product_ids": left})
        helped.update(left)
    section = record.section("MITIGATION")
    if affected and section and (text := plain(section.text)):
        found.append({"category": "mitigation", "details": text, "product_ids": [one.id for one in affected]})
        helped.update(one.id for one in affected)
    if left := [one.id for one in affected if one.id not in helped]:
        details = f"See the resolution in the text of {record.name}: {edition.page}"
        found.append({"category": "none_available", "details": details, "product_ids": left})
    return found


def _files(record: Record, product: Product) -> tuple[str, ...]:
    if product.branch:
        return record.files_for(product.branch, product.tree.name)
    rows = [row for row in record.table if row.tree == product.tree.name]
    return tuple(dict.fromkeys(name for row in rows for name in record.files_matching(row.files)))


def _patches(edition: Edition, files: tuple[str, ...], first: str, ids: list[str]) -> dict[str, object]:
    names = ", ".join(one_line(name) for name in files)
    many = "Apply these patches in this order" if len(files) > 1 else "Apply this patch"
    address = edition.file(files[0])
    return {
        "category": "vendor_fix",
        "details": f"{many}: {names}{first}",
        "product_ids": ids,
        "url": address if len(files) == 1 and not first and is_address(address) else edition.page,
    }


def _beforehand(record: Record, edition: Edition, product: Product) -> str:
    """What a client that fetches the patch alone would not find out until it doesn't apply."""
    recipe = record.recipes.find(product.branch, product.tree.name) if record.recipes else None
    if recipe and recipe.prereqs:
        return f". First come the fixes of {', '.join(f'{record.prefix}-{number}' for number in recipe.prereqs)}"
    first = edition.before(product.tree.name, product.branch)
    if not first:
        return ""
    release, commits = one_line(first[0].release), first[0].commits
    if len(first) > 1 or len(commits) > _MOST_COMMITS:
        return f". On {release} other commits have to be picked first: {edition.page}"
    return f". On {release} pick first, in this order: {', '.join(commits)}"


def _commits(edition: Edition, product: Product, commits: tuple[str, ...]) -> dict[str, object]:
    address = edition.commit(product.tree.name, commits[-1])
    many = "commits" if len(commits) > 1 else "commit"
    return {
        "category": "vendor_fix",
        "details": f"Fixed by {many} {', '.join(commits)} on branch {one_line(product.branch)}",
        "product_ids": [product.id],
        **({"url": address} if is_address(address) and len(commits) == 1 else {}),
    }


def _impacts(products: tuple[Product, ...]) -> list[dict[str, object]]:
    """Why products that are not affected aren't: the VEX profile wants a statement for each."""
    by_reason: dict[str, list[str]] = {}
    for product in products:
        if product.status is Status.NOT_AFFECTED:
            by_reason.setdefault(product.reason or "Not affected.", []).append(product.id)
    return [{"category": "impact", "details": reason, "product_ids": ids} for reason, ids in by_reason.items()]
