"""A made-up archive of any size, published by the portal's own code into a database of its own."""

import hashlib
import os
import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from advisories.content import Fixes

FIRST_AT = datetime(2015, 1, 6, 12, tzinfo=UTC)
BRANCHES = tuple(f"1.{number}" for number in range(4, 12))
VECTORS = (
    "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H",
    "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:U/C:L/I:N/A:N",
)
_PROSE = """
    a guest may write past the end of its ring while the backend still maps the page that was granted before so that
    memory of another domain is read or kept and the host stops answering until it is restarted by its operator
"""
WORDS = tuple(re.findall(r"[a-z]+", _PROSE))


def environment(var: Path) -> dict[str, str]:
    """The environment of a portal of its own below `var`."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("PENSTOCK_")}
    return told | {
        "PENSTOCK_VAR": str(var),
        "PENSTOCK_SITE_URL": "https://security.sluice.example",
        "PENSTOCK_ALLOWED_HOSTS": "security.sluice.example,127.0.0.1",
        "PENSTOCK_PUBLISH_UNSIGNED": "true",
        "PENSTOCK_LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "config.settings",
    }


def set_up(var: Path) -> None:
    """Start Django on the database below `var`, made where it is missing; before anything of the portal is imported."""
    os.environ |= environment(var)
    os.environ.pop("PENSTOCK_DATABASE_URL", None)
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def publish(count: int, *, first: int = 1) -> None:
    """Publish so many advisories from number `first` on, each with three patches, a fifth of them in two versions."""
    with _in_pieces():
        for number in range(first, first + count):
            _publish(number)


def bring_tree(count: int) -> None:
    """A tree with so many releases on each branch. The older half of the branches is followed no longer; nothing is
    missing from the releases of the others.
    """
    from releases.models import Backlog, Branch, PointRelease, Tree

    tree = Tree.objects.create(slug="sluice", url="https://git.sluice.example/sluice.git")
    commits = dict.fromkeys(("stable_commit", "staging_commit", "fork_commit"), "1" * 40)
    for place, name in enumerate(BRANCHES):
        branch = Branch.objects.create(
            tree=tree,
            name=name,
            position=place,
            stable_ref=f"stable-{name}",
            staging_ref=f"staging-{name}",
            is_followed=place >= len(BRANCHES) // 2,
            **commits,
        )
        for number in range(count):
            release = PointRelease.objects.create(
                branch=branch,
                tag=f"RELEASE-{name}.{number}",
                number=number,
                commit=hashlib.sha1(f"{name}.{number}".encode(), usedforsecurity=False).hexdigest(),
                tagged_at=FIRST_AT + timedelta(days=365 * place + 60 * number),
            )
            if branch.is_followed:
                made_of = hashlib.sha256(release.tag.encode()).hexdigest()
                wanted = made_of if number < count - 1 else ""
                Backlog.objects.create(release=release, base_commit=release.commit, digest=made_of, wanted=wanted)


@contextmanager
def _in_pieces() -> Iterator[None]:
    from advisories.release import sealing

    yield
    while sealing.seal_waiting():
        pass


def _publish(number: int) -> None:
    from advisories.affected import Status
    from advisories.lifecycle import State
    from advisories.models import Advisory, Affected, Identifier, Standing, Vector
    from advisories.release import publishing

    chance = random.Random(number)  # noqa: S311  # nothing secret: the same archive every time
    public_at = FIRST_AT + timedelta(days=7 * number % 4_000, hours=number % 5)
    advisory = Advisory.objects.create(
        number=number, title=_sentence(chance, 7)[:-1], state=State.DRAFTING,
        **{name: _prose(chance, words) for name, words in (("description", 180), ("impact", 60), ("mitigation", 40))},
        vulnerable_systems=_prose(chance, 50), resolution="Apply the patches of your branch.",
        credits=f"Found by finder {number} of Sluice.",
    )  # fmt: skip
    Identifier.objects.create(
        advisory=advisory, value=f"CVE-{public_at.year}-{10_000 + number}", state=Standing.ASSIGNED
    )
    Vector.objects.create(advisory=advisory, vector=VECTORS[number % 3], source="Sluice")
    lines = ((f"{BRANCHES[0]} - {BRANCHES[5]}", Status.AFFECTED), (BRANCHES[6], Status.NOT_AFFECTED))
    for position, (ranges, status) in enumerate(lines, start=1):
        Affected.objects.create(advisory=advisory, position=position, tree="sluice", ranges=ranges, status=status)
    fixes = _fixes(chance, number)
    publishing.publish_known(advisory, fixes, public_at)
    if number % 5 == 0:
        Advisory.objects.filter(pk=advisory.pk).update(impact=_prose(chance, 60))
        publishing.publish_known(advisory, fixes, public_at + timedelta(days=2), changes="The impact is larger.")
    Advisory.objects.filter(pk=advisory.pk).update(state=State.PUBLIC, public_at=public_at)


def _fixes(chance: random.Random, number: int) -> "Fixes":
    from advisories.content import Fixes, FrozenPatch

    groups = (BRANCHES[0:2], BRANCHES[2:4], BRANCHES[4:6])
    return Fixes(
        tuple(
            FrozenPatch(
                f"ssa{number}-{branches[-1]}.patch", hashlib.sha256(content).hexdigest(), "sluice", branches,
                str(place), 1, content,
            )
            for place, branches in enumerate(groups, start=1)
            for content in [_patch(chance, number, place)]
        ),
        (),
        (),
    )  # fmt: skip


def _patch(chance: random.Random, number: int, place: int) -> bytes:
    lines = [f"static int gate_{number}_{place}(struct ring *ring, unsigned int entry)", "{"]
    lines += [f"    if ( entry > {chance.randrange(999)} ) /* {chance.choice(WORDS)} */" for _ in range(60)]
    hunk = "".join(f"{'+' if at % 4 == 0 else ' '}{line}\n" for at, line in enumerate(lines))
    added = sum(1 for at in range(len(lines)) if at % 4 == 0)
    head = (
        f"From: Ada Sluice <ada@sluice.example>\nSubject: [PATCH] Bound gate {number}\n\n{_prose(chance, 40)}\n\n---\n"
    )
    files = f"diff --git a/gate.c b/gate.c\n--- a/gate.c\n+++ b/gate.c\n@@ -1,{len(lines) - added} +1,{len(lines)} @@\n"
    return (head + files + hunk).encode()


def _prose(chance: random.Random, words: int) -> str:
    return "\n\n".join(_sentence(chance, 30) for _ in range(max(1, words // 30)))


def _sentence(chance: random.Random, words: int) -> str:
    return " ".join(chance.choice(WORDS) for _ in range(words)).capitalize() + "."
