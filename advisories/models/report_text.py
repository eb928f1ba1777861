"""What a report says, kept for full-text search: SQLite's FTS5 or PostgreSQL's tsvector, one face for both.

Words are cut out of what people typed before either database sees them, so that nothing is read as its query language.
"""

import re

from django.db import connection, models

_MOST_WORDS = 40
_MOST_FOUND = 50
_LEAST_SHARED = 3
"""A word or two in common say nothing: every report of this project names a guest and a host."""

_EVERYDAY = frozenset(
    re.findall(
        r"\w+",
        """about after also and any are because been before but can cannot could does for from get gets has have how
        into its just may more most not now off one only other our out over same should some such than that the
        their them then there these they this too two use used using very was were what when where which while
        who why will with would you your bug issue problem report security vulnerability""",
    )
)

_SQLITE_ALL = """SELECT rowid FROM advisories_report_words WHERE advisories_report_words MATCH %s
ORDER BY bm25(advisories_report_words) LIMIT %s"""
_POSTGRESQL_ALL = """SELECT report_id FROM advisories_reporttext, to_tsquery('english', %s) asked
WHERE to_tsvector('english', text) @@ asked ORDER BY ts_rank(to_tsvector('english', text), asked) DESC LIMIT %s"""

SET_UP = {
    "sqlite": (
        """CREATE VIRTUAL TABLE advisories_report_words USING fts5(
        text, content='advisories_reporttext', content_rowid='report_id', tokenize='porter unicode61')""",
        """CREATE TRIGGER advisories_reporttext_added AFTER INSERT ON advisories_reporttext BEGIN
        INSERT INTO advisories_report_words(rowid, text) VALUES (NEW.report_id, NEW.text); END""",
        """CREATE TRIGGER advisories_reporttext_gone AFTER DELETE ON advisories_reporttext BEGIN
        INSERT INTO advisories_report_words(advisories_report_words, rowid, text)
        VALUES ('delete', OLD.report_id, OLD.text); END""",
        """CREATE TRIGGER advisories_reporttext_changed AFTER UPDATE ON advisories_reporttext BEGIN
        INSERT INTO advisories_report_words(advisories_report_words, rowid, text)
        VALUES ('delete', OLD.report_id, OLD.text);
        INSERT INTO advisories_report_words(rowid, text) VALUES (NEW.report_id, NEW.text); END""",
    ),
    "postgresql": (
        "CREATE INDEX advisories_reporttext_words ON advisories_reporttext USING gin (to_tsvector('english', text))",
    ),
}
TAKE_DOWN = {
    "sqlite": (
        "DROP TRIGGER advisories_reporttext_added",
        "DROP TRIGGER advisories_reporttext_gone",
        "DROP TRIGGER advisories_reporttext_changed",
        "DROP TABLE advisories_report_words",
    ),
    "postgresql": ("DROP INDEX advisories_reporttext_words",),
}


class ReportText(models.Model):
    """Title and the finder's own words of one report; what the team writes among itself stays out of the search."""

    report = models.OneToOneField("advisories.Report", primary_key=True, on_delete=models.CASCADE, related_name="text")
    text = models.TextField()

    def __str__(self) -> str:
        return f"text of {self.report}"


def holding_all(asked: str) -> list[int]:
    """Ids of reports with every word of `asked`, or with one that begins so; the best first."""
    words = _words(asked, least=2)
    if not words:
        return []
    if connection.vendor == "sqlite":
        return _ranked(_SQLITE_ALL, " ".join(f'"{word}"*' for word in words))
    return _ranked(_POSTGRESQL_ALL, " & ".join(f"'{word}':*" for word in words))


def holding_some(text: str) -> list[int]:
    """Ids of reports that share telling words with `text`, the likeliest first."""
    words = [word for word in _words(text, least=4) if word not in _EVERYDAY][:_MOST_WORDS]
    if not words:
        return []
    if connection.vendor == "sqlite":
        found = _ranked(_SQLITE_ALL, " OR ".join(f'"{word}"' for word in words))
    else:
        found = _ranked(_POSTGRESQL_ALL, " | ".join(f"'{word}'" for word in words))
    texts = ReportText.objects.in_bulk(found)
    return [pk for pk in found if len(_stems(words) & _stems(_words(texts[pk].text, least=4))) >= _LEAST_SHARED]


def _words(text: str, *, least: int) -> list[str]:
    """The words of at least so many letters, each once, in lower case and in order."""
    return list(dict.fromkeys(re.findall(rf"[^\W_]{{{least},40}}", text[:100_000].lower())))


def _stems(words: list[str]) -> set[str]:
    """Beginnings, so that `unmap` and `unmapping` count as one."""
    return {word[:5] for word in words}


def _ranked(statement: str, asked: str) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [asked, _MOST_FOUND])
        return [row[0] for row in cursor.fetchall()]
