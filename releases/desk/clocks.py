"""Outside clocks at the desk: what is near, and what a date would break."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from accounts.access import Viewer
from advisories.embargo.outside_clocks import BrokenClock, broken_by, warnings_for
from advisories.models import Advisory, StartedClock
from advisories.policy import Policy


def near(viewer: Viewer, policy: Policy, now: datetime) -> dict[int, list[str]]:
    """What is near, past, or broken by an agreed end, by the advisory's key."""
    found: dict[int, list[str]] = {}
    for warning in warnings_for(viewer, policy, now=now):
        found.setdefault(warning.advisory.pk, []).append(f"{warning.advisory.label}: {warning.sentence}")
    return found


def broken(advisories: Iterable[Advisory], at: datetime, viewer: Viewer, policy: Policy) -> list[BrokenClock]:
    """The clocks that publication at `at` breaks, each with a sentence that names the advisory."""
    found = []
    binding = StartedClock.objects.visible_to(viewer).binding().filter(embargo__advisory__in=advisories)
    for clock in binding.select_related("embargo__advisory"):
        label = clock.embargo.advisory.label
        found += [replace(one, sentence=f"{label}: {one.sentence}") for one in broken_by([clock], at, policy)]
    return found
