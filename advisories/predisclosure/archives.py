"""What somebody holds as one archive, the newest revision of each advisory, and the note that it was fetched."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable

from accounts.models import User
from advisories.models import MemberText, Revision, RevisionPatch
from advisories.predisclosure import reading
from advisories.predisclosure.files import Folder, archive_of
from advisories.predisclosure.holding import Held
from advisories.predisclosure.sealing import folder_of


def folders_for(viewer: User, held: Iterable[Held]) -> list[Folder]:
    """The newest revision that `viewer` holds of each, by number; nothing is noted."""
    wanted = {one.number: one.version for one in held}
    return [folder for _, folder in _read(viewer, wanted)]


def archive_for(viewer: User, held: Iterable[Held]) -> bytes:
    """A tar.gz of them, which counts as fetched from now on. The same holdings give the same bytes."""
    wanted = {one.number: one.version for one in held}
    read = _read(viewer, wanted)
    packed = archive_of([folder for _, folder in read])
    reading.note_fetched(viewer, [key for key, _ in read])
    return packed


def folder_for(viewer: User, number: int, version: int) -> Folder | None:
    """One revision, or none where `viewer` doesn't hold it; counts as fetched."""
    read = _read(viewer, {number: version})
    if not read:
        return None
    reading.note_fetched(viewer, [read[0][0]])
    return read[0][1]


def digest_of(folders: Iterable[Folder]) -> str:
    """What tells two archives apart before they are packed."""
    told = hashlib.sha256()
    for one in folders:
        told.update(one.name.encode() + b"\0" + one.sums + one.signature)
    return told.hexdigest()


def _read(viewer: User, wanted: dict[int, int]) -> list[tuple[int, Folder]]:
    """Key and files of the revisions wanted (number -> version) as far as `viewer` holds them, by number."""
    found = Revision.objects.held_by(viewer).filter(advisory__number__in=wanted).select_related("advisory")
    rows = [one for one in found.order_by("advisory__number") if wanted[one.advisory.number] == one.number]
    kept = {one.revision_id: one for one in MemberText.objects.visible_to(viewer).filter(revision__in=rows)}
    patches: dict[int, list[RevisionPatch]] = defaultdict(list)
    for patch in RevisionPatch.objects.visible_to(viewer).filter(revision__in=rows).order_by("revision", "position"):
        patches[patch.revision_id].append(patch)
    return [(one.pk, folder_of(one, kept.get(one.pk), patches[one.pk])) for one in rows]
