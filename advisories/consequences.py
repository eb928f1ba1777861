"""What a change of the policy would bring about, shown to a coordinator before it is saved."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from accounts.models import User
from advisories.calendar import Slot, earliest, next_slots, words
from advisories.models import Report
from advisories.policy import Policy
from advisories.policy.words import Difference, differences
from advisories.release.planning import against, planned, today_in
from advisories.reporting.triage_queue import in_order


@dataclass(frozen=True, slots=True)
class Consequences:
    """What differs, the next dates for something reported today under either policy, and what to think of besides."""

    differences: tuple[Difference, ...]
    slots: tuple[tuple[Slot | None, Slot | None], ...]
    """Under the old policy and under the new one, beside each other."""
    warnings: tuple[str, ...]


def consequences(
    before: Policy, after: Policy, taken: Mapping[date, int], *, viewer: User, now: datetime
) -> Consequences:
    """Compare two policies; `taken` counts the advisories planned per local day."""
    old, new = (list(_next(policy, taken, now)) for policy in (before, after))
    length = max(len(old), len(new))
    rows = zip(old + [None] * (length - len(old)), new + [None] * (length - len(new)), strict=True)
    warnings = [*_about_announcements(before, after), *_about_reports(before, after, viewer, now)]
    warnings += _about_planned(before, after, taken, viewer, now)
    if not new:
        warnings.append("The new policy leaves no date within two years.")
    if before.terms.strip() != after.terms.strip():
        warnings.append(
            f"The terms for members change: every member is asked to accept version {before.terms_version + 1} within "
            f"{after.terms_days} days."
        )
    if after.lists_members and not before.lists_members:
        warnings.append("Everyone will read which organisations are on the pre-disclosure list, as far as they agreed.")
    if before.quorum != after.quorum:
        warnings.append(f"From now on {after.quorum} instead of {before.quorum} must approve a release.")
    return Consequences(differences(before, after), tuple(rows), tuple(warnings))


def _next(policy: Policy, taken: Mapping[date, int], now: datetime) -> tuple[Slot, ...]:
    return next_slots(policy, taken, earliest(policy, now=now, reported_at=now))


def _about_planned(
    before: Policy, after: Policy, taken: Mapping[date, int], viewer: User, now: datetime
) -> Iterator[str]:
    today = today_in(after, now)
    for one in planned(viewer, after, today, today + timedelta(days=400)):
        old = against(before, taken, one)
        new = [reason for reason in against(after, taken, one) if reason not in old]
        if new and not one.is_over:
            what, reasons = one.name or "A release", "; ".join(str(reason) for reason in new)
            yield f"{what} is planned for {words.day(one.at)}; the new policy speaks against it: {reasons}."


def _about_announcements(before: Policy, after: Policy) -> Iterator[str]:
    for each in sorted(after.announced - before.announced):
        yield f"Everyone will see {each.value} of advisories that are still under embargo, from the moment you save."
    for each in sorted(before.announced - after.announced):
        yield f"Nobody is told {each.value} any more; what was announced already stays known."


def _about_reports(before: Policy, after: Policy, viewer: User, now: datetime) -> Iterator[str]:
    waiting = list(Report.objects.visible_to(viewer).waiting())
    late = [sum(row.is_late for row in in_order(waiting, policy, now)) for policy in (before, after)]
    if late[0] != late[1]:
        yield f"Of {len(waiting)} waiting reports, {late[1]} would be overdue under the new terms; {late[0]} now."
