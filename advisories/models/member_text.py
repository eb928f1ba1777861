"""A revision as members fetch it: its text, the sums over text and patches, and the team's signature over the sums."""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from advisories.models.revision import Revision
from advisories.models.signed_text import CLAIM_LASTS


class MemberTextQuerySet(models.QuerySet["MemberText"]):
    """Questions about them, and which of them wait for a worker."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of revisions that `viewer` holds or works on."""
        mine = Q(revision__in=Revision.objects.held_by(viewer)) | Q(revision__in=Revision.objects.visible_to(viewer))
        return self.filter(mine)

    def waiting(self) -> Self:
        """Those that are not made yet and that nobody has in hand."""
        free = Q(claimed_at__isnull=True) | Q(claimed_at__lt=Now() - CLAIM_LASTS)
        return self.filter(free, made_at__isnull=True)


class MemberText(models.Model):
    """What lies beside a revision's patches when a member fetches it. Written once, by a worker that may sign."""

    revision = models.OneToOneField(Revision, on_delete=models.PROTECT, related_name="member_text")
    text = models.BinaryField(default=b"", help_text="Everything the revision says to members.")
    sums = models.BinaryField(default=b"", help_text="SHA256SUMS: a digest and a name a line.")
    signature = models.BinaryField(default=b"", help_text="Armoured and detached, over the sums; empty where unsigned.")
    fingerprint = models.CharField(max_length=64, blank=True, help_text="Of the key; empty where nothing is signed.")
    made_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=300, blank=True, help_text="Why it could not be made, for the team.")

    objects = MemberTextQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(made_at__isnull=True, text=b"", sums=b"")
                | (Q(made_at__isnull=False) & ~Q(text=b"") & ~Q(sums=b"")),
                name="advisories_membertext_made_has_its_sums",
            ),
            models.CheckConstraint(
                condition=Q(fingerprint="", signature=b"") | (~Q(fingerprint="") & ~Q(signature=b"")),
                name="advisories_membertext_signed_names_its_key",
            ),
        ]

    def __str__(self) -> str:
        return f"what members fetch of {self.revision}"
