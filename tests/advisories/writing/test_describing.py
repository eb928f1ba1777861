"""Lists beside the text: kept whole, refused line by line, never overwritten unseen."""

from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts.models import Role
from advisories.models import Advisory, Affected, Event, Identifier, Standing, Tag, Vector
from advisories.writing import describing
from tests.make import make_advisory, make_user

VECTOR = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"


@pytest.fixture
def team(db: None) -> Client:
    client = Client()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    return client


def post(client: Client, advisory: Advisory, what: str, *lines: dict[str, Any], version: str = "") -> Any:
    rows: dict[str, describing.Lines] = {
        "affected": Affected, "identifiers": Identifier, "severity": Vector, "tags": Tag
    }  # fmt: skip
    sent = {
        "form-TOTAL_FORMS": len(lines),
        "form-INITIAL_FORMS": 0,
        "read_version": version or describing.version_of(advisory, rows[what]),
    }
    for place, line in enumerate(lines):
        sent |= {f"form-{place}-{name}": value for name, value in line.items()}
    return client.post(f"/advisories/{advisory.number}/{what}", sent)


def line(**told: Any) -> dict[str, Any]:
    return {"tree": "sluice", "ranges": "1.0.x", "status": "affected"} | told


def test_lines_are_kept_in_the_order_asked_for(team: Client) -> None:
    advisory = make_advisory()
    answer = post(team, advisory, "affected", line(ranges="1.1", ORDER=2), line(ranges="1.0", ORDER=1))
    assert answer.status_code == 302
    assert list(advisory.affected.values_list("ranges", flat=True)) == ["1.0", "1.1"]
    assert Event.objects.get(kind="affected-changed").detail == {"lines": 2}


def test_a_condition_names_another_advisory_by_its_number(team: Client) -> None:
    advisory, other = make_advisory(), make_advisory(number=378)
    post(team, advisory, "affected", line(condition_needs="absent", condition_on="SSA-378"))
    row = advisory.affected.get()
    assert (row.condition_on, row.condition_needs) == (other, "absent")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"ranges": "newest"}, "is not a version"),
        ({"tree": "linux kernel"}, "A tree is called by letters"),
        ({"tree": "qemu\u202e"}, "A tree is called by letters"),
        ({"ranges": "1.2 - "}, "is not a version"),
        ({"condition_needs": "absent"}, "A condition takes both"),
        ({"condition_needs": "absent", "condition_on": "999"}, "no such advisory"),
        ({"condition_needs": "absent", "condition_on": "12"}, "another advisory than this one"),
        ({"condition_needs": "absent", "condition_on": "9" * 20}, "no such advisory"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_a_sentence(team: Client, wrong: dict[str, Any], sentence: str) -> None:
    advisory = make_advisory(number=12)
    answer = post(team, advisory, "affected", line(**wrong))
    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert not advisory.affected.exists()


def test_a_line_that_was_cleared_is_none(team: Client) -> None:
    advisory = make_advisory()
    assert post(team, advisory, "affected", line(), line(tree="", ranges="")).status_code == 302
    assert advisory.affected.count() == 1


def test_the_same_line_twice_is_refused(team: Client) -> None:
    advisory = make_advisory()
    assert "stands here twice" in post(team, advisory, "affected", line(), line()).content.decode()


def test_a_struck_out_line_goes_whatever_stands_in_it(team: Client) -> None:
    advisory = make_advisory()
    assert post(team, advisory, "affected", line(), line(ranges="nonsense", DELETE="on")).status_code == 302
    assert advisory.affected.count() == 1


def test_a_list_that_somebody_else_changed_is_not_overwritten_unseen(team: Client) -> None:
    advisory = make_advisory()
    read = describing.version_of(advisory, Affected)
    post(team, advisory, "affected", line(tree="theirs"))
    answer = post(team, advisory, "affected", line(tree="mine"), version=read)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "theirs" in page
    assert "mine" in page
    assert advisory.affected.get().tree == "theirs"


def test_keeping_what_is_there_already_is_no_event(team: Client) -> None:
    advisory = make_advisory()
    post(team, advisory, "affected", line())
    post(team, advisory, "affected", line())
    assert Event.objects.filter(kind="affected-changed").count() == 1


def test_a_cve_belongs_to_one_advisory_unless_somebody_says_why_not(team: Client) -> None:
    one, other = make_advisory(number=1), make_advisory(number=2)
    told = {"scheme": "cve", "value": "CVE-2026-1234", "state": "assigned"}
    assert post(team, one, "identifiers", told).status_code == 302
    refused = post(team, other, "identifiers", told)
    assert "SSA-1 has it" in refused.content.decode()
    assert post(team, other, "identifiers", told | {"shared_because": "One flaw, two projects."}).status_code == 302


def test_the_database_refuses_a_taken_cve_by_itself(db: None) -> None:
    for advisory in (make_advisory(), make_advisory()):
        try:
            with transaction.atomic():
                Identifier.objects.create(advisory=advisory, value="CVE-2026-1234", state=Standing.ASSIGNED)
        except IntegrityError:
            break
    assert Identifier.objects.count() == 1


def test_a_request_has_no_value_yet_and_nothing_else_may_lack_one(team: Client) -> None:
    advisory = make_advisory()
    assert post(team, advisory, "identifiers", {"scheme": "CVE", "state": "requested"}).status_code == 302
    assert post(team, advisory, "identifiers", {"scheme": "CVE", "state": "assigned"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "CVE-26-1"},
        {"value": "CVE-2026-1234", "state": "replaced"},
        {"value": "CVE-2026-1234", "replaced_by": "CVE-2026-1235"},
        {"value": "CVE-2026-1234", "state": "replaced", "replaced_by": "CVE-2026-1234"},
        {"value": "x", "scheme": "no scheme!"},
    ],
)
def test_identifiers_that_cannot_be_are_refused(team: Client, wrong: dict[str, Any]) -> None:
    told = {"scheme": "CVE", "state": "assigned"} | wrong
    assert post(team, make_advisory(), "identifiers", told).status_code == 422


def test_vectors_are_scored_and_put_into_words(team: Client) -> None:
    advisory = make_advisory()
    assert post(team, advisory, "severity", {"vector": VECTOR, "source": "team"}).status_code == 302
    page = team.get(f"/advisories/{advisory.number}/").content.decode()
    assert "8.8" in page
    assert "from inside the machine" in page.lower()


def test_a_vector_of_another_version_is_refused(team: Client) -> None:
    answer = post(team, make_advisory(), "severity", {"vector": "CVSS:3.0/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"})
    assert answer.status_code == 422
    assert "only 3.1 and 4.0" in answer.content.decode()
