"""A quilt series: patch files and the `series` file that puts them in order, often in a tar archive."""

import io
import posixpath
import tarfile
import zlib
from collections.abc import Mapping

from releases.engine.limits import Limits, OverLimit

_GZIP = b"\x1f\x8b"
_SUFFIXES = (".tar", ".tar.gz", ".tgz")
_CHUNK = 1 << 20


class UploadRefused(Exception):
    """An upload can't be taken as a series of patches; carries the file's name and a sentence for people."""

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(f"{name}: {reason}")
        self.name = name
        self.reason = reason


def is_archive(name: str, content: bytes) -> bool:
    """Whether the content is a tar archive, compressed with gzip or not."""
    return content.startswith(_GZIP) or content[257:262] == b"ustar" or name.lower().endswith(_SUFFIXES)


def read_archive(name: str, content: bytes, limits: Limits) -> list[tuple[str, bytes]]:
    """The patches of a quilt series in a tar archive, in the order of its `series` file."""
    if content.startswith(_GZIP):
        content = _inflated(name, content, limits)
    files = _members(name, content, limits)
    series = [path for path in files if posixpath.basename(path) == "series"]
    if len(series) > 1:
        raise UploadRefused(name, "the archive holds more than one series file")
    if series:
        folder = posixpath.dirname(series[0])
        return in_series_order(
            series[0], files[series[0]], {posixpath.relpath(path, folder or "."): data for path, data in files.items()}
        )
    if len(files) == 1:
        return [(posixpath.basename(path), data) for path, data in files.items()]
    raise UploadRefused(name, "the archive has no series file, which would say in what order the patches apply")


def in_series_order(name: str, series: bytes, files: Mapping[str, bytes]) -> list[tuple[str, bytes]]:
    """The files that a `series` file lists, in its order; `UploadRefused` names the line that can't be followed."""
    ordered: dict[str, bytes] = {}
    for number, line in enumerate(series.decode("utf-8", "replace").splitlines(), start=1):
        words = line.split("#", 1)[0].split()
        if not words:
            continue
        patch = posixpath.normpath(words[0])
        options = "".join(words[1:])
        if options not in ("", "-p1"):
            raise UploadRefused(
                name, f"line {number}: {' '.join(words[1:])} is not taken, patches are applied with -p1"
            )
        if patch in ordered:
            raise UploadRefused(name, f"line {number}: {words[0]} stands there twice")
        if patch not in files:
            raise UploadRefused(name, f"line {number}: there is no file {words[0]}")
        ordered[patch] = files[patch]
    if not ordered:
        raise UploadRefused(name, "the series file lists no patch")
    return list(ordered.items())


def _inflated(name: str, content: bytes, limits: Limits) -> bytes:
    """Inflate gzip, one or several members, never further than the limit."""
    pieces: list[bytes] = []
    size = 0
    rest = content
    while rest.startswith(_GZIP):
        engine = zlib.decompressobj(16 + zlib.MAX_WBITS)
        while not engine.eof:
            try:
                piece = engine.decompress(rest, _CHUNK)
            except zlib.error:
                raise UploadRefused(name, "the gzip data is damaged") from None
            rest = engine.unconsumed_tail
            if not piece and not rest and not engine.eof:
                raise UploadRefused(name, "the gzip data is cut short")
            pieces.append(piece)
            size += len(piece)
            limits.check("upload_bytes", size)
        rest = engine.unused_data
    return b"".join(pieces)


def _members(name: str, content: bytes, limits: Limits) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    size = 0
    try:
        with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as archive:
            for count, member in enumerate(archive, start=1):
                limits.check("upload_members", count)
                if member.isdir():
                    continue
                path = _safe_path(name, member)
                if path in files:
                    raise UploadRefused(name, f"{path} is in the archive twice")
                size += member.size
                limits.check("upload_bytes", size)
                stream = archive.extractfile(member)
                files[path] = stream.read(limits.upload_bytes) if stream else b""
    except (UploadRefused, OverLimit):
        raise
    except (tarfile.TarError, ValueError, OverflowError, EOFError, RecursionError, OSError):
        # Whatever a damaged header makes the standard library trip over says the same to the one who uploads.
        raise UploadRefused(name, "not a tar archive that can be read") from None
    return files


def _safe_path(name: str, member: tarfile.TarInfo) -> str:
    if not member.isreg() or member.issparse() or member.size < 0:
        raise UploadRefused(name, f"{member.name!r} is not an ordinary file")
    if member.name.startswith("/") or ".." in member.name.split("/"):
        raise UploadRefused(name, f"{member.name!r} leads out of the archive")
    if not member.name.isprintable():
        raise UploadRefused(name, f"{member.name!r} has an odd name")
    return posixpath.normpath(member.name)
