"""The person who signs in, known by a mail address."""

from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property


class UserManager(BaseUserManager["User"]):
    """Creates people; `manage.py createsuperuser` makes the first operator."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A person with this address, kept in lower case; without a password nobody can sign in until one is set."""
        if not email:
            raise ValueError("a person is known by a mail address, and it is empty")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """An operator: keeps the installation running, and has no right to embargoed content by that."""
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        """Find by address, whatever its case."""
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """A person. What they may see hangs on the seats they hold, never on being a superuser."""

    email = models.EmailField("mail address", max_length=254, unique=True)
    name = models.CharField("name", max_length=120, blank=True, help_text="As others on an advisory see it.")
    is_active = models.BooleanField("may sign in", default=True)
    joined_at = models.DateTimeField(auto_now_add=True)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="accounts_user_email_unique_whatever_its_case",
                violation_error_message="Somebody with this address is here already.",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    @property
    def known_as(self) -> str:
        """What people outside the team read of somebody: their name, and never the address."""
        return self.name or "Somebody new"

    @cached_property
    def current_roles(self) -> frozenset[str]:
        """Roles of the seats held now. Kept for as long as this object lives, which is one request."""
        return frozenset(self.team_seats.current().values_list("role", flat=True)) if self.is_active else frozenset()

    @property
    def initials(self) -> str:
        """Two letters for the small round picture."""
        words = (self.name or self.email.split("@")[0]).replace(".", " ").split()
        return "".join(word[0] for word in words[:2]).upper()
