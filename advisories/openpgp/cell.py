"""Runs by itself, in a process that may not grow: opens one encrypted message with a key from a file.

A few kilobytes can hold gigabytes, and the library unpacks all of them. So what comes out is written to a file in
memory that the kernel keeps below a size, by a process whose memory and time have an end too. This file is a program
and imports nothing of ours: it is started with `python -I`. See `decrypting`.

On standard input: a line of JSON (`key_file`, `passphrase_file` or null, `certificates` as hex, `most_bytes`,
`most_memory`, `most_s`), then the message. On standard output: a line of JSON (`outcome`, `signed_by`, `asked`,
`was_checked`), then what was in it.
"""

import errno
import json
import os
import resource
import sys
from pathlib import Path

import pysequoia

_TROUBLE = (RuntimeError, ValueError, TypeError, OSError)


def main() -> None:
    """Read the order, open, answer."""
    order = json.loads(sys.stdin.buffer.readline())
    message = sys.stdin.buffer.read()
    try:
        decryptor = _decryptor(order)
    except _TROUBLE:
        _answer("locked")
        return
    certificates = [pysequoia.Cert.from_bytes(bytes.fromhex(one)) for one in order["certificates"]]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (order["most_s"], order["most_s"]))
    resource.setrlimit(resource.RLIMIT_AS, (order["most_memory"], order["most_memory"]))
    resource.setrlimit(resource.RLIMIT_FSIZE, (order["most_bytes"], order["most_bytes"]))
    _open(message, decryptor, certificates)


def _decryptor(order: dict[str, str | None]) -> pysequoia.PyDecryptor:
    passphrase_file = order["passphrase_file"]
    passphrase = None
    if passphrase_file is not None:
        passphrase = Path(passphrase_file).read_text(encoding="utf-8").partition("\n")[0].rstrip("\r")
    return pysequoia.Tsk.from_bytes(Path(str(order["key_file"])).read_bytes()).decryptor(passphrase)


def _open(message: bytes, decryptor: pysequoia.PyDecryptor, certificates: list[pysequoia.Cert]) -> None:
    given, clear = os.memfd_create("message"), os.memfd_create("clear")
    try:
        _write(given, message)
    except OSError:
        _answer("too-large")
        return
    asked: list[str] = []

    def store(key_ids: list[str]) -> list[pysequoia.Cert]:
        asked.extend(key_ids)
        return certificates

    outcome, signed_by = _decrypted(given, clear, decryptor, store)
    was_checked = outcome != "compressed"
    if outcome in ("not-opened", "compressed"):
        # The library refuses what carries no signature that holds; what is in it counts all the same, as unsigned.
        outcome, signed_by = _decrypted(given, clear, decryptor, None)
    if outcome != "opened":
        _answer(outcome)
        return
    os.lseek(clear, 0, os.SEEK_SET)
    with os.fdopen(clear, "rb") as file:
        _answer(outcome, signed_by, asked, file.read(), was_checked=was_checked)


def _decrypted(given: int, clear: int, decryptor: pysequoia.PyDecryptor, store: object) -> tuple[str, str]:
    try:
        found = pysequoia.decrypt_file(f"/proc/self/fd/{given}", f"/proc/self/fd/{clear}", decryptor, store)
    except OSError as error:
        # The library puts the number into its words and not into the exception.
        is_past_limit = error.errno == errno.EFBIG or f"(os error {errno.EFBIG})" in str(error)
        return ("too-large" if is_past_limit else "not-opened"), ""
    except _TROUBLE as error:
        # Signatures below a compressed layer, which is how gpg packs, are beyond the library.
        is_compressed = store is not None and str(error).startswith("Unexpected message structure")
        return ("compressed" if is_compressed else "not-opened"), ""
    return "opened", str(found.valid_sigs[0].certificate) if found.valid_sigs else ""


def _write(descriptor: int, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]


def _answer(
    outcome: str, signed_by: str = "", asked: list[str] | None = None, clear: bytes = b"", *, was_checked: bool = True
) -> None:
    told = {"outcome": outcome, "signed_by": signed_by, "asked": asked or [], "was_checked": was_checked}
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + clear)


if __name__ == "__main__":
    main()
