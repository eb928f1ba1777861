"""Makes the patches of the scenario from the upstream: real `git format-patch` mails of edits on a branch's content.

Everything happens in a repository of its own that reads the upstream's objects and is thrown away, so that no fix
ever enters the upstream. The same upstream gives the same bytes.
"""

import io
import re
import tarfile
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from demo.scenario import SCENARIO
from demo.scenario_values import Series, Style
from demo.upstream import Upstream
from demo.upstream_history import address
from demo.upstream_text import SOURCES, Edit, Entry, Files, edited, read_entries
from releases.engine.git import Git

_WRITTEN_AT = 1_767_344_400
"""Every fix carries one date, 2026-01-02 09:00 UTC: when it was written is no part of the story."""

_TOO_MANY_FILES = 1_050

_MAIL_START = re.compile(rb"(?m)^From [0-9a-f]{40} Mon Sep 17 00:00:00 2001$")


@dataclass(frozen=True, slots=True)
class NamedBytes:
    """A file as somebody hands it in."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BuiltSeries:
    """A series in both forms: what is uploaded, and the patches in it, one after the other."""

    uploads: tuple[NamedBytes, ...]
    patches: tuple[NamedBytes, ...]


def build_series(upstream: Upstream) -> Mapping[str, BuiltSeries]:
    """Every series of the scenario by its key; a few tenths of a second. Raises `GitTrouble`, or `CannotEdit` where a
    fix doesn't fit the branch it was written on."""
    fixes = {entry.name: entry for entry in read_entries(SOURCES / "fixes.txt")}
    fixes["clean-picture"] = _clean_picture(upstream.files("master"))
    written = [series for series in SCENARIO.by_key.values() if series.fixes]
    with tempfile.TemporaryDirectory(prefix="penstock-demo-") as name:
        git = Git(Path(name))
        git.run("init", "--quiet", "--bare", "--template=", name)
        Path(name, "objects", "info").mkdir(exist_ok=True)
        Path(name, "objects", "info", "alternates").write_bytes(
            bytes((upstream.git_dir / "objects").absolute()) + b"\n"
        )
        git.run("fast-import", "--quiet", "--done", stdin=_stream(upstream, written, fixes))
        built = {series.key: _shaped(series, _mails(git, series)) for series in written}
    for series in SCENARIO.by_key.values():
        if series.upload:
            patch = NamedBytes(series.upload, _upload(series.upload))
            built[series.key] = BuiltSeries((patch,), (patch,))
    return {key: built[key] for key in SCENARIO.by_key}


def _stream(upstream: Upstream, written: Iterable[Series], fixes: Mapping[str, Entry]) -> bytes:
    """A fast-import stream with a branch for each series: `base/KEY` is what it was written on, `fix/KEY` its tip."""
    parts: list[bytes] = []
    mark = 0
    for series in written:
        parent, files = upstream.refs[series.written_on], upstream.files(series.written_on)
        for place, name in enumerate((*series.written_after, *series.fixes)):
            if place == len(series.written_after):
                parts.append(f"reset refs/heads/base/{series.key}\nfrom {parent}\n\n".encode())
            mark += 1
            fix, before = fixes[name], files
            files = edited(files, fix.edits)
            who = f"{address(fix.author)} {_WRITTEN_AT + place * 60} +0000"
            parts.append(f"commit refs/heads/fix/{series.key}\nmark :{mark}\n".encode())
            parts.append(f"author {who}\ncommitter {who}\n".encode() + _data(fix.message.encode() + b"\n"))
            parts.append(f"from {parent}\n".encode())
            parts.extend(f"D {path}\n".encode() for path in sorted(before.keys() - files.keys()))
            changed = [path for path in sorted(files) if before.get(path) != files[path]]
            parts.extend(f"M 100644 inline {path}\n".encode() + _data(files[path]) for path in changed)
            parts.append(b"\n")
            parent = f":{mark}"
    parts.append(b"done\n")
    return b"".join(parts)


def _data(content: bytes) -> bytes:
    return b"data %d\n" % len(content) + content + b"\n"


