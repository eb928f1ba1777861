"""Whoever may send a form sends it: no letter, log line or message of the broker that comes of it tells a secret."""

import pytest

from tests.leaks.counted import count
from tests.leaks.crawl import Crawl
from tests.leaks.people import FINDER, GUEST, MEMBER
from tests.leaks.spies import bells_that_tell, cleared_away, letters_that_tell, lines_that_tell, log_lines
from tests.leaks.world import World

pytestmark = pytest.mark.timeout(900)

LEAST_TAKEN = {"security": 30, "coordinator": 30, MEMBER: 3, GUEST: 1, FINDER: 1}
"""So many forms change something: filled in vain, they would tell nothing."""


@pytest.mark.parametrize("who", LEAST_TAKEN)
def test_what_the_rightful_send_tells_nobody_by_letter_log_or_message(who: str, world: World) -> None:
    crawl = Crawl(world, after=letters_that_tell, rings=True)
    with log_lines() as lines, cleared_away():
        # What waits already is looked into first, so that each form is asked for its own letters.
        crawl.found += letters_that_tell()
        crawl.send_all(who)
        crawl.found += [*lines_that_tell(lines), *bells_that_tell()]
    assert crawl.is_signed_in(who) == (world.people[who] is not None)
    count(crawl.probes, sum("tells" in one for one in crawl.found))
    assert not crawl.found, "\n".join(crawl.found[:40])
    assert crawl.taken >= LEAST_TAKEN[who]
