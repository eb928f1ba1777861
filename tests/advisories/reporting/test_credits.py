"""Credits: what finders chose reaches every document once, and nobody is named against their will."""

import pytest

from accounts.models import Role, User
from advisories import texts
from advisories.content import Fixes
from advisories.models import Advisory, Credit, Finder, Report
from advisories.release import freezing
from advisories.release.batching import Audience
from advisories.reporting import crediting, credits, intake
from advisories.reporting.credits import Chosen, Unnamed
from advisories.writing import drafting
from advisories.writing.stepping import lacks_of
from advisories.writing.workspace import doubts_of
from tests.make import make_accepted_report, make_advisory, make_user


@pytest.fixture
def team(db: None) -> User:
    return make_user("security@sluice.example", Role.SECURITY)


@pytest.fixture
def advisory(db: None) -> Advisory:
    return make_advisory(title="Words", description="It overflows.")


def found_by(advisory: Advisory, team: User, name: str, credit: Credit, **told: str) -> Report:
    report = make_accepted_report(advisory, team, name=name, address=f"{name.lower()}@research.example")
    Finder.objects.filter(pk=report.finder_id).update(credit=credit, **told)
    report.refresh_from_db()
    return report


def section(advisory: Advisory) -> str:
    return str(drafting.content_of(advisory)["sections"].get("credits", ""))


def test_finders_who_want_to_be_named_stand_in_the_section_and_the_signed_text_without_anybody_writing_it(
    advisory: Advisory, team: User
) -> None:
    found_by(advisory, team, "Ada", Credit.NAMED, credit_as="Ada Lovelace")
    found_by(advisory, team, "Grace", Credit.NAMED)
    assert section(advisory) == "This issue was discovered by Ada Lovelace and Grace."
    revision = freezing.freeze(advisory, Fixes(), audience=Audience.READERS, by=team)
    record = texts.record_of(revision.content, 1, files={})
    assert record.credits == "This issue was discovered by Ada Lovelace and Grace."
    assert [one.name for one in record.finders] == ["Ada Lovelace", "Grace"]


def test_a_name_that_somebody_wrote_is_not_said_twice(advisory: Advisory, team: User) -> None:
    found_by(advisory, team, "Ada", Credit.NAMED)
    found_by(advisory, team, "Grace", Credit.NAMED)
    drafting.keep_text(advisory, {"credits": "Ada found it\nby fuzzing."}, read_version=1, by=team)
    assert section(advisory) == "This issue was discovered by Grace.\n\nAda found it\nby fuzzing."


def test_who_asked_not_to_be_named_is_told_of_and_not_named(advisory: Advisory, team: User) -> None:
    found_by(advisory, team, "Ada", Credit.ANONYMOUS)
    content = drafting.content_of(advisory)
    assert content["sections"]["credits"] == "A finder asked not to be named."
    assert content["finders"] == []
    assert content["unnamed"] == [{"credit": "anonymous", "reason": ""}]
    assert "Ada" not in str(content)


def test_a_withheld_credit_is_told_with_its_reason_and_the_finders_choice_is_kept(
    advisory: Advisory, team: User
) -> None:
    report = found_by(advisory, team, "Ada", Credit.NAMED)
    crediting.withhold(report, "They published before the date.", by=team)
    assert section(advisory) == "The credit of a finder is withheld: They published before the date."
    assert "Ada" not in str(drafting.content_of(advisory))
    crediting.withhold(report, "", by=team)
    assert section(advisory) == "This issue was discovered by Ada."


def test_an_address_is_never_published_as_a_name(advisory: Advisory, team: User) -> None:
    report = found_by(advisory, team, "Ada", Credit.NAMED)
    Finder.objects.filter(pk=report.finder_id).update(name="")
    assert "research.example" not in str(drafting.content_of(advisory))
    assert any("isn't decided" in str(lack) for lack in lacks_of(advisory, []))


@pytest.mark.parametrize("withheld", [False, True])
def test_a_text_that_names_somebody_against_their_will_lacks_something(
    advisory: Advisory, team: User, withheld: bool
) -> None:
    report = found_by(advisory, team, "Ada Lovelace", Credit.ANONYMOUS)
    if withheld:
        Finder.objects.update(credit=Credit.NAMED)
        crediting.withhold(report, "They published it.", by=team)
    drafting.keep_text(advisory, {"description": "As Ada\nLovelace saw."}, read_version=1, by=team)
    assert "The text names Ada Lovelace, who is not to be named." in [str(one) for one in lacks_of(advisory, [])]


def test_an_advisory_that_credits_nobody_says_so_beside_the_checklist(advisory: Advisory, team: User) -> None:
    assert any("Nobody is credited" in doubt for doubt in doubts_of(advisory, [], team))
    found_by(advisory, team, "Ada", Credit.UNDECIDED)
    assert not doubts_of(advisory, [], team)


def test_a_finder_who_thinks_again_is_credited_anew(advisory: Advisory, team: User) -> None:
    report = found_by(advisory, team, "Ada", Credit.NAMED)
    intake.choose_credit(report, Credit.ANONYMOUS, "")
    assert "Ada" not in section(advisory)


def test_names_are_joined_as_the_fields_readers_know_them() -> None:
    everyone = [Chosen("A"), Chosen("B"), Chosen("C"), *[Chosen(unnamed=Unnamed.ANONYMOUS)] * 2]
    assert credits.section(credits.plain(everyone), "") == (
        "This issue was discovered by A, B and C. 2 finders asked not to be named."
    )
