"""Saying by program how far a product is."""

import pytest

from accounts.models import User
from advisories.models import Advisory, ContactRight, Membership, Product, Scope
from tests.advisories.predisclosure.told import predisclosed
from tests.api.asking import Program, make_token
from tests.make import make_contact, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return make_member()


@pytest.fixture
def contact(member: Membership) -> User:
    return make_contact(member, right=ContactRight.ANSWER)


@pytest.fixture
def advisory(member: Membership) -> Advisory:
    return predisclosed(number=40)


@pytest.fixture
def product(member: Membership) -> Product:
    return Product.objects.create(organisation=member.organisation, name="Stable 12")


@pytest.fixture
def program(contact: User, member: Membership) -> Program:
    return Program(make_token(contact, member, Scope.ANSWER)[1])


def test_a_program_says_and_reads_how_far_a_product_is(program: Program, advisory: Advisory, product: Product) -> None:
    assert program.json("/advisories/40/readiness")[0]["answer"] is None
    said = program.put(f"/advisories/40/readiness/{product.pk}", {"status": "tested", "tracking_id": "RL-9"})
    assert said.status_code == 200
    (read,) = program.json("/advisories/40/readiness")
    assert (read["answer"]["status"], read["answer"]["tracking_id"]) == ("tested", "RL-9")


def test_an_answer_that_was_not_read_is_not_replaced(program: Program, advisory: Advisory, product: Product) -> None:
    path = f"/advisories/40/readiness/{product.pk}"
    first = program.put(path, {"status": "affected"}).json()["answer"]["id"]
    assert program.put(path, {"status": "deployed"}).status_code == 409
    assert program.put(path, {"status": "deployed", "read": first}).status_code == 200


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"status": "ready"},
        {"status": "not-affected"},
        {"status": "tested", "note": "x" * 2001},
        {"status": "tested", "note": "a\0b"},
    ],
)
def test_what_says_nothing_is_refused(
    program: Program, advisory: Advisory, product: Product, told: dict[str, str]
) -> None:
    refusal = program.put(f"/advisories/40/readiness/{product.pk}", told)
    assert refusal.status_code == 422
    assert refusal["Content-Type"] == "application/problem+json"
    assert not product.readiness.exists()


def test_a_token_for_reading_does_not_answer(
    contact: User, member: Membership, advisory: Advisory, product: Product
) -> None:
    reader = Program(make_token(contact, member)[1])
    assert reader.put(f"/advisories/40/readiness/{product.pk}", {"status": "tested"}).status_code == 401


def test_nobody_answers_for_another_members_product(program: Program, advisory: Advisory, member: Membership) -> None:
    theirs = Product.objects.create(organisation=make_member("Other").organisation, name="Theirs")
    assert program.put(f"/advisories/40/readiness/{theirs.pk}", {"status": "tested"}).status_code == 404
    assert program.put("/advisories/41/readiness/1", {"status": "tested"}).status_code == 404


def test_whose_right_to_answer_was_taken_does_not_answer_by_program(
    program: Program, contact: User, advisory: Advisory, product: Product
) -> None:
    contact.organisation_contacts.update(right=ContactRight.READ)
    assert program.put(f"/advisories/40/readiness/{product.pk}", {"status": "tested"}).status_code == 403
