"""What was in encrypted letters: beside the message, which stays as it came, and for the team alone.

Not in the thread that the finder's private link opens: that link travels by mail in clear, and whoever encrypts means
that nobody on the way reads along.
"""

from typing import Self

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q

from accounts.models import User
from advisories.models.kept_file import KeptFile
from advisories.models.message import Message
from advisories.openpgp.decrypting import Seal


class OpenedLetterQuerySet(models.QuerySet["OpenedLetter"]):
    """Questions about opened letters."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(message__in=Message.objects.visible_to(viewer))


class OpenedLetter(models.Model):
    """The cleartext of one message; never changed."""

    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="opened")
    subject = models.CharField(max_length=200, blank=True, help_text="The one inside, where it has one.")
    text = models.TextField(blank=True)
    seal = models.CharField(max_length=100, choices=[(seal.value, seal.value) for seal in Seal])
    signed_by = models.CharField(max_length=64, blank=True, help_text="Fingerprint or key id, upper-case hex digits.")
    key_came_along = models.BooleanField(default=False, help_text="The key lay in the letter itself.")
    files_left = models.BooleanField(default=False, help_text="Some files are only in the original.")
    opened_at = models.DateTimeField(auto_now_add=True)

    objects = OpenedLetterQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(seal__in=[seal.value for seal in Seal]), name="advisories_openedletter_seal_is_known"
            ),
            models.CheckConstraint(
                condition=Q(key_came_along=False) | Q(seal=Seal.GOOD.value),
                name="advisories_openedletter_a_key_that_came_along_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"what was in {self.message}"

    @property
    def told(self) -> str:
        """What is known of the signature, as a sentence."""
        if self.seal == Seal.GOOD:
            whose = "a key that came along with it" if self.key_came_along else "a key that we know"
            return f"Signed by {whose}, {self.fingerprint}."
        if self.seal == Seal.NONE:
            return "It is not signed."
        if self.seal == Seal.BAD:
            return "It carries a signature that does not hold: take its sender for unknown."
        return f"It is {self.seal}: {self.fingerprint}."

    @property
    def tone(self) -> str:
        """The colour of its badge."""
        return {Seal.GOOD.value: "good", Seal.BAD.value: "bad"}.get(self.seal, "outline")

    @property
    def fingerprint(self) -> str:
        """In groups of four."""
        return " ".join(self.signed_by[at : at + 4] for at in range(0, len(self.signed_by), 4))


class OpenedFileQuerySet(models.QuerySet["OpenedFile"]):
    """Questions about files of opened letters."""

    def visible_to(self, viewer: User | AnonymousUser) -> Self:
        """Keep those of reports that `viewer` may read."""
        return self.filter(letter__in=OpenedLetter.objects.visible_to(viewer))


class OpenedFile(KeptFile):
    """A file that was in an encrypted letter."""

    letter = models.ForeignKey(OpenedLetter, on_delete=models.PROTECT, related_name="files")

    objects = OpenedFileQuerySet.as_manager()

    class Meta:
        ordering = ["letter", "position"]
        constraints = [
            models.UniqueConstraint(fields=["letter", "position"], name="advisories_openedfile_position_unique")
        ]
