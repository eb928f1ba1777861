"""What readers are told of an embargo once it is over, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role, User
from advisories.embargo import afterwards, negotiating
from advisories.embargo.afterwards import OutAlready
from advisories.embargo.negotiating import End
from advisories.embargo.rules import EndReason
from advisories.lifecycle import State
from advisories.models import Advisory, Arming, Batch, Decision, Matter, Party, Publication, Reissue
from advisories.public import saying
from advisories.release import publishing, rehearsing, releasing, scheduling, sealing, standing
from advisories.release.batching import BatchState
from releases.fixes import fixes_of
from tests.advisories.release.test_releasing import SECTIONS
from tests.make import make_advisory, make_embargo, make_guest, make_proposal, make_user

DAY = timedelta(days=1)
WHY = "The vendor of the chip would not wait."


@pytest.fixture
def people(db: None) -> list[User]:
    return [make_user(f"{name}@sluice.example", Role.SECURITY) for name in ("author", "second", "third")]


@pytest.fixture
def advisory(people: list[User]) -> Advisory:
    return make_advisory(state=State.READY, **SECTIONS)


@pytest.fixture
def batch(advisory: Advisory, people: list[User]) -> Batch:
    """Frozen and signed, with a fix that is somebody else's, and under embargo until then."""
    end_at = timezone.now() + 5 * DAY
    negotiating.accept(negotiating.propose(advisory, End(end_at), party=Party.team(people[0])), by=people[0])
    made = scheduling.plan([advisory], end_at, by=people[0])
    releasing.override(advisory, "", fixes_of, reason="The fix is of another project.", by=people[0])
    releasing.freeze_batch(made, fixes_of, by=people[0])
    sealing.seal_waiting()
    return made


def armed(batch: Batch, people: list[User]) -> Batch:
    for person in people:
        releasing.approve(batch, standing.of_batch(batch, fixes_of).digest, fixes_of, by=person)
    batch.refresh_from_db()
    assert batch.state == BatchState.ARMED, standing.of_batch(batch, fixes_of)
    return batch


def out(batch: Batch) -> None:
    past = timezone.now() - timedelta(seconds=1)
    Arming.objects.in_force().filter(batch=batch).update(public_at=past)
    Publication.objects.coming().update(public_at=past)


def page(advisory: Advisory) -> str:
    return Client().get(f"/advisories/{advisory.number}/").content.decode()


def test_a_decision_is_read_on_the_public_page_from_the_instant_on_with_no_worker_and_not_before(
    batch: Batch, advisory: Advisory, people: list[User]
) -> None:
    afterwards.decide(advisory, Matter.SHORT, WHY, by=people[0])
    armed(batch, people)
    assert WHY not in page(advisory)
    out(batch)
    told = page(advisory)
    assert WHY in told
    assert "Why the embargo was short" in told
    assert "It ended on its date." in told


def test_the_rehearsal_of_another_issue_tells_of_the_embargo_that_ended_with_the_first(
    batch: Batch, advisory: Advisory, people: list[User]
) -> None:
    out(armed(batch, people))
    publishing.release_due()
    said = page(advisory)
    advisory.refresh_from_db()
    again = scheduling.plan([advisory], timezone.now() + 30 * DAY, by=people[0])
    Advisory.objects.filter(pk=advisory.pk).update(impact="Larger.")
    releasing.freeze_batch(again, fixes_of, by=people[0], reason=Reissue.WRONG_DATA, changes="The impact was wrong.")
    told = rehearsing.rehearse(again).advisories[0].embargo
    assert told
    assert all(sentence in said for sentence in told.sentences)


def test_a_decision_is_part_of_what_is_approved(batch: Batch, advisory: Advisory, people: list[User]) -> None:
    before = standing.of_batch(batch, fixes_of).digest
    armed(batch, people)
    made = afterwards.decide(advisory, Matter.SHORT, WHY, by=people[0])
    batch.refresh_from_db()
    assert batch.state == BatchState.FROZEN
    assert standing.of_batch(batch, fixes_of).digest != before
    afterwards.take_back(made, by=people[0])
    assert standing.of_batch(batch, fixes_of).digest == before


def test_what_readers_know_is_not_taken_back(batch: Batch, advisory: Advisory, people: list[User]) -> None:
    made = afterwards.decide(advisory, Matter.SHORT, WHY, by=people[0])
    Advisory.objects.filter(pk=advisory.pk).update(state=State.PUBLIC)
    with pytest.raises(OutAlready):
        afterwards.take_back(made, by=people[0])


def test_a_guest_is_told_no_decision_before_everyone(advisory: Advisory, people: list[User]) -> None:
    afterwards.decide(advisory, Matter.SHORT, WHY, by=people[0])
    guest = make_guest(advisory)
    assert not Decision.objects.visible_to(guest).exists()
    client = Client()
    client.force_login(guest)
    assert WHY not in client.get(f"/advisories/{advisory.number}/embargo/").content.decode()


def test_the_team_is_asked_why_an_embargo_is_shorter_than_the_policy_says_and_answers_on_the_same_page(
    advisory: Advisory, people: list[User]
) -> None:
    client, address = Client(), f"/advisories/{advisory.number}/embargo/"
    client.force_login(people[0])
    make_embargo(advisory, people[0], 5)
    asks = "shorter than the policy says"
    assert asks in client.get(address).content.decode()
    assert client.post(f"{address}afterwards", {"about": "short", "words": WHY}).status_code == 302
    shown = client.get(address).content.decode()
    assert (asks in shown, WHY in shown) == (False, True)
    made = Decision.objects.get()
    assert client.post(f"{address}afterwards/{made.pk}/take-back").status_code == 302
    assert asks in client.get(address).content.decode()


def told(ended_for: EndReason, *ends: int) -> dict[str, Any]:
    begun = datetime(2026, 5, 1, 12, tzinfo=UTC)
    agreed = [
        {"at": (begun + place * DAY).isoformat(), "end_at": (begun + days * DAY).isoformat()}
        for place, days in enumerate(ends)
    ]
    return {"embargo": {"agreed": agreed, "ended_for": ended_for.value, "decisions": []}}


@pytest.mark.parametrize("reason", list(EndReason))
def test_every_end_has_its_sentence(reason: EndReason) -> None:
    shown = saying.embargo(told(reason, 14), datetime(2026, 5, 4, 12, tzinfo=UTC))
    assert shown is not None
    assert shown.sentences[0] == "Under embargo from 1 May 2026 to 4 May 2026: 3 days."
    assert len(shown.sentences) == 2


def test_ends_that_were_agreed_anew_are_told_with_their_dates() -> None:
    shown = saying.embargo(told(EndReason.REACHED, 14, 21), datetime(2026, 5, 22, 12, tzinfo=UTC))
    assert shown is not None
    assert shown.sentences[1] == "On 2 May 2026 its end was moved from 15 May 2026 to 22 May 2026."


def test_an_advisory_that_was_never_under_embargo_tells_of_none(advisory: Advisory) -> None:
    assert afterwards.told(advisory, Batch(planned_at=timezone.now())) == {}
    make_proposal(advisory, 9)
    assert afterwards.told(advisory, Batch(planned_at=timezone.now())) == {}
