"""Tokens: what a person's programs show instead of the person, with less than the person may do."""

import hashlib
import re
import secrets
from datetime import timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.models import TeamSeat, User
from accounts.models.drawn import DrawnKey
from advisories.models.membership import Membership
from advisories.models.organisation import Contact
from advisories.models.revision import SHA256

LONGEST = timedelta(days=366)
"""Nobody remembers after a year which program holds what."""

_SEEN_EVERY = timedelta(minutes=1)
"""Last use is for people to look at; one write a minute is enough."""

_DRAWN_BYTES = 32


class Scope(models.TextChoices):
    """What a token is for. One for feeds stands in an address, which is copied and logged, so it opens nothing else."""

    READ = "read", "Read and fetch"
    ANSWER = "answer", "Read, fetch and answer"
    FEED = "feed", "Feed and calendar"


READS = (Scope.READ, Scope.ANSWER)

_PREFIXES = {Scope.READ: "pst_", Scope.ANSWER: "pst_", Scope.FEED: "pstf_"}
"""So that whoever finds one, and programs that look for lost secrets, know what it is."""

SHAPE = re.compile(r"pstf?_[0-9A-Za-z_-]{43}")


class TokenQuerySet(models.QuerySet["Token"]):
    """Questions about tokens."""

    def of(self, viewer: User | AnonymousUser) -> Self:
        """Keep one's own: nobody sees another's, whatever they are."""
        return self.filter(user=viewer) if viewer.is_authenticated else self.none()

    def alive(self) -> Self:
        """Those that open something now: by the database's clock, and by what the person still is.

        One that was made as a contact ends with that contact's place and with that membership, for good: whoever comes
        back makes another. One that was made on the team sleeps while its person has no seat there.
        """
        contact = Contact.objects.current().filter(pk=OuterRef("contact"), user=OuterRef("user"))
        membership = Membership.objects.active().filter(
            pk=OuterRef("membership"), organisation=OuterRef("contact__organisation")
        )
        seat = TeamSeat.objects.current().filter(user=OuterRef("user"))
        standing = (Q(Exists(contact)) & Q(Exists(membership))) | (Q(contact__isnull=True) & Q(Exists(seat)))
        return self.filter(standing, revoked_at__isnull=True, ends_at__gt=Now(), user__is_active=True)

    def shown(self, secret: str, *scopes: Scope) -> "Token | None":
        """The living one with this secret and one of `scopes`, or none; notes that it was used."""
        if not SHAPE.fullmatch(secret):
            return None
        found = self.alive().filter(digest=digest_of(secret), scope__in=scopes).select_related("user").first()
        if found is not None:
            unseen = Q(last_used_at__isnull=True) | Q(last_used_at__lt=Now() - _SEEN_EVERY)
            self.model.objects.filter(unseen, pk=found.pk).update(last_used_at=Now())
        return found


class Token(models.Model):
    """One token of one person. The secret itself is shown once and kept nowhere."""

    id = DrawnKey()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="tokens")
    contact = models.ForeignKey(
        Contact, null=True, blank=True, on_delete=models.PROTECT, related_name="tokens",
        help_text="As whose contact it was made; none for somebody on the team.",
    )  # fmt: skip
    membership = models.ForeignKey(Membership, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, help_text="What holds it, in its owner's words.")
    scope = models.CharField(max_length=10, choices=Scope)
    digest = models.CharField(max_length=64, unique=True)
    hint = models.CharField(max_length=4, help_text="Its last four characters, to tell it from others.")
    made_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="advisories_token_scope_is_known"),
            models.CheckConstraint(condition=Q(digest__regex=SHA256), name="advisories_token_digest_is_hex"),
            models.CheckConstraint(condition=~Q(name=""), name="advisories_token_has_a_name"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("made_at"), ends_at__lte=F("made_at") + LONGEST),
                name="advisories_token_ends_within_a_year",
            ),
            models.CheckConstraint(
                condition=Q(contact__isnull=True, membership__isnull=True)
                | Q(contact__isnull=False, membership__isnull=False),
                name="advisories_token_contact_goes_with_membership",
            ),
            models.CheckConstraint(
                condition=~Q(scope=Scope.ANSWER) | Q(contact__isnull=False), name="advisories_token_contacts_answer"
            ),
        ]

    def __str__(self) -> str:
        return f"token {self.pk}"


def draw(scope: Scope) -> str:
    """A new secret: 256 random bits, so that its plain digest needs no salt and no slow hash."""
    return _PREFIXES[scope] + secrets.token_urlsafe(_DRAWN_BYTES)


def digest_of(secret: str) -> str:
    """What is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
