"""What members may do before publication: in sentences, in what is frozen, and never naming what they don't know."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from advisories import permissions
from advisories.lifecycle import State
from advisories.models import Advisory, Permission
from advisories.permissions import Reach, Start, Subject
from advisories.release import scheduling
from advisories.release.missing import Lack
from advisories.release.standing import of_batch
from advisories.writing import drafting
from tests.advisories.release.test_releasing import SECTIONS, fixes_of
from tests.make import make_advisory, make_user

NOON = datetime(2027, 3, 2, 12, tzinfo=UTC)


def permit(advisory: Advisory, **fields: Any) -> Permission:
    values = {"position": 1, "subject": "patches", "reach": "public", "start": "at-once"} | fields
    return Permission.objects.create(advisory=advisory, **values)


@pytest.mark.parametrize(
    ("one", "sentence"),
    [
        (
            permissions.Permission(Subject.PATCHES, Reach.PUBLIC, Start.AT_ONCE),
            "Deploying the patches on all your systems, also those with guests of other people is permitted at once.",
        ),
        (
            permissions.Permission(Subject.PATCHES, Reach.MEMBERS, Start.AT, at=NOON),
            "Handing over the patches to other members of the pre-disclosure list is permitted from 2027-03-02 12:00 "
            "UTC on.",
        ),
        (
            permissions.Permission(
                Subject.MITIGATION, Reach.PRIVATE, Start.AFTER, "old tables", after="SSA-3", restrictions="Quietly."
            ),
            "Deploying the mitigation (old tables) on systems that only your organisation uses is "
            "permitted once SSA-3 is public. Quietly.",
        ),
        (
            permissions.Permission(Subject.MITIGATION, Reach.PUBLIC, Start.NEVER, restrictions="It gives it away."),
            "Deploying the mitigation on all your systems, also those with guests of other people is not permitted "
            "before publication. It gives it away.",
        ),
    ],
)  # fmt: skip
def test_a_permission_is_one_sentence(one: permissions.Permission, sentence: str) -> None:
    assert one.sentence == sentence


def test_where_something_is_permitted_everything_else_is_not() -> None:
    assert permissions.in_words([]) == ""
    told = permissions.in_words([permissions.Permission(Subject.PATCHES, Reach.PRIVATE, Start.AT_ONCE)])
    assert told.endswith(permissions.NOTHING_ELSE)


def test_a_notice_tells_the_public_facts_that_the_policy_lets_be_known_and_no_more() -> None:
    assert permissions.public_facts("SSA-12", NOON, numbers=False, dates=False) == (
        "A security issue exists that will be made public.",
    )
    facts = permissions.public_facts("SSA-12", NOON, numbers=True, dates=True)
    notice = permissions.service_notice("Sluice", facts)
    assert "SSA-12" in notice
    assert "2 March 2027, 12:00 UTC" in notice


@pytest.mark.django_db
def test_a_revision_says_it_in_words_before_whatever_else_is_said() -> None:
    advisory = make_advisory(deployment="Please tell us when you do.")
    permit(advisory)
    content = drafting.content_of(advisory)
    assert content["sections"]["deployment"].startswith("- Deploying the patches")
    assert content["sections"]["deployment"].endswith("Please tell us when you do.")
    assert content["permissions"][0]["start"] == "at-once"


@pytest.mark.django_db
def test_without_a_permission_a_revision_says_what_it_said_before() -> None:
    assert "permissions" not in drafting.content_of(make_advisory(deployment="Nothing is permitted."))


@pytest.mark.django_db
def test_nothing_goes_out_that_names_an_advisory_which_is_still_secret() -> None:
    other = make_advisory(state=State.PREDISCLOSED)
    advisory = make_advisory(state=State.READY, **SECTIONS)
    permit(advisory, start="after", after=other)
    batch = scheduling.plan([advisory], timezone.now() + timedelta(days=9), by=None)
    [read] = of_batch(batch, fixes_of).advisories
    assert any(one.kind is Lack.AFFECTED and other.label in str(one) for one in read.missing)


def ask(client: Client, advisory: Advisory, **line: str) -> Any:
    address = f"/advisories/{advisory.number}/deployment"
    found = client.get(address)
    sent = {"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-MIN_NUM_FORMS": "0", "form-MAX_NUM_FORMS": "20"}
    values = {"subject": "patches", "reach": "public", "start": "at-once"} | line
    sent |= {f"form-0-{name}": value for name, value in values.items()}
    return client.post(address, sent | {"read_version": found.context["read_version"]})


@pytest.fixture
def team(db: None) -> Client:
    client = Client()
    client.force_login(make_user("", Role.SECURITY))
    return client


def test_the_team_writes_the_permission_line_by_line(team: Client) -> None:
    advisory = make_advisory()
    assert ask(team, advisory, start="at", at="2027-03-02 12:00").status_code == 302
    assert advisory.permissions.get().at == NOON
    assert "2027-03-02 12:00 UTC" in team.get(advisory.get_absolute_url()).text


@pytest.mark.parametrize(
    "line", [{"start": "at"}, {"start": "after"}, {"start": "at-once", "at": "2027-03-02 12:00"}, {"reach": "moon"}]
)
def test_half_a_permission_is_asked_about_and_not_kept(team: Client, line: dict[str, str]) -> None:
    advisory = make_advisory()
    assert ask(team, advisory, **line).status_code == 422
    assert not advisory.permissions.exists()


def test_a_permission_does_not_name_what_members_have_not_heard_of(team: Client) -> None:
    advisory, secret, told = make_advisory(), make_advisory(), make_advisory(state=State.PREDISCLOSED)
    assert ask(team, advisory, start="after", after=secret.label).status_code == 422
    assert ask(team, advisory, start="after", after=told.label).status_code == 302
