"""Signing documents for machines and `security.txt` as the team: by a worker, before anybody asks for them.

What is armed is written as it will be at its instant and signed before, so that nothing has to run then. Where that
turns out otherwise, such as by another release at the same instant, the next sweep signs what came of it.
"""

import hashlib
import logging
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import groupby

from django.db.models import Count, Max
from django.utils import timezone

from advisories.formats import csaf
from advisories.formats.doubts import NotWritable
from advisories.models import Publication, Signature
from advisories.models.signature import Mode
from advisories.openpgp import team
from advisories.openpgp.signing import SigningTrouble
from advisories.public import archive, caching, editions, facts, reading, records, saying
from advisories.public.editions import Edited

logger = logging.getLogger(__name__)

_looked: list[object] = []
"""What everything was made of when this process looked last, with nothing left to sign."""


def sign_waiting() -> int:
    """Sign what has no signature of today's key yet, as far as this machine may sign; how many were made.

    Safe to call twice at once: the first signature over the same bytes stays.
    """
    if not team.signs_here():
        return 0
    now = timezone.now()
    made_of = (
        archive.standing(),
        _armed(),
        facts.known()(now),
        caching.made_with(),
        records.key_fingerprint(),
        now.date(),
    )
    if made_of in _looked:
        return 0
    try:
        made = _sign(_wanted(now))
    except SigningTrouble as trouble:
        logger.warning("documents were not signed: %s", type(trouble).__name__)
        return 0
    _looked[:] = [made_of]
    return made


def _sign(wanted: Iterable[tuple[int | None, Mode, bytes]]) -> int:
    signer = team.signer()
    key = signer.certificate.fingerprint
    known = set(Signature.objects.filter(fingerprint=key).values_list("sha256", "mode"))
    made = 0
    for number, mode, content in wanted:
        digest = hashlib.sha256(content).hexdigest()
        if (digest, mode.value) in known:
            continue
        signed = signer.sign_clear(content) if mode is Mode.CLEAR else signer.sign_detached(content)
        row = Signature(sha256=digest, mode=mode, fingerprint=key, number=number, content=signed)
        Signature.objects.bulk_create([row], ignore_conflicts=True)
        known.add((digest, mode.value))
        made += 1
    return made


def _wanted(now: datetime) -> Iterator[tuple[int | None, Mode, bytes]]:
    """Number, mode and bytes of everything that is to have a signature."""
    for week in (now, now + timedelta(days=7)):
        try:
            yield None, Mode.CLEAR, records.security_file(week)
        except NotWritable:
            break
    ahead = (one for one in _ahead() if editions.is_writable(one))
    for one in (*records.all_writable(), *ahead):
        for profile in csaf.profiles(one.record):
            content = editions.document(one, "vex.json" if profile.is_second else "csaf.json")
            if content is not None:
                yield one.record.number, Mode.DETACHED, content


def _armed() -> dict[str, object]:
    return Publication.objects.coming().aggregate(count=Count("pk"), last=Max("pk"), at=Max("public_at"))


def _ahead() -> Iterator[Edited]:
    """What is armed, as it will be at its instant, with what else is public by then."""
    coming = (
        Publication.objects.coming().select_related("revision", "advisory").order_by("public_at", "number", "version")
    )
    trees_at = facts.known()
    public = set(Publication.objects.live().values_list("number", flat=True))
    earlier: dict[int, list[Publication]] = {}
    for _, at_once in groupby(coming, key=lambda one: one.public_at):
        together = list(at_once)
        public |= {one.number for one in together}
        for one in together:
            before = earlier.get(one.number) or reading.issued(one.number)
            issues = earlier[one.number] = [*before, one]
            content = saying.without_hidden(one.content, public)
            yield editions.edited(issues, content, trees_at)
