"""Asking every participant of an embargo for consent, and taking their answers. Silence is not consent."""

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from advisories import notifying
from advisories.embargo import consents as rules
from advisories.embargo import rules as embargo_rules
from advisories.embargo.consents import SILENT, OtherTerms, Standing, Terms
from advisories.models import About, Advisory, Consent, Embargo, Event, Notice, Party, Report, Seat, Side
from advisories.models.seat import Right
from advisories.policies import current_policy
from advisories.reporting import posting

_ASKED = [Standing.INVITED.value, Standing.LAPSED.value]


def finders_of(embargo: Embargo) -> list[Report]:
    """The reports whose finders have a say: those that feed the advisory, and duplicates of these."""
    advisories = Advisory.objects.filter(Q(embargo=embargo) | Q(embargo__merged_into=embargo))
    found = Report.objects.taking_part_in(advisories)
    return list(found.select_related("finder").order_by("received_at", "pk"))


def guests_of(embargo: Embargo) -> list[User]:
    """The guests who have a say: whoever may comment now."""
    seats = Seat.objects.current().filter(advisory=embargo.advisory_id).exclude(right=Right.READ)
    return [seat.user for seat in seats.select_related("user").order_by("user__name", "user__pk")]


def parties_to(embargo: Embargo) -> list[Party]:
    """Everyone with a say, the team first."""
    finders = [Party.finder(report) for report in finders_of(embargo)]
    return [Party.team(), *finders, *(Party.guest(user) for user in guests_of(embargo))]


@transaction.atomic
def ask_everyone(embargo: Embargo, *, now: datetime | None = None) -> int:
    """Ask whoever takes part for consent to the agreed end, newcomers and those who signed another; how many anew.

    Whoever chose a wording keeps it. The team signs by having agreed. Nothing is asked where no end is agreed.
    """
    now = now or timezone.now()
    if not embargo.is_in_force or embargo.end_at is None or embargo.end_at <= now:
        return 0
    answer_by = embargo_rules.answer_by(embargo.end_at, now=now)
    # All of them before anything is recorded: whoever signs holds their own and then waits for the end of the record.
    held = embargo.consents.select_for_update().order_by("pk")
    known = {consent.party_key: consent for consent in held}
    anew = 0
    for party in parties_to(embargo):
        consent = known.get(party.key)
        terms = Terms(consent.asked_terms if consent else SILENT.version, embargo.end_at)
        if consent is None:
            consent = _invite(embargo, party, terms, answer_by)
        elif consent.asked == terms:
            continue
        else:
            _ask_anew(consent, terms, answer_by)
        anew += 1
        if party.side == Side.TEAM:
            consent.write(consent.value().sign(terms, now=now))
    return anew


@transaction.atomic
def sign(consent: Consent, wording: str, end_at: datetime, *, by: User | None, now: datetime | None = None) -> None:
    """Agree to what was read: a wording of the participant's choice, and the end that their page showed.

    Raises `OtherTerms` where another end is agreed by now or the wording isn't offered, `TooLateToAnswer`,
    `ConsentStepNotAllowed` and `StaleEmbargo`.
    """
    if wording not in {one.version for one in rules.offered(is_announced=bool(current_policy().announced))}:
        raise OtherTerms("this wording is not offered")
    now, value = now or timezone.now(), consent.value()
    terms = Terms(wording, end_at)
    if end_at != consent.asked_end_at or consent.embargo.end_at != end_at:
        raise OtherTerms("another end is agreed by now")
    if value.standing is Standing.DECLINED:
        # Thinking again is as good as having been asked again, while an answer is waited for.
        value = value.invite_again(answer_by=consent.answer_by)
    consent.write(value.ask_for(terms, answer_by=value.answer_by).sign(terms, now=now))
    _record(consent, "consent-signed", by=by)


@transaction.atomic
def decline(consent: Consent, *, by: User | None) -> None:
    """Say no, or leave after having signed: no more is told then, and what was promised binds on."""
    consent.write(consent.value().decline())
    _record(consent, "consent-declined", by=by)


@transaction.atomic
def ask_again(consent: Consent, *, by: User, now: datetime | None = None) -> None:
    """Invite somebody again who declined or did not answer. Raises `OtherTerms` where no end is ahead."""
    now, embargo = now or timezone.now(), consent.embargo
    if not embargo.is_in_force or embargo.end_at is None or embargo.end_at <= now:
        raise OtherTerms("no end is agreed that lies ahead")
    consent.write(consent.value().invite_again(answer_by=embargo_rules.answer_by(embargo.end_at, now=now)))
    event = _record(consent, "consent-asked", by=by)
    if consent.report is not None:
        posting.promise(consent.report, Notice.DATES, key=f"event:{event.sequence}")
    if consent.user is not None:
        notifying.notify(consent.user, embargo.advisory, About.DATES, but=by)


@transaction.atomic
def expire(pk: int, *, now: datetime) -> bool:
    """Note that one participant did not answer in time; whether that was news."""
    consent = Consent.objects.select_related("embargo__advisory").get(pk=pk)
    value = consent.value()
    silent = value.expire(now=now)
    if silent == value:
        return False
    consent.write(silent)
    _record(consent, "consent-unanswered", by=None)
    return True


def overdue(now: datetime) -> Iterator[int]:
    """Consents that nobody gave in time."""
    yield from Consent.objects.filter(standing__in=_ASKED, answer_by__lte=now).values_list("pk", flat=True)


def who_may_be_told(embargo: Embargo) -> list[Consent]:
    """The participants who may receive more: signatories of exactly the agreed end."""
    signed = Consent.objects.filter(embargo=embargo, standing=Standing.SIGNATORY.value, signed_end_at=embargo.end_at)
    return list(signed.select_related("user", "report__finder")) if embargo.is_in_force else []


def tell(embargo: Embargo, event: Event, *, but: Party | None = None) -> None:
    """Promise each finder, and whoever has a seat, a letter that something has changed, but not who changed it."""
    notifying.notify_seated(embargo.advisory, About.DATES, but=but.user if but else None)
    for report in finders_of(embargo):
        if but is None or Party.finder(report).key != but.key:
            posting.promise(report, Notice.DATES, key=f"event:{event.sequence}")


def _invite(embargo: Embargo, party: Party, terms: Terms, answer_by: datetime) -> Consent:
    return Consent.objects.create(
        embargo=embargo, asked_terms=terms.version, asked_end_at=terms.end_at, answer_by=answer_by, **party.columns
    )


def _ask_anew(consent: Consent, terms: Terms, answer_by: datetime) -> None:
    """Whoever declined the old date, or said nothing to it, is asked about the new one like everybody."""
    value = consent.value()
    if value.standing in (Standing.DECLINED, Standing.UNANSWERED):
        value = value.invite_again(answer_by=answer_by)
    consent.write(value.ask_for(terms, answer_by=answer_by))


def _record(consent: Consent, kind: str, *, by: User | None) -> Event:
    return Event.objects.record(consent.embargo.advisory, kind=kind, by=by, detail={"consent": consent.pk})
