"""The list that makes a series apply, and the series, as one mbox that `git am` takes on the baseline."""

import base64
import re
from collections.abc import Sequence

from django.utils.text import slugify

from accounts.access import Viewer
from releases.engine.git import Git, GitTrouble
from releases.engine.heads import split_head
from releases.engine.mailbox import as_mbox as mails_of
from releases.engine.mirror import MirrorTrouble
from releases.engine.verdicts import Outcome, Prerequisite, Verdict
from releases.evidence.dossier import OFFERED, revisions_of
from releases.mirroring.mirrors import mirror_of
from releases.models import Check, Patch, SeriesRevision, Tree

_FORMAT = ("--stdout", "-1", "--no-stat", "--no-signature", "--no-renames", "--binary", "--full-index")


class MirrorMissing(Exception):
    """This machine can't read the upstream's commits now; says why."""


class NothingToApply(Exception):
    """No list makes the series apply on this baseline."""


def as_mbox(check: Check, viewer: Viewer) -> bytes:
    """Prerequisites first, then the series' own patches, but those that the baseline has.

    Raises `NothingToApply` for a check whose series doesn't apply whatever comes first, and `MirrorMissing`.
    """
    verdict = Verdict.from_json(check.verdict.evidence)
    if verdict.kind not in OFFERED:
        raise NothingToApply
    mails = _prerequisites(check, verdict.prerequisites, viewer)
    return mails_of(mails + _outstanding(check.revision, verdict, viewer))


def file_name(check: Check) -> str:
    """As in ssa-12-s2-on-1.8.3.mbox."""
    base = re.sub(r"[^A-Za-z0-9._-]+", "-", check.base_name)
    return f"{slugify(check.revision.series.advisory.label)}-{check.revision}-on-{base}.mbox"


def _prerequisites(check: Check, elements: tuple[Prerequisite, ...], viewer: Viewer) -> list[bytes]:
    revisions = revisions_of(elements, viewer)
    commits = commit_mails(check.branch.tree, [one.commit.commit for one in elements if one.commit])
    mails: list[bytes] = []
    for element in elements:
        if element.commit:
            mails.append(commits[element.commit.commit])
        elif element.series in revisions:
            revision = revisions[element.series]
            mails += _outstanding(revision, _verdict_beside(check, revision, viewer), viewer)
    return mails


def _verdict_beside(check: Check, revision: SeriesRevision, viewer: Viewer) -> Verdict | None:
    """What became of another series on the very commit that `check` was made on."""
    found = Check.objects.visible_to(viewer).filter(
        revision=revision, branch=check.branch, baseline=check.baseline, base_commit=check.base_commit
    )
    beside = found.select_related("verdict").first()
    return Verdict.from_json(beside.verdict.evidence) if beside else None


def _outstanding(revision: SeriesRevision, verdict: Verdict | None, viewer: Viewer) -> list[bytes]:
    """The patches of a series, but those that the baseline has."""
    outcomes = enumerate(verdict.patches) if verdict else ()
    contained = {number for number, patch in outcomes if patch.outcome is Outcome.CONTAINED}
    found = Patch.objects.visible_to(viewer).filter(revision=revision).order_by("position")
    contents = enumerate(found.values_list("content", flat=True))
    return [bytes(content) for number, content in contents if number not in contained]


def commit_mails(tree: Tree, commits: Sequence[str]) -> dict[str, bytes]:
    """Each of these upstream commits as a mail for `git am`. Raises `MirrorMissing`."""
    if not commits:
        return {}
    mirror = mirror_of(tree)
    if not mirror.is_there:
        raise MirrorMissing(f"This server has no mirror of {tree} yet.")
    try:
        with mirror.reading() as git:
            return {commit: _mail(git, commit) for commit in commits}
    except (GitTrouble, MirrorTrouble) as trouble:
        raise MirrorMissing(f"The mirror of {tree} lacks a commit of the list, or is being replaced.") from trouble


def _mail(git: Git, commit: str) -> bytes:
    mail = git.run("format-patch", *_FORMAT, "--end-of-options", commit).stdout
    return _wrapped(mail) if b"\r" in mail else mail


def _wrapped(mail: bytes) -> bytes:
    """Git takes the CR off the lines of a mail, unless its text is encoded."""
    _, body = split_head(mail)
    head = mail.removesuffix(body).rstrip(b"\n").split(b"\n")
    kept = [line for line in head if not line.lower().startswith((b"content-", b"mime-version"))]
    kept += [b"MIME-Version: 1.0", b"Content-Type: text/plain; charset=UTF-8", b"Content-Transfer-Encoding: base64"]
    return b"\n".join(kept) + b"\n\n" + base64.encodebytes(body)
