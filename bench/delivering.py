"""`python -m bench.delivering FOLDER PORT ADVISORIES`: a pre-disclosure by the portal itself, rows, database and all.

FOLDER holds `team.key` and one certificate for each member; letters go to the mail server on PORT. Prints the seconds
that promising and delivering took, and how many letters left.
"""

import hashlib
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bench import archive

if TYPE_CHECKING:
    from advisories.content import Fixes


def main(folder: Path, port: int, advisories: int) -> None:
    """Set up, promise, deliver, say how long."""
    with tempfile.TemporaryDirectory(prefix="delivering-") as var:
        os.environ |= {
            "PENSTOCK_MAIL_HOST": "127.0.0.1",
            "PENSTOCK_MAIL_PORT": str(port),
            "PENSTOCK_SIGNING_KEY_FILE": str(folder / "team.key"),
        }
        archive.set_up(Path(var))
        _members(folder)
        promised_s, delivered_s, left = _measured(advisories)
    sys.stdout.write(f"{promised_s} {delivered_s} {left}\n")


def _members(folder: Path) -> None:
    from advisories.models import MemberKey, Membership, Organisation
    from advisories.openpgp import certificates

    for number, file in enumerate(sorted(folder.glob("*.cert"))):
        organisation = Organisation.objects.create(name=f"Member {number}")
        Membership.objects.create(organisation=organisation, role_address=f"security@member-{number}.example")
        read = certificates.read(file.read_bytes())
        MemberKey.objects.create(
            organisation=organisation, certificate=read.armoured, fingerprint=read.fingerprint,
            expires_at=read.expires_at,
        )  # fmt: skip


def _measured(advisories: int) -> tuple[float, float, int]:
    from advisories.lifecycle import State
    from advisories.models import Advisory, What
    from advisories.predisclosure import delivering
    from advisories.release import freezing, tidings
    from advisories.release.batching import Audience

    made = []
    for number in range(1, advisories + 1):
        advisory = Advisory.objects.create(
            number=number, title=f"Title {number}", state=State.PREDISCLOSED, description=_TEXT
        )
        made.append((advisory, freezing.freeze(advisory, _fixes(), audience=Audience.MEMBERS, by=None)))
    began = time.perf_counter()
    for advisory, revision in made:
        tidings.tell(advisory, What.PREDISCLOSED, Audience.MEMBERS, revision=revision)
    promised = time.perf_counter()
    left = sum(delivering.deliver(pk) for pk in delivering.due_tidings())
    return promised - began, time.perf_counter() - promised, left


def _fixes() -> "Fixes":
    from advisories.content import Fixes, FrozenPatch

    digest = hashlib.sha256(_PATCH).hexdigest()
    names = ("one.patch", "two.patch")
    return Fixes(tuple(FrozenPatch(name, digest, "sluice", ("1.0",), "1", 1, _PATCH) for name in names))


_TEXT = "A guest can make the host do what it should not.\n" * 60
_PATCH = b"--- a/drivers/queue.c\n+++ b/drivers/queue.c\n@@ -1 +1 @@\n-one\n+two\n" * 60


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
