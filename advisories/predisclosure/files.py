"""PURE: the files of a revision as members fetch them, laid out so that the same revision gives the same bytes."""

import gzip
import hashlib
import io
import tarfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

SUMS, SIGNATURE, UNSIGNED = "SHA256SUMS", "SHA256SUMS.asc", "NOT-SIGNED.txt"

_UNSIGNED = b"""\
These files are not signed: the security team has no signing key in use here, or this was fetched in the
moment before it signed. SHA256SUMS shows that nothing was damaged on the way, and not who wrote it.
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """One revision: everything that lies in one folder of an archive."""

    name: str
    """Such as `xsa12-v2`; a single name, without a slash."""
    text: bytes
    patches: tuple[tuple[str, bytes], ...]
    sums: bytes
    signature: bytes
    """Armoured and detached, over `sums`; empty where nothing is signed."""
    fingerprint: str = ""
    """Of the key that signed."""

    @property
    def files(self) -> tuple[tuple[str, bytes], ...]:
        """Name and content of each, as they are laid down."""
        seal = (SIGNATURE, self.signature) if self.signature else (UNSIGNED, _UNSIGNED)
        return ((f"{self.name}.txt", self.text), *self.patches, (SUMS, self.sums), seal)


def sums_of(files: Iterable[tuple[str, bytes]]) -> bytes:
    """What `sha256sum -c` reads, in the order given."""
    return "".join(f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in files).encode()


def archive_of(folders: Sequence[Folder]) -> bytes:
    """All of them as one tar.gz: no clock, no account and no order of this machine is in it."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for folder in folders:
            for name, content in folder.files:
                entry = tarfile.TarInfo(f"{folder.name}/{name}")
                entry.size, entry.mode = len(content), 0o644
                archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(packed.getvalue(), compresslevel=6, mtime=0)
