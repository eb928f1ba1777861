"""Every field of every row is entered as secret or not, and every secret one carries a canary in the world."""

from tests.leaks.fields import OF_ITSELF_NOTHING, SECRET_DAYS, SECRET_FIELDS, entered, saying, text_of, values_of
from tests.leaks.words import HIDDEN_END, PLANNED_AT, SECRET
from tests.leaks.world import World


def test_every_field_is_entered_once() -> None:
    tables = (SECRET_FIELDS, SECRET_DAYS, OF_ITSELF_NOTHING)
    assert saying() == entered(*tables)
    assert len(saying()) == sum(len(entered(table)) for table in tables)


def test_every_secret_field_carries_a_canary(world: World) -> None:
    names = entered(SECRET_FIELDS)
    silent = {name for name in names if not any(SECRET in text_of(value) for value in values_of(name))}
    assert not silent


def test_every_secret_day_is_one_that_is_looked_for(world: World) -> None:
    days = {HIDDEN_END.date(), PLANNED_AT.date()}
    silent = {
        name
        for name in entered(SECRET_DAYS)
        if not any(getattr(day, "date", lambda: None)() in days for day in values_of(name))
    }
    assert not silent


def test_nothing_else_carries_a_canary(world: World) -> None:
    """What is entered as telling nothing really does: keys and neutral words, where a text would be a mistake."""
    telling = {name for name in entered(OF_ITSELF_NOTHING) if any(SECRET in text_of(one) for one in values_of(name))}
    assert telling <= {"accounts.Letter.address"}, "an invitation is on its way to the guest"
