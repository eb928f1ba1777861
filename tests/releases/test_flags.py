"""Flags: raised by a failure, closed when it passes, reopened when it fails again, the owner kept."""

import pytest

from releases.checking import flags
from releases.models import Branch, Flag, Tree
from tests.make import checked, fetched, make_series, make_user
from tests.upstream import Upstream, fix, numbered

SAFE = fix(numbered("queue"), numbered("queue", l25="queue is safe"))


@pytest.fixture
def branch(tree: Tree) -> Branch:
    return fetched(tree)


def test_a_series_that_applies_everywhere_raises_no_flag(branch: Branch) -> None:
    make_series(branch, SAFE)
    checked(branch)
    assert not Flag.objects.exists()


def test_a_flag_closes_when_the_series_passes_and_reopens_when_it_fails(branch: Branch, upstream: Upstream) -> None:
    owner = make_user()
    make_series(branch, SAFE)
    good = upstream.git("rev-parse", "stable-1.0")
    bad = upstream.commit("stable-1.0", {"queue.c": numbered("queue", l25="queue is new")}, "Renew queues")
    branch = fetched(branch.tree)
    checked(branch)
    flag = Flag.objects.get()
    assert (flag.closed_at, flag.times_reopened) == (None, 0)
    Flag.objects.update(owner=owner)

    upstream.branch("stable-1.0", good)
    checked(fetched(branch.tree))
    flag.refresh_from_db()
    assert flag.closed_at is not None

    upstream.branch("stable-1.0", bad)
    checked(fetched(branch.tree))
    again = Flag.objects.get()
    assert (again.closed_at, again.times_reopened, again.owner) == (None, 1, owner)
    assert again.raised_at == flag.raised_at
    assert again.opened_at > flag.opened_at


def test_a_failure_that_stands_changes_nothing_about_its_flag(branch: Branch, upstream: Upstream) -> None:
    series = make_series(branch, fix(b"", b"[core]\n", ".git/config"))
    checked(branch)
    flag = Flag.objects.get()
    flags.settle(series.pk, branch.pk)
    upstream.commit("stable-1.0", {"README": b"Read me\n"})
    checked(fetched(branch.tree))
    again = Flag.objects.get()
    assert (again.opened_at, again.times_reopened) == (flag.opened_at, 0)
