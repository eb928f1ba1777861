"""Exporting by itself: a worker looks whether the site still says what is public, and brings it up to date.

Nothing has to remember to tell: the site itself says what it was made of.
"""

import logging
import time

from django.conf import settings
from django.utils import timezone

from advisories.exporting import generations, others, planning, settling, site
from advisories.exporting.generations import AnotherRun, NotOurs
from advisories.exporting.resting import Resting
from advisories.public.turn import turn

logger = logging.getLogger(__name__)

_looked: list[tuple[object, ...]] = []
"""What this process found when it looked last: the same again, and there is nothing to do."""

_resting = Resting()
"""What this process could not export: a run that fails may have rendered all of the site before."""


def sweep() -> bool:
    """Export where `EXPORT_DIR` names a folder whose site is not what is public; whether readers got something new.

    Safe to call at any time and twice at once. What goes wrong leaves the site, is told and is tried again: at once
    where something else is public or a publication's step is due, and else after longer and longer rests.
    """
    folder = settings.EXPORT_DIR
    if folder is None:
        settling.nobody_exports()
        return False
    expected = settling.awaited()
    # The hour is there for what changes with time alone, such as dates on the front page.
    found = (folder, planning.hour(timezone.now()), turn(), others.plugged().standing())
    if not expected and (
        _resting.holds(found, time.monotonic()) or (found in _looked and generations.newest(folder) is not None)
    ):
        return False
    try:
        done = site.export(folder, wait=False, jobs=1)
    except AnotherRun:
        return False
    except (site.ExportFailed, NotOurs, OSError, ValueError) as trouble:
        logger.error("the site was not exported: %s", type(trouble).__name__)
        settling.went_wrong(folder, _words(trouble), expected)
        _resting.failed(found, time.monotonic())
        return False
    made = generations.read(done.folder)
    if made is not None:
        settling.went_well(folder, made, expected)
    _looked[:] = [found]
    _resting.went_well()
    return done.is_new


def _words(trouble: Exception) -> str:
    """What went wrong: an address that readers know, or what the machine says, without what it says it of."""
    if isinstance(trouble, OSError):
        return f"{type(trouble).__name__}: {trouble.strerror or 'no reason was given'}."
    return str(trouble) if isinstance(trouble, site.ExportFailed | NotOurs) else type(trouble).__name__
