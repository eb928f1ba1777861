"""Negotiations about dates, so that embargo pages have something to show: agreed in spite of a clock, or not yet."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.calendar.clocks import FixedEnd
from advisories.embargo import afterwards, consenting, negotiating, outside_clocks
from advisories.embargo.consents import SILENT
from advisories.embargo.negotiating import End
from advisories.embargo.outside_clocks import Began, Confirmed
from advisories.models import Advisory, Embargo, Matter, Party, Report, Side, Verdict
from demo.loading_releases import tuesday_noon
from demo.scenario_people import PEOPLE

ARGUED, OWNED, ASTRAY = 50, 52, 48
"""Numbers: one with a finder and a guest, one whose date a vendor owns, one whose release has another date."""

DAY = timedelta(days=1)


@transaction.atomic
def load_embargoes() -> None:
    """One agreed in spite of a list's limit and under revision, one only proposed, one that its release contradicts."""
    first, second = (User.objects.get(email=person.email) for person in PEOPLE[:2])
    noon = tuesday_noon(timezone.now())
    _argued(noon, first, second)
    owned = Advisory.objects.get(number=OWNED)
    vendor = FixedEnd("Example Silicon", noon + 49 * DAY, "their mail “coordinated date”")
    outside_clocks.fix(owned, vendor, note="They tell their own customers two days before.", by=first)
    wanted = End(noon + 49 * DAY, reason="As the vendor says.")
    negotiating.propose(owned, wanted, party=Party.team(first))
    astray = Advisory.objects.get(number=ASTRAY)
    proposal = negotiating.propose(astray, End(noon + 15 * DAY), party=Party.team(second))
    negotiating.accept(proposal, by=second)


def _argued(noon: datetime, first: User, second: User) -> None:
    advisory = Advisory.objects.get(number=ARGUED)
    report = Report.objects.get(advisory=advisory)
    finder, guest = Party.finder(report), Party.guest(User.objects.get(email="scheduler@sluice.example"))
    posted = Began(timezone.now() - 10 * DAY, note="First post, with the reproducer left out.")
    clock = outside_clocks.start(advisory, "linux-distros", posted, by=first)
    confirmed = Confirmed(frozenset({clock.pk}), "The list has agreed to wait until the oldest branch has its fix.")
    late = End(noon + 42 * DAY, reason="The backport to the oldest branch takes that long.")
    longest = negotiating.propose(advisory, late, party=guest, confirmed=confirmed)
    sooner = End(noon + 14 * DAY, reason="Before the holidays, when nobody can deploy.")
    agreed = negotiating.propose(advisory, sooner, party=Party.team(first), confirmed=confirmed, instead_of=longest)
    negotiating.answer(agreed, Verdict.ACCEPT, party=finder)
    negotiating.accept(agreed, by=second, confirmed=confirmed)
    negotiating.reject(longest, by=second)
    consent = Embargo.of(advisory).consents.get(side=Side.GUEST)
    consenting.sign(consent, SILENT.version, agreed.end_at, by=guest.user)
    wish = End(noon + 21 * DAY, reason="I speak about it on that day.")
    later = negotiating.propose(advisory, wish, party=finder)
    negotiating.answer(later, Verdict.DECLINE, party=guest)
    words = "It ended before the holidays, when hardly anybody could have deployed the fix."
    afterwards.decide(advisory, Matter.SHORT, words, by=second)
