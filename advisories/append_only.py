"""What keeps the database from changing or losing an event, as SQL for each database that Penstock runs on.

The migration sets the guard up. Tests take it down around the emptying of their database, and put it up again.
"""

_SQLITE_UP = (
    """CREATE TRIGGER advisories_event_never_changes BEFORE UPDATE ON advisories_event
    BEGIN SELECT RAISE(ABORT, 'an event is never changed'); END""",
    """CREATE TRIGGER advisories_event_never_vanishes BEFORE DELETE ON advisories_event
    BEGIN SELECT RAISE(ABORT, 'an event never vanishes'); END""",
    # INSERT OR REPLACE deletes without the trigger above; nothing is ever put where something stands.
    """CREATE TRIGGER advisories_event_goes_on BEFORE INSERT ON advisories_event
    WHEN NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM advisories_event)
    BEGIN SELECT RAISE(ABORT, 'an event has its place at the end'); END""",
)
_SQLITE_DOWN = tuple(
    f"DROP TRIGGER advisories_event_{name}" for name in ("never_changes", "never_vanishes", "goes_on")
)  # fmt: skip

_POSTGRESQL_UP = (
    """CREATE FUNCTION advisories_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'an event is never changed and never vanishes' USING ERRCODE = '23001'; END $$""",
    """CREATE FUNCTION advisories_event_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM advisories_event) THEN
            RAISE EXCEPTION 'an event has its place at the end' USING ERRCODE = '23001';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER advisories_event_stays BEFORE UPDATE OR DELETE ON advisories_event
    FOR EACH ROW EXECUTE FUNCTION advisories_event_stays()""",
    """CREATE TRIGGER advisories_event_stays_whole BEFORE TRUNCATE ON advisories_event
    FOR EACH STATEMENT EXECUTE FUNCTION advisories_event_stays()""",
    """CREATE TRIGGER advisories_event_goes_on BEFORE INSERT ON advisories_event
    FOR EACH ROW EXECUTE FUNCTION advisories_event_goes_on()""",
)
_POSTGRESQL_DOWN = (
    "DROP FUNCTION advisories_event_stays() CASCADE",
    "DROP FUNCTION advisories_event_goes_on() CASCADE",
)


def guard(vendor: str) -> tuple[str, ...]:
    """Statements after which an event cannot be changed, taken out or put anywhere but at the end."""
    return {"sqlite": _SQLITE_UP, "postgresql": _POSTGRESQL_UP}[vendor]


def unguard(vendor: str) -> tuple[str, ...]:
    """Statements that take the guard down."""
    return {"sqlite": _SQLITE_DOWN, "postgresql": _POSTGRESQL_DOWN}[vendor]
