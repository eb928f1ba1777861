"""Uploading a series: kept byte for byte, refused where a file is not a patch, never half."""

import hashlib
from collections.abc import Iterable, Sequence

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max

from accounts.models import User
from advisories.models import Advisory, Event
from advisories.release import disarming
from releases.checking import requesting as checking
from releases.engine.diff import NotAPatch, parse_patch
from releases.engine.limits import Limits, OverLimit
from releases.engine.mailbox import PatchFile, UploadRefused, describe, patch_text, read_upload
from releases.engine.patch_ids import patch_id
from releases.engine.verdicts import shown
from releases.finders import sharing
from releases.models import Branch, Patch, Series, SeriesRevision, Tree, Upload

_LONGEST_LINE = 80


class NothingNew(Exception):
    """The same patches in the same order are there already; says where."""


class NotMeantHere(Exception):
    """The branches or dependencies named belong to another tree, or are none; says which."""


REFUSALS = (UploadRefused, OverLimit, NothingNew, NotMeantHere)
"""What may be wrong with an upload, each with a sentence for the person who brought it. Nothing was changed then."""


def upload_series(
    advisory: Advisory,
    *,
    tree: Tree,
    branches: Iterable[Branch],
    files: Sequence[tuple[str, bytes]],
    by: User | None,
    note: str = "",
    depends_on: Iterable[Series] = (),
    depends_on_commits: Sequence[str] = (),
    checks_now: bool = True,
) -> SeriesRevision:
    """A new series for `advisory` on these branches of `tree`: its first revision. `files` are names and contents.

    A patch with an unsafe path is kept, and gets its verdict. Whoever uploads many asks for their checks once, at the
    end, and not `checks_now`. Raises one of `REFUSALS`.
    """
    patches = read_patches(files)
    meant, needed = list(branches), list(depends_on)
    check_belongs(tree, meant, needed)
    digest = _digest(patches)
    for same in Series.objects.filter(advisory=advisory, tree=tree, current__digest=digest).select_related("current"):
        if {branch.pk for branch in meant} <= set(same.branches.values_list("pk", flat=True)):
            raise NothingNew(f"these patches are a series of {advisory} already, revision {same.current}")
    with transaction.atomic():
        disarming.disarm_for(advisory, "Another series was uploaded", by=by)
        series = Series.objects.create(
            advisory=advisory, tree=tree, depends_on_commits=[commit.lower() for commit in depends_on_commits]
        )
        series.branches.set(meant)
        series.depends_on.set(needed)
        revision = _keep(series, 1, files, patches, digest, by, note)
        sharing.tell_of(revision)
        _record(revision, "series-uploaded", by)
    if checks_now:
        checking.request_where_inputs_moved(series=series)
    return revision


def upload_revision(
    series: Series,
    *,
    files: Sequence[tuple[str, bytes]],
    by: User | None,
    note: str = "",
    checks_now: bool = True,
) -> SeriesRevision:
    """The next revision of a series; what it was before stays. Raises one of `REFUSALS`."""
    patches = read_patches(files)
    digest = _digest(patches)
    with transaction.atomic():
        disarming.disarm_for(series.advisory, "A series was revised", by=by)
        # What it leads to is read once it is held: a join would be read as it was before the wait.
        current = SeriesRevision.objects.filter(current_of=Series.objects.select_for_update().get(pk=series.pk)).first()
        if current is not None and current.digest == digest:
            raise NothingNew(f"these are the patches of revision {current} already")
        last = series.revisions.aggregate(last=Max("number"))["last"] or 0
        try:
            with transaction.atomic():
                revision = _keep(series, last + 1, files, patches, digest, by, note)
        except IntegrityError as error:
            raise NothingNew("another revision was uploaded in this very moment; look at it first") from error
        sharing.tell_of(revision)
        _record(revision, "series-revised", by)
    if checks_now:
        checking.request_where_inputs_moved(series=series)
    return revision


def read_patches(files: Sequence[tuple[str, bytes]]) -> tuple[PatchFile, ...]:
    """The patches in an upload, in order, each of which git would read. Raises `UploadRefused` or `OverLimit`."""
    limits = Limits(**settings.ENGINE_LIMITS)
    patches = read_upload(files, limits=limits)
    for patch in patches:
        text = patch_text(patch.content)
        try:
            parse_patch(text, limits=limits)
        except NotAPatch as error:
            raise UploadRefused(patch.name, f"not a patch, as line {error.line} shows: {error.reason}"
                                f"{_quoted(text, error.line)}") from error  # fmt: skip
    return patches


def _quoted(text: bytes, line: int) -> str:
    lines = text.split(b"\n")
    told = shown(lines[line - 1].rstrip(b"\r"))[:_LONGEST_LINE] if 0 < line <= len(lines) else ""
    printable = "".join(character if character.isprintable() else "�" for character in told)
    return f" ({printable})" if printable.strip() else ""


def check_belongs(tree: Tree, branches: Sequence[Branch], needed: Sequence[Series]) -> None:
    """Raise `NotMeantHere` unless there are branches, and they and what must come first belong to `tree`."""
    if not branches:
        raise NotMeantHere("a series is meant for at least one branch")
    strangers = [branch.name for branch in branches if branch.tree_id != tree.pk]
    if strangers:
        raise NotMeantHere(f"{', '.join(strangers)}: not a branch of {tree.slug}")
    if any(series.tree_id != tree.pk for series in needed):
        raise NotMeantHere(f"what must come first has to be on {tree.slug} too")


def digest_of(files: Sequence[tuple[str, bytes]]) -> str:
    """What a revision of these files is told by. Raises one of `REFUSALS`."""
    return _digest(read_patches(files))


def _digest(patches: Sequence[PatchFile]) -> str:
    return hashlib.sha256("".join(patch.sha256 for patch in patches).encode()).hexdigest()


def _keep(
    series: Series,
    number: int,
    files: Sequence[tuple[str, bytes]],
    patches: Sequence[PatchFile],
    digest: str,
    by: User | None,
    note: str,
) -> SeriesRevision:
    revision = SeriesRevision.objects.create(
        series=series, number=number, digest=digest, uploaded_by=by, note=note[:300]
    )
    Upload.objects.bulk_create(
        Upload(
            revision=revision,
            position=position,
            file_name=_file_name(name),
            content=content,
            sha256=Upload.digest_of(content),
        )
        for position, (name, content) in enumerate(files, start=1)
    )
    Patch.objects.bulk_create(_patch(revision, position, patch) for position, patch in enumerate(patches, start=1))
    Series.objects.filter(pk=series.pk).update(current=revision)
    series.current = revision
    return revision


def _record(revision: SeriesRevision, kind: str, by: User | None) -> None:
    detail = {"series": str(revision.series_id), "revision": revision.number, "digest": revision.digest}
    Event.objects.record(revision.series.advisory, kind=kind, by=by, detail=detail)


def _patch(revision: SeriesRevision, position: int, patch: PatchFile) -> Patch:
    head = describe(patch.content)
    author = f"{head.author_name} <{head.author_email}>" if head.author_email else head.author_name
    parsed = parse_patch(patch_text(patch.content), limits=Limits(**settings.ENGINE_LIMITS))
    return Patch(
        revision=revision,
        position=position,
        file_name=_file_name(patch.name),
        content=patch.content,
        sha256=patch.sha256,
        subject=head.subject[:300],
        author=author.strip()[:300],
        patch_id=patch_id(parsed) or "",
    )


def _file_name(name: str) -> str:
    base = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character if character.isprintable() else "�" for character in base)[:200] or "patch"
