"""The documents of a made-up project, Sluice, with the quirks that real ones have, and mails made of them."""

import base64
import hashlib
from pathlib import Path

from advisories.formats.dialect import Dialect

SAMPLES = Path(__file__).parent / "samples"

SLUICE = Dialect(
    prefix="SSA",
    title="Sluice Security Advisory",
    main_tree="sluice",
    trees=(("Sluice", "sluice"), ("Weir", "weir"), ("Linux", "linux"), ("gate-tools", "gate-tools")),
    main_lines=("sluice-unstable", "unstable"),
)

PATCHES = {
    name: f"keep the gate shut\n\n--- a/gate.c\n+++ b/gate.c\n@@ -1 +1 @@\n-open\n+shut {name}\n".encode()
    for name in (
        "ssa12.patch",
        "ssa12-1.9.patch",
        "ssa13.patch",
        "ssa14.patch-withdrawn",
        "ssa16-1.patch",
        "ssa16-2.patch",
        "ssa16-10.patch",
        "ssa16-weir.patch",
        "ssa16-linux.patch",
        "ssa16-doc.patch",
        "ssa16-gate-tools.patch",
    )
}
"""What the samples attach, by name."""


def sample(name: str) -> bytes:
    """A sample, each `{name}` in its list of digests replaced by the digest of that file."""
    content = (SAMPLES / name).read_bytes()
    for file in (*PATCHES, "ssa12.meta"):
        slot = b"{" + file.encode() + b"}"
        if slot in content:
            content = content.replace(slot, hashlib.sha256(attached(file)).hexdigest().encode())
    return content


def attached(name: str) -> bytes:
    """The content of a file that comes with a sample."""
    return PATCHES[name] if name in PATCHES else (SAMPLES / name).read_bytes()


def files(*names: str) -> dict[str, bytes]:
    """Several of them."""
    return {name: attached(name) for name in names}


def mail(
    text: bytes,
    attachments: dict[str, bytes],
    *,
    subject: str = "Sluice Security Advisory 12 v3 (CVE-2026-0012,CVE-2026-0013) - gate may stay open",
    footer: bool = False,
    width: int = 60,
) -> bytes:
    """An announcement as the field mails it; `footer` adds what list software appends, `width` wraps the base64."""
    lines = [
        b'Content-Type: multipart/mixed; boundary="=separator"; charset="utf-8"',
        b"MIME-Version: 1.0",
        b"From: Sluice security team <security@sluice.example>",
        b"Message-Id: <12.3@sluice.example>",
        b"Date: Tue, 17 Mar 2026 13:00:42 +0100",
        b"Subject: " + subject.encode(),
        b"",
    ]
    inline = [b'Content-Type: text/plain; charset="utf-8"', b"Content-Transfer-Encoding: 7bit", b"", text]
    parts = [b"\n".join(inline)]
    for name, content in attachments.items():
        encoded = base64.b64encode(content)
        wrapped = [encoded[at : at + width] for at in range(0, len(encoded), width)]
        head = [
            f'Content-Type: application/octet-stream; name="{name}"'.encode(),
            f'Content-Disposition: attachment; filename="{name}"'.encode(),
            b"Content-Transfer-Encoding: base64",
        ]
        parts.append(b"\n".join([*head, b"", *wrapped, b""]))
    if footer:
        parts.append(b"Content-Type: text/plain\n\n" + b"_" * 47 + b"\nSluice-devel mailing list\nbuy things\n")
    body = b"".join(b"--=separator\n" + part + b"\n" for part in parts) + b"--=separator--\n\n"
    return b"\n".join(lines) + b"\n" + body
