"""CSAF's mandatory tests (section 6.1 of the standard), by `@secvisogram/csaf-validator-lib`, over what we write."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given

from advisories.formats import csaf
from advisories.formats.edition import Edition
from advisories.formats.record import Record
from tests.advisories.formats.editions import (
    CONDITIONAL,
    EDITION,
    FIXES,
    RECORDS,
    TREE,
    WITHDRAWN,
    editions,
    parsed,
    twelve,
)

SCRIPT = Path(__file__).parents[2] / "csaf" / "validate.js"


def mandatory(documents: list[Any]) -> list[list[dict[str, Any]]]:
    """What the official tests have against each document, by one process for all of them."""
    lines = "".join(json.dumps(document) + "\n" for document in documents)
    run = subprocess.run(["node", SCRIPT], input=lines, capture_output=True, text=True, check=False, timeout=150)
    assert run.returncode == 0, run.stderr[-3000:]
    return [json.loads(line) for line in run.stdout.splitlines()]


def test_whatever_a_record_holds_its_documents_pass() -> None:
    documents: list[Any] = []

    @given(RECORDS, editions())
    def collect(record: Record, edition: Edition) -> None:
        documents.extend(parsed(csaf.write(record, edition, profile)) for profile in csaf.profiles(record))

    collect()
    assert len(documents) > 50
    for document, wrong in zip(documents, mandatory(documents), strict=True):
        assert wrong == [], json.dumps(document)[:3000]


def test_the_tests_find_what_is_wrong() -> None:
    document = parsed(csaf.write(twelve(), EDITION, csaf.Profile.ADVISORY))
    document["vulnerabilities"][0]["product_status"]["fixed"] = ["sluice", "nothing:1.0"]
    [wrong] = mandatory([document])
    assert {"mandatoryTest_6_1_1", "mandatoryTest_6_1_6"} <= {one["test"] for one in wrong}


def test_an_advisory_as_it_was_announced_passes() -> None:
    record = replace(twelve(), affected=CONDITIONAL, fixes=FIXES)
    documents = [parsed(csaf.write(record, EDITION, profile)) for profile in csaf.profiles(record)]
    bare = replace(EDITION, trees=(replace(TREE, releases=(), purl="", cpe=""),), scores=(), weaknesses=())
    documents += [parsed(csaf.write(record, bare, profile)) for profile in csaf.profiles(record)]
    withdrawn = replace(record, withdrawn=True)
    documents += [parsed(csaf.write(withdrawn, WITHDRAWN, profile)) for profile in csaf.profiles(withdrawn)]
    assert mandatory(documents) == [[]] * 6
