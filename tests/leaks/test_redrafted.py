"""A published advisory that is being written anew: readers have what was published, and no word of the draft."""

from django.test import Client

from advisories.lifecycle import State
from advisories.models import Advisory
from tests.leaks.words import word
from tests.make import make_advisory, make_user


def redrafted() -> Advisory:
    made = make_advisory(title="Published title", state=State.PUBLIC)
    Advisory.objects.filter(pk=made.pk).update(title=word("redraft"))
    return made


def test_lists_carry_the_published_title(db: None) -> None:
    redrafted()
    for address in ("/", "/advisories/"):
        page = Client().get(address).content.decode()
        assert "Published title" in page
        assert word("redraft") not in page


def test_the_next_advisory_names_it_as_it_was_published(db: None) -> None:
    older = make_advisory(title="Older", state=State.PUBLIC, superseded_by=redrafted())
    page = Client().get(older.get_absolute_url()).content.decode()
    assert "Published title" in page
    assert word("redraft") not in page


def test_a_guest_of_another_reads_the_published_title_too(db: None) -> None:
    redrafted()
    client = Client()
    client.force_login(make_user())
    assert word("redraft") not in client.get("/advisories/").content.decode()
