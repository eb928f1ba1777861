"""What may be kept of pages that follow the mirrors, announce a date, or are not there."""

import pytest
from django.test import Client

from tests.make import make_branch, make_tree

OPEN = ["/board/", "/trees/", "/trees/sluice/", "/trees/sluice/1.6/", "/lacks", "/members/"]


@pytest.fixture
def tree(db: None) -> None:
    make_branch(make_tree(), "1.6")


@pytest.mark.parametrize("address", OPEN)
def test_what_no_view_bounds_is_asked_for_each_time_and_confirmed_where_it_is_the_same(
    tree: None, address: str
) -> None:
    first = Client().get(address)
    assert (first.status_code, first["Cache-Control"]) == (200, "no-cache")
    again = Client().get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    assert again["Cache-Control"] == "no-cache"
    assert "Cookie" in again["Vary"]


def test_another_page_has_another_tag(tree: None) -> None:
    before = Client().get("/trees/sluice/")["ETag"]
    make_branch(make_tree(slug="qemu"), "1.7")
    assert Client().get("/trees/sluice/")["ETag"] == before
    assert Client().get("/trees/qemu/", headers={"If-None-Match": before}).status_code == 200


@pytest.mark.parametrize("address", ["/advisories/44/", "/advisories/44/v1/", "/advisories/44/records/osv.json", "/x"])
def test_nobody_keeps_what_is_not_there_yet(db: None, address: str) -> None:
    """A cache that guesses would answer 404 after the instant."""
    answer = Client().get(address)
    assert (answer.status_code, answer["Cache-Control"]) == (404, "no-cache")
    assert "ETag" not in answer
