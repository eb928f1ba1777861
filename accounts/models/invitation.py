"""An invitation: somebody has a seat, and a link by which to choose the password that opens it."""

from typing import Self

from django.conf import settings
from django.core import signing
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

_SIGNER = signing.Signer(salt="accounts.invitation")


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Questions about invitations; the database's clock decides what has expired."""

    def open(self) -> Self:
        """Neither accepted nor withdrawn; perhaps expired."""
        return self.filter(accepted_at__isnull=True, revoked_at__isnull=True)

    def usable(self) -> Self:
        """Those whose link works now."""
        return self.open().filter(expires_at__gt=Now(), user__is_active=True)

    def by_token(self, token: str) -> Self:
        """The one whose link this is; none where the link was changed, is no longer the last one sent, or expired."""
        try:
            pk, _, serial = _SIGNER.unsign(token).partition(".")
        except signing.BadSignature:
            return self.none()
        return self.usable().filter(pk=int(pk), serial=int(serial))


class Invitation(models.Model):
    """One person, invited once. The link is made from this row and the site's key, and is kept nowhere."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="invitations")
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    invited_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    serial = models.PositiveIntegerField(default=1, help_text="Grows with each mail: only the last link works.")
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-invited_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True) | Q(revoked_at__isnull=True),
                name="accounts_invitation_is_accepted_or_revoked_and_not_both",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("invited_at")), name="accounts_invitation_expires_after_it_was_made"
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(accepted_at__isnull=True, revoked_at__isnull=True),
                name="accounts_invitation_one_open_per_person",
            ),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"

    @property
    def token(self) -> str:
        """What stands in the link. Whoever has it can choose the password, once."""
        return _SIGNER.sign(f"{self.pk}.{self.serial}")
