"""Tags: written beside the text, frozen with a revision, and known to readers from its publication on."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import Advisory, Event, Publication, Tag
from advisories.writing import drafting
from tests.advisories.writing.test_describing import post, team
from tests.make import make_advisory, make_publication, make_user

__all__ = ["team"]


@pytest.fixture
def tagged(db: None) -> Advisory:
    """Published with a tag, and given another since."""
    advisory = make_advisory(number=1, title="Rings stall", state=State.DRAFTING)
    Tag.objects.create(advisory=advisory, word="x86")
    make_publication(advisory, timezone.now() - timedelta(days=1))
    Tag.objects.create(advisory=advisory, word="denial-of-service")
    return advisory


def status(address: str) -> int:
    return Client().get(address).status_code


def test_tags_are_kept_as_plain_words(team: Client) -> None:
    advisory = make_advisory()
    assert post(team, advisory, "tags", {"word": "Denial of service"}, {"word": "x86"}).status_code == 302
    assert [tag.word for tag in advisory.tags.all()] == ["denial-of-service", "x86"]
    assert Event.objects.filter(kind="tags-changed").count() == 1
    assert post(team, advisory, "tags", {"word": "!?"}).status_code == 422


def test_the_database_takes_nothing_but_plain_words(db: None) -> None:
    for word in ("", "X86", "a b", "-a", "a--b"):
        with pytest.raises(IntegrityError), transaction.atomic():
            Tag.objects.create(advisory=make_advisory(), word=word)


def test_a_draft_without_tags_says_what_it_said_before_there_were_any(db: None) -> None:
    assert "tags" not in drafting.content_of(make_advisory())


def test_readers_find_an_advisory_by_its_published_tags_alone(tagged: Advisory) -> None:
    assert "Rings stall" in Client().get("/advisories/tags/x86/").text
    assert "Rings stall" in Client().get("/advisories/?tag=x86").text
    assert "Rings stall" in Client().get("/advisories/?q=x86").text
    page = Client().get("/advisories/1/").text
    assert 'href="/advisories/tags/x86/"' in page
    assert "denial-of-service" not in page + Client().get("/advisories/tags/").text
    assert status("/advisories/tags/denial-of-service/") == 404


def test_a_tag_that_a_revision_dropped_leads_nowhere(tagged: Advisory) -> None:
    Tag.objects.filter(advisory=tagged, word="x86").delete()
    make_publication(tagged, timezone.now())
    assert status("/advisories/tags/x86/") == 404
    assert status("/advisories/tags/denial-of-service/") == 200
    assert "Tags" in Client().get("/advisories/1/").text


def test_a_tag_of_what_is_armed_is_nothing_yet(db: None) -> None:
    advisory = make_advisory(state=State.DRAFTING)
    Tag.objects.create(advisory=advisory, word="x86")
    make_publication(advisory, timezone.now() + timedelta(days=1))
    assert Publication.objects.get().tags.exists()
    assert status("/advisories/tags/x86/") == 404
    assert "x86" not in Client().get("/advisories/tags/").text


def test_drafts_tags_are_for_those_who_work_on_it(tagged: Advisory) -> None:
    assert not Tag.objects.visible_to(make_user("manager@sluice.example", Role.RELEASE_MANAGER)).exists()
    assert Tag.objects.visible_to(make_user("security@sluice.example", Role.SECURITY)).count() == 2


def test_each_tag_is_listed_with_how_many_have_it(tagged: Advisory) -> None:
    other = make_advisory(number=2, state=State.DRAFTING)
    Tag.objects.create(advisory=other, word="x86")
    make_publication(other, timezone.now())
    make_publication(tagged, timezone.now())
    page = " ".join(Client().get("/advisories/tags/").text.split())
    assert 'x86</a> <span class="muted small">2<' in page
    assert 'denial-of-service</a> <span class="muted small">1<' in page
