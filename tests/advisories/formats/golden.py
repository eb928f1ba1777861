"""Writes the golden files anew: `python -m tests.advisories.formats.golden`. Read the difference before keeping it."""

from dataclasses import replace
from pathlib import Path

from advisories.formats import archive_index, csaf, csaf_provider, cve, mail_form, meta, osv, security_txt, xsa_text
from advisories.formats.csaf import Profile
from tests.advisories.formats.editions import CONDITIONAL, EDITION, FIXES, PUBLIC_AT, PUBLISHER, twelve
from tests.advisories.formats.sluice import SLUICE
from tests.advisories.formats.test_csaf_provider import LISTED, PROVIDER
from tests.advisories.formats.test_mail_form import ENVELOPE
from tests.advisories.formats.test_security_txt import FIELDS

FOLDER = Path(__file__).parent / "golden"


def documents() -> dict[str, bytes]:
    """Every document of SSA-12 and its provider, by the name of its file."""
    record = replace(twelve(), affected=CONDITIONAL, fixes=FIXES)
    archive = archive_index.write(
        [(record, EDITION)],
        [],
        publisher=PUBLISHER,
        prefix="SSA",
        site="https://sec.sluice.example/",
        licence="CC0-1.0",
    )
    text = xsa_text.write(replace(record, recipes=None), SLUICE)
    return {
        "x_SSA-12.json": osv.write(record, EDITION),
        "ssa-12.json": csaf.write(record, EDITION, Profile.ADVISORY),
        "ssa-12-vex.json": csaf.write(record, EDITION, Profile.VEX),
        "CVE-2026-0012.json": cve.write(record, EDITION, "CVE-2026-0012"),
        "ssa12.meta": meta.write(record),
        "ssa12.txt": text,
        "ssa12.eml": mail_form.write(mail_form.subject(record, SLUICE), text, (), ENVELOPE),
        "archive.json": archive,
        "security.txt": security_txt.write(FIELDS, now=PUBLIC_AT),
        "provider-metadata.json": csaf_provider.metadata(PROVIDER, updated_at=PUBLIC_AT),
        "feed.json": csaf_provider.feed(PROVIDER, LISTED, updated_at=PUBLIC_AT),
        "service.json": csaf_provider.service(PROVIDER),
        "category.json": csaf_provider.categories(["sluice"]),
    }


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, content in documents().items():
        (FOLDER / name).write_bytes(content)
