"""Refusals that no view gives."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Role
from tests.make import make_tree, make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "address",
    ["/trees/sluice/1%00/", "/trees/sluice/1%00/check", "/invitation/a%00b", "/report/a%00b/", "/password/MQ/%00/"],
)
def test_an_address_with_a_null_character_names_nothing(client: Client, address: str) -> None:
    make_tree()
    client.force_login(make_user("", Role.COORDINATOR))
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_a_method_that_is_not_taken_is_refused_with_a_page_and_what_is_taken(client: Client) -> None:
    client.force_login(make_user("", Role.COORDINATOR))
    answer = client.get(reverse("team:end_team_seat", args=[1]))
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert "To the start page" in answer.text
    assert "no-store" in answer["Cache-Control"]


def test_a_reader_is_refused_like_anybody_else(client: Client) -> None:
    answer = client.post(reverse("releases:board"))
    assert answer.status_code == 405
    assert "Nothing was changed" in answer.text
