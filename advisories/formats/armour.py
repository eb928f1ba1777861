"""OpenPGP's ASCII armour (RFC 4880, section 6): base64 between two lines, with a checksum."""

import base64
import binascii
import re

from advisories.formats.doubts import Refused

BEGIN_SIGNATURE = b"-----BEGIN PGP SIGNATURE-----"
END_SIGNATURE = b"-----END PGP SIGNATURE-----"
_BLOCK = re.compile(rb"\A\s*-----BEGIN PGP ([A-Z ]{1,40})-----[ \t]*\r?\n(.*?)-----END PGP \1-----\s*\Z", re.DOTALL)
_CRC24_POLYNOMIAL = 0x1864CFB
_CRC24_INIT = 0xB704CE
_LINE = 64


def is_armoured(data: bytes) -> bool:
    """Whether `data` begins like an armoured block."""
    return data.lstrip().startswith(b"-----BEGIN PGP ")


def remove(data: bytes, kind: bytes) -> bytes:
    """The bytes inside one armoured block of `kind` (`SIGNATURE`, `PUBLIC KEY BLOCK`). Raises `Refused`."""
    found = _BLOCK.match(data)
    if found is None or found[1] != kind:
        raise Refused("not-armoured", f"not one armoured PGP {kind.decode()}")
    lines = [line.strip() for line in found[2].split(b"\n")]
    # Headers such as Version: end at the first empty line; some software leaves both out.
    body = (
        lines[lines.index(b"") + 1 :]
        if b"" in lines and any(b":" in line for line in lines[: lines.index(b"")])
        else lines
    )
    body = [line for line in body if line]
    checksum = body.pop() if body and body[-1].startswith(b"=") and len(body[-1]) == 5 else b""
    try:
        content = base64.b64decode(b"".join(body), validate=True)
        expected = base64.b64decode(checksum[1:], validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused("bad-armour", "the armour is not base64") from error
    if checksum and crc24(content).to_bytes(3, "big") != expected:
        raise Refused("bad-armour", "the checksum of the armour is wrong")
    return content


def add(content: bytes, kind: bytes) -> bytes:
    """`content` as an armoured block of `kind`, lines ended by LF."""
    encoded = base64.b64encode(content)
    lines = [encoded[start : start + _LINE] for start in range(0, len(encoded), _LINE)]
    checksum = b"=" + base64.b64encode(crc24(content).to_bytes(3, "big"))
    return b"\n".join(
        [b"-----BEGIN PGP " + kind + b"-----", b"", *lines, checksum, b"-----END PGP " + kind + b"-----", b""]
    )


def crc24(content: bytes) -> int:
    """The checksum of section 6.1."""
    crc = _CRC24_INIT
    for octet in content:
        crc ^= octet << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= _CRC24_POLYNOMIAL
    return crc
