"""What lists and searches of the public pages read of a publication, laid down together with it.

Words are cut out of what people typed before either database sees them, so that nothing is read as its query language.
Nothing is ranked by relevance: how rare a word is would be counted over texts that are not public yet.
"""

import re
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import connection, models
from django.db.models import F, Q, Value

from advisories.listing import listed
from advisories.models.tag import PublicTag

if TYPE_CHECKING:
    from advisories.models.publication import Publication

_MOST_WORDS = 20


class _InWords(models.Func):
    """Whether the entry with a key is among those whose words match, by SQLite's index."""

    template = "(%(expressions)s))"
    arg_joiner = " IN (SELECT rowid FROM advisories_public_words WHERE advisories_public_words MATCH "
    output_field = models.BooleanField()


class _Matches(models.Func):
    """Whether words match, by PostgreSQL's index."""

    template = "(to_tsvector('english', %(expressions)s))"
    arg_joiner = ") @@ to_tsquery('english', "
    output_field = models.BooleanField()


class _AsksForNothing(models.Func):
    """Whether PostgreSQL finds no word in a question that it would look for, as in “the” or “is it”."""

    template = "(numnode(to_tsquery('english', %(expressions)s)) = 0)"
    output_field = models.BooleanField()


SET_UP = {
    "sqlite": (
        """CREATE VIRTUAL TABLE advisories_public_words USING fts5(
        words, content='advisories_publicentry', content_rowid='publication_id', tokenize='porter unicode61')""",
        """CREATE TRIGGER advisories_publicentry_added AFTER INSERT ON advisories_publicentry BEGIN
        INSERT INTO advisories_public_words(rowid, words) VALUES (NEW.publication_id, NEW.words); END""",
        """CREATE TRIGGER advisories_publicentry_gone AFTER DELETE ON advisories_publicentry BEGIN
        INSERT INTO advisories_public_words(advisories_public_words, rowid, words)
        VALUES ('delete', OLD.publication_id, OLD.words); END""",
    ),
    "postgresql": (
        """CREATE INDEX advisories_publicentry_words ON advisories_publicentry
        USING gin (to_tsvector('english', words))""",
    ),
}
TAKE_DOWN = {
    "sqlite": (
        "DROP TRIGGER advisories_publicentry_added",
        "DROP TRIGGER advisories_publicentry_gone",
        "DROP TABLE advisories_public_words",
    ),
    "postgresql": ("DROP INDEX advisories_publicentry_words",),
}


class PublicEntryQuerySet(models.QuerySet["PublicEntry"]):
    """Questions about entries. Which of them are public is the publication's to say."""

    def lay_down(self, publication: "Publication") -> "PublicEntry":
        """Sum a publication up."""
        found = listed(publication.content)
        # PostgreSQL reads the 2024 of CVE-2024-1 as a negative number: words alone are kept, as they are asked for.
        words = " ".join(re.findall(r"[^\W_]+", found.words))
        PublicTag.objects.bulk_create(PublicTag(publication=publication, word=tag) for tag in found.tags)
        return self.create(
            publication=publication, rating=found.rating, score=found.score, identifiers=found.identifiers,
            places=found.places, words=words,
        )  # fmt: skip

    def holding_all(self, asked: str) -> Self:
        """Keep those with every word of `asked`, or with one that begins so; all of them where it has no word.

        A number as people write it (SSA-12, ssa12.patch) stands for that advisory and for those that name it.
        """
        asked, prefix = asked[:400].lower(), settings.ADVISORY_PREFIX.lower()
        numbered = re.compile(rf"(?<![^\W_]){re.escape(prefix)}[\W_]{{0,3}}([0-9]{{1,9}})(?![^\W_])")
        kept = self
        for number in list(dict.fromkeys(map(int, numbered.findall(asked))))[:_MOST_WORDS]:
            kept = kept.filter(Q(publication__number=number) | Q(_named(prefix, number)))
        words = list(dict.fromkeys(re.findall(r"[^\W_]{1,40}", numbered.sub(" ", asked))))[:_MOST_WORDS]
        if not words:
            return kept
        if connection.vendor == "sqlite":
            return kept.filter(_InWords(F("pk"), Value(" ".join(f'"{word}"*' for word in words))))
        question = Value(" & ".join(f"'{word}':*" for word in words))
        return kept.filter(Q(_Matches(F("words"), question)) | Q(_AsksForNothing(question)))


def _named(prefix: str, number: int) -> models.Func:
    """Whether the words of an entry name an advisory: its prefix, and its number right behind it."""
    words = [*re.findall(r"[^\W_]+", prefix), str(number)]
    if connection.vendor == "sqlite":
        return _InWords(F("pk"), Value('"' + " ".join(words) + '"'))
    return _Matches(F("words"), Value(" <-> ".join(f"'{word}'" for word in words)))


class PublicEntry(models.Model):
    """The part of a publication that lists filter, sort and search by."""

    publication = models.OneToOneField(
        "advisories.Publication", primary_key=True, on_delete=models.PROTECT, related_name="entry"
    )
    rating = models.CharField(max_length=10, blank=True)
    score = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)
    identifiers = models.TextField(blank=True)
    places = models.TextField()
    words = models.TextField()

    objects = PublicEntryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "public entries"
        constraints = [
            models.CheckConstraint(
                condition=Q(rating="", score__isnull=True) | (~Q(rating="") & Q(score__isnull=False)),
                name="advisories_publicentry_rated_or_not",
            )
        ]

    def __str__(self) -> str:
        return f"entry of {self.publication}"
