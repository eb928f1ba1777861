"""Words under which advisories are found together: those of a draft, and those that were published."""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User

if TYPE_CHECKING:
    from advisories.models.advisory import Advisory

TAG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
"""Words of small letters and digits, joined by hyphens: a tag is a part of an address."""


class TagQuerySet(models.QuerySet["Tag"]):
    """Questions about tags of drafts."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of advisories that `viewer` works on: everyone else gets what was published."""
        from advisories.models.advisory import Advisory

        return self.filter(advisory__in=Advisory.objects.worked_on_by(viewer))


class Tag(models.Model):
    """One tag of one advisory, as it will be published with its next revision."""

    advisory = models.ForeignKey("advisories.Advisory", on_delete=models.PROTECT, related_name="tags")
    word = models.CharField(max_length=40)

    objects = TagQuerySet.as_manager()

    class Meta:
        ordering = ["advisory", "word"]
        constraints = [
            models.UniqueConstraint(fields=["advisory", "word"], name="advisories_tag_once"),
            models.CheckConstraint(condition=Q(word__regex=TAG), name="advisories_tag_is_a_plain_word"),
        ]

    def __str__(self) -> str:
        return self.word

    @classmethod
    def values_of(cls, advisories: Iterable["Advisory"]) -> dict[int, list[str]]:
        """What revisions say, by the advisory's key."""
        found: dict[int, list[str]] = defaultdict(list)
        for row in cls.objects.filter(advisory__in=advisories).order_by("word"):
            found[row.advisory_id].append(row.word)
        return found


class PublicTag(models.Model):
    """One tag of one publication, laid down together with it. Whether it is public is the publication's to say."""

    publication = models.ForeignKey("advisories.Publication", on_delete=models.PROTECT, related_name="tags")
    word = models.CharField(max_length=40, db_index=True)

    objects = models.Manager()

    class Meta:
        ordering = ["word"]
        constraints = [
            models.UniqueConstraint(fields=["publication", "word"], name="advisories_publictag_once"),
            models.CheckConstraint(condition=Q(word__regex=TAG), name="advisories_publictag_is_a_plain_word"),
        ]

    def __str__(self) -> str:
        return self.word
