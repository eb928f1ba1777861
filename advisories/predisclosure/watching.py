"""What time does with members: keys that end, terms that wait to be accepted, a year without a word.

Each is announced once for each occasion by its row; nobody is suspended by a machine.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from advisories.models import MemberKey, Membership, Tells
from advisories.policies import current_policy
from advisories.predisclosure import member_letters, terms

KEY_DAYS = (60, 30, 7)
"""How long before its end a key is announced."""

_CONFIRM_AGAIN = timedelta(days=30)


def sweep(now: datetime | None = None) -> int:
    """Promise every letter that is due by then; how many that were. Safe to call twice at once."""
    now = now or timezone.now()
    return _about_keys(now) + _about_duties(now)


def _about_keys(now: datetime) -> int:
    promised = 0
    soon = MemberKey.objects.in_use().filter(expires_at__lte=now + timedelta(days=max(KEY_DAYS)))
    memberships = {one.organisation_id: one for one in Membership.objects.on_the_list()}
    for key in soon:
        membership = memberships.get(key.organisation_id)
        if membership is None or key.expires_at is None:
            continue
        # Whoever was asleep hears of the nearest date alone.
        due = min(days for days in KEY_DAYS if key.expires_at <= now + timedelta(days=days))
        promised += _promise(membership, Tells.KEY, f"key-{key.pk}-{due}")
    return promised


def _about_duties(now: datetime) -> int:
    promised = 0
    policy = current_policy()
    since = terms.changed_at(policy)
    for membership in Membership.objects.on_the_list():
        owed = terms.duties(membership, policy, since, now)
        if owed.must_accept and owed.accept_until is not None:
            promised += _promise(membership, Tells.TERMS, f"terms-{owed.must_accept}-{_round(owed.accept_until, now)}")
        if owed.must_confirm:
            late = now - membership.confirmed_at - timedelta(days=policy.confirmation_days)
            asked = min(late // _CONFIRM_AGAIN, 2)
            promised += _promise(membership, Tells.CONFIRMATION, f"confirm-{membership.confirmed_at:%Y%m%d}-{asked}")
    return promised


def _round(until: datetime, now: datetime) -> int:
    """The first, second or third time that terms are asked for."""
    left = until - now
    if left <= timedelta(days=7):
        return 3
    return 2 if left <= timedelta(days=16) else 1


@transaction.atomic
def _promise(membership: Membership, kind: Tells, key: str) -> bool:
    return member_letters.promise_to_member(membership, kind, key=key)
