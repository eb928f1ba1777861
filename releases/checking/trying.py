"""The verdict of one series on one commit: looked up under its keys, else computed and kept."""

import time
from collections.abc import Mapping

from releases.checking import circle
from releases.engine.check import NARROW, OpenBranch
from releases.engine.verdicts import ENGINE_VERSION, Verdict
from releases.models import StoredVerdict


def verdict_of(
    entrant: circle.Entrant, present: Mapping[int, circle.Entrant], opened: OpenBranch, commit: str
) -> tuple[StoredVerdict, bool]:
    """The verdict, and whether it had to be computed; of `present` takes part who may lean on whom."""
    series = entrant.as_input(present)
    others = [other.as_input(present) for other in circle.who_may_take_part(entrant, present)]
    narrow, wide = opened.keys(series, others, commit)
    found = {stored.key: stored for stored in StoredVerdict.objects.filter(key__in=(narrow, wide))}
    for key in (narrow, wide):
        if key in found:
            return found[key], False
    started = time.monotonic()
    verdict = opened.check(series, others, commit)
    took_ms = int((time.monotonic() - started) * 1000)
    return kept(narrow if verdict.kind in NARROW else wide, verdict, took_ms), True


def kept(key: str, verdict: Verdict, took_ms: int) -> StoredVerdict:
    """A verdict under its key; the one that is there where another worker was faster."""
    found, _ = StoredVerdict.objects.get_or_create(
        key=key,
        defaults={
            "kind": verdict.kind.value, "evidence": verdict.to_json(), "engine_version": ENGINE_VERSION,
            "took_ms": took_ms,
        },
    )  # fmt: skip
    return found
