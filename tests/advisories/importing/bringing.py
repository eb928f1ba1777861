"""Brings documents in as the command does, without one."""

from collections.abc import Iterable

from django.utils import timezone

from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt
from advisories.formats.openpgp import Keyring
from advisories.importing import running
from advisories.importing.running import Prepared
from advisories.importing.writing import Also
from advisories.models import ImportedNumber, ImportRun

TWELVE = ("ssa12.meta", "ssa12.patch", "ssa12-1.9.patch")


def prepared(documents: Iterable[Document | Doubt], keys: Keyring, *, takes_unverified: bool = False) -> Prepared:
    return running.prepare(documents, keys, takes_unverified=takes_unverified, now=timezone.now())


def bring(
    *documents: Document, keys: Keyring, takes_unverified: bool = False, also: Also = lambda advisory, record: None
) -> ImportRun:
    ready = prepared(documents, keys, takes_unverified=takes_unverified)
    run = running.begin(ready, sources=[one.where for one in documents], keys=keys)
    list(running.bring_in(ready, run, also))
    return run


def outcomes(run: ImportRun) -> dict[int, str]:
    return dict(ImportedNumber.objects.filter(run=run).values_list("number", "outcome"))


def why(run: ImportRun, number: int) -> str:
    return ImportedNumber.objects.get(run=run, number=number).why


def kinds(run: ImportRun) -> set[tuple[str, str]]:
    return {(weight, kind) for weight, kind in run.findings.values_list("weight", "kind") if weight != "understood"}
