"""Who is on the list, as everyone and as the team may read it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from advisories.models import Contact, MemberKey, Membership, MembershipState, Organisation
from advisories.policy import Policy
from advisories.predisclosure import keys, terms
from advisories.predisclosure.terms import Duties


@dataclass(frozen=True, slots=True)
class Member:
    """One line of the team's list."""

    membership: Membership
    organisation: Organisation
    duties: Duties
    key_days: int | None
    """Days until the last of its keys ends; None where one has no end."""
    has_key: bool
    contacts: int

    @property
    def is_key_ending(self) -> bool:
        """Somebody should see to it."""
        return self.key_days is not None and self.key_days <= 60

    @property
    def wants_a_look(self) -> bool:
        """There is something that a person decides or asks about."""
        return not self.has_key or self.is_key_ending or not self.duties.is_clear or not self.contacts


def listed(policy: Policy) -> list[tuple[str, str]]:
    """Names and web sites that everyone may read: active members that agreed to it, if the policy lists any."""
    if not policy.lists_members:
        return []
    active = Membership.objects.active().values("organisation")
    found = Organisation.objects.filter(pk__in=active, is_listed=True, merged_into__isnull=True)
    return list(found.values_list("name", "website"))


def everyone(memberships: Sequence[Membership], policy: Policy, now: datetime) -> list[Member]:
    """The team's list, of what was fetched for the viewer with their organisations."""
    organisations = [one.organisation_id for one in memberships]
    in_use: dict[int, list[MemberKey]] = {}
    for key in MemberKey.objects.in_use().filter(organisation__in=organisations).defer("certificate"):
        in_use.setdefault(key.organisation_id, []).append(key)
    contacts: dict[int, int] = {}
    for organisation in (
        Contact.objects.current().filter(organisation__in=organisations).values_list("organisation", flat=True)
    ):
        contacts[organisation] = contacts.get(organisation, 0) + 1
    since = terms.changed_at(policy)
    return [
        Member(
            membership=one,
            organisation=one.organisation,
            duties=terms.duties(one, policy, since, now),
            key_days=_last(in_use.get(one.organisation_id, ()), now),
            has_key=bool(in_use.get(one.organisation_id)) or one.state == MembershipState.REMOVED,
            contacts=contacts.get(one.organisation_id, 0),
        )
        for one in memberships
    ]


def _last(of: Sequence[MemberKey], now: datetime) -> int | None:
    left = [keys.days_left(key, now) for key in of]
    known = [days for days in left if days is not None]
    return max(known) if known and len(known) == len(left) else None
