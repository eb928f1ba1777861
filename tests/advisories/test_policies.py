"""The policy in force: read from its newest version, changed by nobody over another's head."""

import threading
from dataclasses import replace

import pytest
from django.db import IntegrityError, connection

from accounts.models import User
from advisories import policies
from advisories.models import Event, PolicyVersion
from advisories.policies import NoReasonGiven, NothingChanged, StalePolicy
from advisories.policy import Policy, PolicyIsWrong
from advisories.policy.document import digest_of, to_document
from tests.make import make_user

NEW = Policy("SSA", quorum=3)


def write(policy: Policy = NEW, *, based_on: int = 0, by: User | None = None) -> PolicyVersion:
    return policies.change(policy, based_on=based_on, by=by, why="Three see more than two.")


def test_without_any_version_the_defaults_hold(db: None) -> None:
    assert policies.in_force() == policies.InForce(0, Policy("SSA"))


def test_the_newest_version_holds(db: None) -> None:
    write()
    write(replace(NEW, soft_cap=9), based_on=1)
    assert policies.in_force() == policies.InForce(2, replace(NEW, soft_cap=9))


def test_the_prefix_of_the_installation_holds_whatever_an_old_version_says(db: None) -> None:
    document = to_document(Policy("XSA"))
    PolicyVersion.objects.create(sequence=1, document=document, sha256=digest_of(document))
    assert policies.current_policy().prefix == "SSA"


def test_another_prefix_is_refused_with_the_setting_that_makes_it(db: None) -> None:
    with pytest.raises(PolicyIsWrong, match="PENSTOCK_ADVISORY_PREFIX"):
        policies.check(to_document(Policy("XSA")))


def test_a_change_is_an_event_with_the_names_of_its_fields(db: None) -> None:
    person = make_user()
    version = write(by=person)
    [event] = Event.objects.about(version)
    assert (event.kind, event.by, event.detail) == ("policy-changed", person, {"version": 1, "fields": ["quorum"]})


def test_what_was_based_on_an_older_version_is_refused(db: None) -> None:
    write()
    with pytest.raises(StalePolicy):
        write(replace(NEW, soft_cap=9))
    assert PolicyVersion.objects.count() == 1


def test_a_version_that_says_the_same_is_refused(db: None) -> None:
    with pytest.raises(NothingChanged):
        write(Policy("SSA"))


def test_a_change_without_a_reason_is_refused(db: None) -> None:
    with pytest.raises(NoReasonGiven):
        policies.change(NEW, based_on=0, by=None, why=" ")


def test_the_database_refuses_to_change_a_version(db: None) -> None:
    write()
    with pytest.raises(IntegrityError):
        PolicyVersion.objects.update(why="Another.")


def test_the_database_refuses_to_let_a_version_go(db: None) -> None:
    write()
    with pytest.raises(IntegrityError):
        PolicyVersion.objects.get().delete()


def test_the_database_refuses_a_version_out_of_line(db: None) -> None:
    document = to_document(NEW)
    with pytest.raises(IntegrityError):
        PolicyVersion.objects.create(sequence=7, document=document, sha256=digest_of(document))


@pytest.mark.django_db(transaction=True)
def test_of_two_writers_at_once_one_is_told_that_the_policy_moved() -> None:
    both, told = threading.Barrier(2), list[str]()

    def one(cap: int) -> None:
        both.wait()
        try:
            write(Policy("SSA", soft_cap=cap))
        except StalePolicy:
            told.append("stale")
        else:
            told.append("written")
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=[cap]) for cap in (7, 8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(told) == ["stale", "written"]
    assert PolicyVersion.objects.count() == 1


def test_another_text_of_the_terms_is_another_version(db: None) -> None:
    assert policies.of(write(replace(NEW, terms="Keep quiet."))).terms_version == 2
    assert policies.of(write(replace(NEW, terms="Keep quiet.", soft_cap=9), based_on=1)).terms_version == 2