def _mails(git: Git, series: Series) -> list[bytes]:
    """The mails of one series, in order."""
    text = git.run(
        "format-patch",
        "--stdout",
        "--no-encode-email-headers",
        "--signature=Sluice",
        "--abbrev=12",
        "--binary",
        "-M",
        "--numbered" if len(series.fixes) > 1 else "--no-numbered",
        f"base/{series.key}..fix/{series.key}",
    ).stdout
    starts = [match.start() for match in _MAIL_START.finditer(text)]
    return [text[start:end] for start, end in zip(starts, [*starts[1:], len(text)], strict=True)]


def _shaped(series: Series, mails: list[bytes]) -> BuiltSeries:
    """Put mails into the form in which the series is handed in."""
    prefix = f"ssa{series.key}"
    single = len(mails) == 1
    names = [prefix if single else f"{prefix}-{place}" for place in range(1, len(mails) + 1)]
    if series.style is Style.DIFFS:
        patches = tuple(NamedBytes(f"{name}.diff", _bare(mail)) for name, mail in zip(names, mails, strict=True))
    elif series.style is Style.QUILT:
        patches = tuple(NamedBytes(f"{name}.patch", _quilted(mail)) for name, mail in zip(names, mails, strict=True))
    else:
        patches = tuple(NamedBytes(f"{name}.patch", mail) for name, mail in zip(names, mails, strict=True))
    uploads = patches
    if series.style is Style.MBOX:
        uploads = (NamedBytes(f"{prefix}.mbox", b"".join(mails)),)
    elif series.style is Style.QUILT:
        uploads = (NamedBytes(f"{prefix}.tar", _quilt_tar(patches)),)
    return BuiltSeries(uploads, patches)


def _bare(mail: bytes) -> bytes:
    """The diff of a mail and nothing else."""
    diff = mail[mail.index(b"\ndiff --git ") + 1 :]
    return diff[: diff.rindex(b"-- \n")]


def _quilted(mail: bytes) -> bytes:
    """A patch as quilt keeps it: subject and body, then the files, without git's own lines."""
    header = mail[: mail.index(b"\n---\n") + 1]
    subject, _, body = header[header.index(b"\nSubject: ") + 10 :].partition(b"\n\n")
    lines = [line for line in _bare(mail).splitlines(keepends=True) if not line.startswith((b"diff --git ", b"index "))]
    return subject.removeprefix(b"[PATCH] ") + b"\n\n" + body + b"\n" + b"".join(lines)


def _quilt_tar(patches: Iterable[NamedBytes]) -> bytes:
    files = [NamedBytes("patches/series", "".join(f"{patch.name}\n" for patch in patches).encode())]
    files += [NamedBytes(f"patches/{patch.name}", patch.content) for patch in patches]
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for file in files:
            member = tarfile.TarInfo(file.name)
            member.size, member.mtime = len(file.content), _WRITTEN_AT
            tar.addfile(member, io.BytesIO(file.content))
    return buffer.getvalue()


def _clean_picture(files: Files) -> Entry:
    """The binary fix: the same picture with other bytes, and a note that says so in a new file."""
    path = "docs/images/layers.bmp"
    picture = files[path]
    cleaned = picture[:62] + bytes(byte & 0xF0 for byte in picture[62:])
    note = b"Pictures are exported without what lies behind their visible part."
    message = "docs: export the picture of the layers again\n\nThis is SSA-53."
    edits = (Edit(path, picture, cleaned), Edit("docs/images/README", b"", note))
    return Entry("commit", "clean-picture", "Documentation team", message, edits)


def _upload(name: str) -> bytes:
    """A file that is handed in as it is; one is too long to be kept."""
    path = SOURCES / "uploads" / name
    return path.read_bytes() if path.exists() else _reformatted()


def _reformatted() -> bytes:
    """A patch that touches more files than anybody would read."""
    parts = [b"Subject: [PATCH] slctl: check arguments, and bring every test case into one form\n\n---\n"]
    for number in range(_TOO_MANY_FILES):
        path = b"tools/tests/case-%04d.txt" % number
        parts.append(b"diff --git a/%b b/%b\nnew file mode 100644\n" % (path, path))
        parts.append(b"--- /dev/null\n+++ b/%b\n@@ -0,0 +1 @@\n+case %d\n" % (path, number))
    return b"".join(parts)
