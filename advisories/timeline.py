"""The record of one thing in words, for those who may read it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings

from accounts.models import Role, User
from advisories.calendar import words
from advisories.models import Event, StepKind

Detail = Mapping[str, Any]
Names = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Moment:
    """One event as a line of a timeline."""

    at: datetime
    sentence: str
    who: str
    """Empty for the machine itself."""
    hash: str
    """Names the event. Not its place in the record: the gaps would tell how much happens elsewhere."""


_WORDS: dict[str, Callable[[Detail, Names], str]] = {
    "number-taken": lambda detail, names: "Number taken",
    "advisory-imported": lambda detail, names: (
        f"Brought in by import {detail['run']}: {_listed(f'v{one}' for one in detail['versions'])}"
        if detail["versions"]
        else f"Number brought in by import {detail['run']}"
    ),
    "state-changed": lambda detail, names: f"Moved from {detail['from']} to {detail['to']}",
    "text-edited": lambda detail, names: f"Edited {_listed(detail['sections'])}",
    "seat-given": lambda detail, names: f"Seat given to {_name(detail['person'], names)}: {detail['right']}",
    "seat-ended": lambda detail, names: f"Seat of {_name(detail['person'], names)} ended",
    "team-seat-given": lambda detail, names: f"{_name(detail['person'], names)} joined the team: {_role(detail)}",
    "team-seat-ended": lambda detail, names: f"{_name(detail['person'], names)} left the team: {_role(detail)}",
    "series-uploaded": lambda detail, names: "Series uploaded",
    "series-revised": lambda detail, names: f"Series revised, now s{detail['revision']}",
    "series-targeted": lambda detail, names: "Series meant for other branches, or after others",
    "fix-shared": lambda detail, names: f"Fix shared with the finder of report {detail['report']}",
    "fix-no-longer-shared": lambda detail, names: f"Fix no longer shared with the finder of report {detail['report']}",
    "fix-answered": lambda detail, names: (
        f"The finder of report {detail['report']} says that s{detail['revision']} "
        f"{'fixes it' if detail['found'] == 'fixes' else 'does not fix it'}"
    ),
    "report-received": lambda detail, names: "Report received",
    "report-moved": lambda detail, names: f"Moved from {detail['from']} to {detail['to']}",
    "report-assigned": lambda detail, names: f"Report {_owner(detail['owner'], names)}",
    "report-judged": lambda detail, names: f"Urgency set to {detail['urgency']}",
    "report-answered": lambda detail, names: "Answer sent to the finder",
    "report-noted": lambda detail, names: "Note written for the team",
    "report-linked": lambda detail, names: (
        f"Report {detail['report']} linked" if "report" in detail else "Advisory linked"
    ),
    "finder-wrote": lambda detail, names: "The finder wrote",
    "letter-opened": lambda detail, names: "Encrypted letter opened",
    "credit-chosen": lambda detail, names: f"The finder chose a credit: {detail['credit']}",
    "credit-withheld": lambda detail, names: (
        "Credit withheld by the team" if detail["withheld"] else "Credit no longer withheld"
    ),
    "terms-promised": lambda detail, names: "Terms promised to the finder",
    "policy-changed": lambda detail, names: f"Policy changed: {_listed(detail['fields'])}",
    "report-passed-on": lambda detail, names: f"Report moved from advisory {detail['from']} to {detail['to']}",
    "affected-changed": lambda detail, names: "Affected versions changed",
    "identifiers-changed": lambda detail, names: "Identifiers changed",
    "severity-changed": lambda detail, names: "Severity changed",
    "tags-changed": lambda detail, names: "Tags changed",
    "permission-changed": lambda detail, names: "What may be deployed during the embargo changed",
    "comment-written": lambda detail, names: (
        "Comment written for the team" if detail["audience"] == "team" else "Comment written"
    ),
    "comment-retracted": lambda detail, names: "Comment retracted",
    "item-ticked": lambda detail, names: f"Ticked off: {detail['item'].replace('-', ' ')}",
    "item-unticked": lambda detail, names: f"No longer ticked off: {detail['item'].replace('-', ' ')}",
    "checklist-cleared": lambda detail, names: "Checklist begun anew",
    "release-kind-set": lambda detail, names: (
        "Known to be public already" if detail["is_public"] else "Not public yet after all"
    ),
    # Which other, the page says to those who may read that one.
    "merged": lambda detail, names: "Merged into another advisory",
    "took-in": lambda detail, names: "Another advisory was merged into this one",
    "split": lambda detail, names: "Another advisory was split off",
    "split-off": lambda detail, names: "Split off from another advisory",
    "superseded": lambda detail, names: "Superseded by another advisory" if detail["other"] else "No longer superseded",
    "supersedes": lambda detail, names: "Took the place of another advisory",
    "revision-frozen": lambda detail, names: f"v{detail['revision']} frozen",
    "published": lambda detail, names: f"v{detail['revision']} is public",
    "issued-again": lambda detail, names: f"v{detail['revision']} is public: issued again",
    "verdict-overridden": lambda detail, names: (
        f"Verdict on {detail['branch']} overridden" if detail["branch"] else "Goes out without a fix of ours"
    ),
    "ended-early": lambda detail, names: f"Embargo ended early: {detail['reason']}",
    "batch-planned": lambda detail, names: "Split off from another release" if "split_from" in detail else "Planned",
    "batch-joined": lambda detail, names: f"{_label(detail['advisory'])} joined",
    "batch-left": lambda detail, names: f"{_label(detail['advisory'])} left",
    "batch-moved": lambda detail, names: f"Moved from {_instant(detail['from'])} to {_instant(detail['to'])}",
    "batch-split": lambda detail, names: (
        f"Split: {_listed(_label(number) for number in detail['advisories'])} went to a release of their own"
    ),
    "batch-cancelled": lambda detail, names: "Cancelled",
    "batch-frozen": lambda detail, names: (
        f"Frozen: {_listed(_label(one) for one in detail['revisions'])}"
        if detail["revisions"]
        else "Frozen, nothing had changed"
    ),
    "batch-opened": lambda detail, names: "Opened again",
    "batch-pre-disclosed": lambda detail, names: "Pre-disclosed to members",
    "release-approved": lambda detail, names: f"Approved: {detail['digest'][:12]}…",
    "approval-withdrawn": lambda detail, names: "Approval taken back",
    "batch-armed": lambda detail, names: f"Armed for {_instant(detail['public_at'])}",
    "batch-disarmed": lambda detail, names: "Held back: what was armed is void",
    "batch-ended-early": lambda detail, names: f"Embargo ended early: {detail['reason']}",
    "batch-released": lambda detail, names: "Released",
    "step-failed": lambda detail, names: f"Not as it should be: {_step(detail)}",
    "step-tried-again": lambda detail, names: f"Tried again: {_step(detail)}",
    "embargo-proposed": lambda detail, names: f"{_finder(detail)}An end of the embargo proposed",
    "embargo-answered": lambda detail, names: (
        f"{_finder(detail)}A proposed end {'agreed to' if detail['verdict'] == 'accept' else 'declined'}"
    ),
    "embargo-agreed": lambda detail, names: "End of the embargo agreed",
    "embargo-rejected": lambda detail, names: "A proposed end turned down",
    "embargo-withdrawn": lambda detail, names: f"{_finder(detail)}A proposed end withdrawn",
    "embargo-expired": lambda detail, names: "A proposed end expired without agreement",
    "embargo-ended": lambda detail, names: f"Embargo ended: {detail['reason']}",
    "embargo-is-out": lambda detail, names: f"Noted that the issue is {detail['out']} already",
    "embargo-merged": lambda detail, names: "Embargo joined with another advisory's",
    "embargo-split": lambda detail, names: "Embargo divided among several advisories",
    "decision-kept": lambda detail, names: "A decision written for readers afterwards",
    "decision-taken-back": lambda detail, names: "A decision for readers taken back",
    "clock-started": lambda detail, names: f"Outside clock started: {detail['rule']}",
    "clock-fixed": lambda detail, names: "An end fixed by somebody else entered",
    "clock-stopped": lambda detail, names: "Outside clock taken back",
    "clocks-overridden": lambda detail, names: (
        f"A date chosen although it breaks {len(detail['clocks'])} outside clock{'s' * (len(detail['clocks']) > 1)}"
    ),
    "consent-asked": lambda detail, names: "Asked again for consent to the end",
    "consent-signed": lambda detail, names: "Consent to the end given",
    "consent-declined": lambda detail, names: "Consent to the end refused",
    "consent-unanswered": lambda detail, names: "Consent to the end asked for without an answer",
    "readiness-said": lambda detail, names: "A member said how far it is",
    "date-questioned": lambda detail, names: (
        "A member asked for a later date" if detail["kind"] == "extension" else "A member will not be ready"
    ),
    "date-answered": lambda detail, names: "A member's question about the date answered",
    "delivery-bounced": lambda detail, names: "A letter to a member came back",
    "delivery-sent-again": lambda detail, names: "A letter to a member sent again",
    "application-received": lambda detail, names: (
        "Application received" if detail["complete"] else "Application received, incomplete"
    ),
    "application-completed": lambda detail, names: "The applicant changed it",
    "application-noted": lambda detail, names: "Note written for the team",
    "application-moved": lambda detail, names: f"Moved from {detail['from']} to {detail['to']}",
    "member-joined": lambda detail, names: (
        "Joined the list" + (f", told of {len(detail['caught_up'])} under embargo" if detail["caught_up"] else "")
    ),
    "membership-changed": lambda detail, names: f"Membership went from {detail['from']} to {detail['to']}",
    "membership-confirmed": lambda detail, names: "Confirmed that everything still holds",
    "terms-accepted": lambda detail, names: f"Version {detail['version']} of the terms accepted",
    "contact-given": lambda detail, names: f"{_name(detail['person'], names)} speaks for it: {detail['right']}",
    "contact-ended": lambda detail, names: f"{_name(detail['person'], names)} no longer speaks for it",
    "member-key-added": lambda detail, names: f"Key {detail['fingerprint'][-16:]} added",
    "member-key-retired": lambda detail, names: f"Key {detail['fingerprint'][-16:]} taken out of use",
    "role-address-asked": lambda detail, names: "Another role address asked for",
    "role-address-changed": lambda detail, names: "Another role address confirmed",
    "listing-changed": lambda detail, names: f"{'May' if detail['listed'] else 'May not'} be named in public",
    "organisation-merged": lambda detail, names: "Put into another member",
    "kept-from": lambda detail, names: f"Kept from {_members(detail)}",
    "kept-from-no-longer": lambda detail, names: f"No longer kept from {_members(detail)}",
    "flag-taken": lambda detail, names: f"Flag on {detail['branch']} {_owner(detail['owner'], names)}",
}


def timeline_of(events: Iterable[Event], *, with_addresses: bool) -> list[Moment]:
    """Put events, as fetched for the viewer, into words; for the team, people without a name have their addresses."""
    found = list(events)
    asked = {number for event in found for number in (event.by_id, *_people_in(event.detail)) if number is not None}
    people = User.objects.filter(pk__in=asked) if asked else ()
    names = {person.pk: str(person) if with_addresses else person.known_as for person in people}
    return [
        Moment(
            at=event.at,
            sentence=_sentence(event, names),
            who=names.get(event.by_id, "") if event.by_id is not None else "",
            hash=event.hash,
        )
        for event in found
    ]


def _sentence(event: Event, names: Names) -> str:
    words = _WORDS.get(event.kind)
    return words(event.detail, names) if words else event.kind.replace("-", " ").capitalize()


def _people_in(detail: Detail) -> Iterable[int | None]:
    return (detail.get("person"), detail.get("owner"))


def _name(number: int, names: Names) -> str:
    return names.get(number, "somebody")


def _finder(detail: Detail) -> str:
    return "By a finder: " if detail.get("by_finder") else ""


def _owner(number: int | None, names: Names) -> str:
    return "given to nobody" if number is None else f"taken by {_name(number, names)}"


def _members(detail: Detail) -> str:
    count = len(detail["organisations"])
    return f"{count} member{'' if count == 1 else 's'}"


def _role(detail: Detail) -> str:
    return str(Role(detail["role"]).label).lower()


def _step(detail: Detail) -> str:
    return StepKind(detail["kind"]).label.lower()


def _instant(text: str) -> str:
    """An instant as an event holds it, for people."""
    return words.instant(datetime.fromisoformat(text))


def _label(number: object) -> str:
    """An advisory as people write it, by its number or by number and revision."""
    return f"{settings.ADVISORY_PREFIX}-{number}"


def _listed(sections: Iterable[str]) -> str:
    return ", ".join(name.replace("_", " ") for name in sections)
