"""What keeps the database from changing or losing a row of an append-only table, as SQL for each database we run on.

Such a table counts its rows by `sequence`, from one on and without a gap. Migrations set the guard up. Tests take it
down around the emptying of their database, and put it up again.
"""

APPEND_ONLY = ("advisories_event", "advisories_policyversion")
"""Tables that are guarded once every migration has run."""

_SQLITE_UP = (
    """CREATE TRIGGER {table}_never_changes BEFORE UPDATE ON {table}
    BEGIN SELECT RAISE(ABORT, 'a row of {table} is never changed'); END""",
    """CREATE TRIGGER {table}_never_vanishes BEFORE DELETE ON {table}
    BEGIN SELECT RAISE(ABORT, 'a row of {table} never vanishes'); END""",
    # INSERT OR REPLACE deletes without the trigger above; nothing is ever put where something stands.
    """CREATE TRIGGER {table}_goes_on BEFORE INSERT ON {table}
    WHEN NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM {table})
    BEGIN SELECT RAISE(ABORT, 'a row of {table} has its place at the end'); END""",
)
_SQLITE_DOWN = tuple(f"DROP TRIGGER {{table}}_{name}" for name in ("never_changes", "never_vanishes", "goes_on"))

_POSTGRESQL_UP = (
    """CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'a row of {table} is never changed and never vanishes' USING ERRCODE = '23001'; END $$""",
    """CREATE FUNCTION {table}_goes_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF NEW.sequence <> (SELECT COALESCE(MAX(sequence), 0) + 1 FROM {table}) THEN
            RAISE EXCEPTION 'a row of {table} has its place at the end' USING ERRCODE = '23001';
        END IF;
        RETURN NEW;
    END $$""",
    """CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_stays()""",
    """CREATE TRIGGER {table}_stays_whole BEFORE TRUNCATE ON {table}
    FOR EACH STATEMENT EXECUTE FUNCTION {table}_stays()""",
    """CREATE TRIGGER {table}_goes_on BEFORE INSERT ON {table}
    FOR EACH ROW EXECUTE FUNCTION {table}_goes_on()""",
)
_POSTGRESQL_DOWN = ("DROP FUNCTION {table}_stays() CASCADE", "DROP FUNCTION {table}_goes_on() CASCADE")


def guard(vendor: str, table: str = "advisories_event") -> tuple[str, ...]:
    """Statements after which a row cannot be changed, taken out or put anywhere but at the end."""
    return _about(table, {"sqlite": _SQLITE_UP, "postgresql": _POSTGRESQL_UP}[vendor])


def unguard(vendor: str, table: str = "advisories_event") -> tuple[str, ...]:
    """Statements that take the guard down."""
    return _about(table, {"sqlite": _SQLITE_DOWN, "postgresql": _POSTGRESQL_DOWN}[vendor])


def _about(table: str, statements: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(statement.format(table=table) for statement in statements)


FROZEN: dict[str, tuple[str, ...]] = {
    "advisories_revision": (),
    "advisories_revisionpatch": (),
    "advisories_publication": ("advisory_id", "revision_id", "arming_id", "number", "version", "title", "content"),
}
"""Tables whose rows are written once, with the columns that never change: all, where none is named.

A migration that alters one of them puts its guard up again.
"""


def freeze(vendor: str, table: str) -> tuple[str, ...]:
    """Statements after which the frozen columns of `table` cannot be changed, and none of its rows taken out."""
    columns = f"OF {', '.join(FROZEN[table])} " if FROZEN[table] else ""
    if vendor == "sqlite":
        return tuple(
            f"""CREATE TRIGGER {table}_no_{verb.split()[0].lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, 'what is frozen stays as it is'); END"""
            for verb in (f"UPDATE {columns}".strip(), "DELETE")
        )
    return (
        f"""CREATE FUNCTION {table}_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'what is frozen stays as it is' USING ERRCODE = '23001'; END $$""",
        f"""CREATE TRIGGER {table}_stays BEFORE UPDATE {columns}OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_stays()""",
    )


def thaw(vendor: str, table: str) -> tuple[str, ...]:
    """Statements that take that guard down."""
    if vendor == "sqlite":
        return tuple(f"DROP TRIGGER {table}_no_{verb}" for verb in ("update", "delete"))
    return (f"DROP FUNCTION {table}_stays() CASCADE",)
