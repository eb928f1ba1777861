"""The list of a point release to take away: an mbox for `git am`, a quilt series, and JSON."""

import gzip
import io
import json
import re
import tarfile
from collections.abc import Iterable, Iterator

from django.conf import settings

from releases.engine.mailbox import as_mbox, patch_text
from releases.evidence.backport import commit_mails
from releases.lacking.reading import EVERYONE
from releases.lacking.values import Fix, Lacking, Step
from releases.models import Patch


def mbox(told: Lacking) -> bytes:
    """Every step in order as one mbox. Raises `MirrorMissing`."""
    return as_mbox([content for _, content in _contents(told)])


def quilt(told: Lacking) -> bytes:
    """A tar archive of `patches/series` and what it lists, the same bytes every time. Raises `MirrorMissing`."""
    # `patch` doesn't undo what mail does to a text.
    files = [(name, patch_text(content)) for name, content in _contents(told)]
    head = f"# What {told.branch.tree.slug} {told.version} lacks, in order; for {told.release.tag}.\n"
    series = head + "".join(f"{name}\n" for name, _ in files)
    written = io.BytesIO()
    with tarfile.open(fileobj=written, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name, content in [("series", series.encode()), *files]:
            member = tarfile.TarInfo(f"patches/{name}")
            member.size, member.mode = len(content), 0o644
            archive.addfile(member, io.BytesIO(content))
    return gzip.compress(written.getvalue(), mtime=0)


def as_json(told: Lacking, licence: str) -> bytes:
    """The list for programs; see docs/readers.md."""
    value = {
        "schema": 1,
        "licence": licence,
        "tree": told.branch.tree.slug,
        "branch": told.branch.name,
        "release": told.version,
        "tag": told.release.tag,
        "commit": told.release.commit,
        "is_last": told.is_last,
        "last": str(told.last),
        "state": told.standing.value,
        "why": told.why,
        "is_whole": told.is_whole,
        "has_quilt": told.has_quilt,
        "steps": [_step(step) for step in told.steps],
        "verified_tree": told.verified_tree,
        "apart": _named(told.apart),
        "by_hand": _named(told.by_hand),
        "not_tried_yet": _named(told.waiting),
        "contained": _named(told.there),
    }
    return json.dumps(value, indent=1, ensure_ascii=False).encode() + b"\n"


def _step(step: Step) -> dict[str, object]:
    return {
        "kind": "fix" if step.fix else "prerequisite",
        "advisory": step.fix.label if step.fix else None,
        "commit": step.commit.commit if step.commit else None,
        "subject": step.commit.subject if step.commit else None,
        "patches": [{"subject": patch.subject, "sha256": patch.sha256} for patch in step.patches],
    }


def _named(fixes: Iterable[Fix]) -> list[dict[str, str]]:
    return [{"advisory": fix.label, "title": fix.title, "verdict": fix.kind or "not tried yet"} for fix in fixes]


def _contents(told: Lacking) -> Iterator[tuple[str, bytes]]:
    """A file name and a patch for everything in the list, in order."""
    mails = commit_mails(told.branch.tree, [step.commit.commit for step in told.steps if step.commit])
    wanted = [patch.pk for step in told.steps if not step.commit for patch in step.patches]
    kept = Patch.objects.visible_to(EVERYONE).filter(pk__in=wanted)
    contents = {pk: bytes(content) for pk, content in kept.values_list("pk", "content")}
    number = 0
    for step in told.steps:
        own = [mails[step.commit.commit]] if step.commit else [contents[patch.pk] for patch in step.patches]
        for content in own:
            number += 1
            yield f"{number:04}-{_slug(step)}.patch", content


def _slug(step: Step) -> str:
    """What a file of the series is called after its number."""
    words = [f"{settings.ADVISORY_PREFIX.lower()}{step.fix.number}"] if step.fix else ["first"]
    words += [step.commit.commit[:12]] if step.commit else []
    return re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))
