"""Two at once, on real threads: a form sent twice, two who decide, a decision while the applicant completes."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from accounts.models import Role, User
from advisories.models import Application, Contact, Membership, Organisation, StaleApplication
from advisories.predisclosure import deciding, joining
from advisories.predisclosure.joining import Told
from advisories.reporting import drafts
from tests.advisories.predisclosure.applying import ANSWERS, public_key
from tests.make import make_user

pytestmark = pytest.mark.django_db(transaction=True)

WEIR = Told(
    "Weir Cloud", "ada@weir.example", role_address="security@weir.example", answers=ANSWERS, certificate=public_key(),
    accepts_terms=True,
)  # fmt: skip


@pytest.fixture
def by() -> User:
    return make_user("coordinator@sluice.example", Role.COORDINATOR)


def at_once(*actions: Callable[[], object]) -> list[str]:
    """What became of each."""
    barrier, told = threading.Barrier(len(actions)), list[str]()

    def one(action: Callable[[], object]) -> None:
        barrier.wait()
        try:
            action()
        except (StaleApplication, deciding.OnTheListAlready):
            told.append("refused")
        else:
            told.append("done")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[action]) for action in actions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_a_form_sent_twice_at_once_is_one_application() -> None:
    token = drafts.new_token()
    assert at_once(*[lambda: joining.begin(WEIR, token=token)] * 2) == ["done", "done"]
    assert Application.objects.count() == 1


def test_of_two_who_accept_at_once_one_makes_the_member(by: User) -> None:
    joining.begin(WEIR, token=drafts.new_token())

    def accept() -> None:
        deciding.accept(read.pop(), "It qualifies.", tell_held=False, by=by)

    read = [Application.objects.get(), Application.objects.get()]
    assert at_once(accept, accept) == ["done", "refused"]
    assert (Organisation.objects.count(), Membership.objects.count(), Contact.objects.count()) == (1, 1, 1)


def test_of_an_acceptance_and_a_rejection_at_once_one_counts(by: User) -> None:
    joining.begin(WEIR, token=drafts.new_token())
    one, other = Application.objects.get(), Application.objects.get()
    found = at_once(
        lambda: deciding.accept(one, "It qualifies.", tell_held=False, by=by),
        lambda: deciding.reject(other, "It does not.", by=by),
    )
    assert found == ["done", "refused"]
    assert Membership.objects.exists() is (Application.objects.get().state == "accepted")


def test_two_applications_of_one_name_make_one_member(by: User) -> None:
    first, second = (joining.begin(WEIR, token=drafts.new_token()) for _ in range(2))
    found = at_once(
        lambda: deciding.accept(first, "It qualifies.", tell_held=False, by=by),
        lambda: deciding.accept(second, "It qualifies.", tell_held=False, by=by),
    )
    assert found == ["done", "refused"]
    assert Membership.objects.count() == 1
