"""One upstream repository, mirrored on every worker."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse

from releases.engine.addresses import shown_address
from releases.engine.expressions import Expression, NotAnExpression, compiled


def _compiled(value: str) -> Expression:
    try:
        return compiled(value)
    except NotAnExpression as error:
        raise ValidationError(
            f"not a regular expression as RE2 takes them, without backreferences and looking around: {error}"
        ) from error


def check_release_tag_pattern(value: str) -> None:
    """A regular expression for whole tags with two groups: the series (4.17) and the point number (6)."""
    if _compiled(value).groups != 2:
        raise ValidationError("needs two groups: the series and the point number, as in RELEASE-(\\d+\\.\\d+)\\.(\\d+)")


def check_regular_expression(value: str) -> None:
    """Refuse what cannot be searched for, and say why."""
    _compiled(value)


def check_series_placeholder(value: str) -> None:
    """A ref name in which {series} stands for the branch's number."""
    if "{series}" not in value:
        raise ValidationError("needs {series} where the branch's number stands, as in stable-{series}")


class Tree(models.Model):
    """An upstream git repository and how its branches are found."""

    slug = models.SlugField(max_length=60, unique=True)
    url = models.CharField(max_length=500, help_text="Anything git can fetch from: an https address, or a local path.")
    release_tag_pattern = models.CharField(
        max_length=200, default=r"RELEASE-(\d+\.\d+)\.(\d+)", validators=[check_release_tag_pattern]
    )
    stable_ref_pattern = models.CharField(
        max_length=100, default="stable-{series}", validators=[check_series_placeholder]
    )
    staging_ref_pattern = models.CharField(
        max_length=100, blank=True, default="staging-{series}", validators=[check_series_placeholder]
    )
    main_ref = models.CharField(
        max_length=100, default="master", help_text="Where branches fork off; commits since then are searched."
    )
    support_file = models.CharField(
        max_length=200, blank=True, default="SUPPORT.md", help_text="A file of each branch that names its dates."
    )
    supported_until_pattern = models.CharField(
        max_length=200,
        blank=True,
        default=r"^\s*Supported-Until:\s*(\d{4}-\d{2}-\d{2})",
        validators=[check_regular_expression],
    )
    security_until_pattern = models.CharField(
        max_length=200,
        blank=True,
        default=r"^\s*Security-Support-Until:\s*(\d{4}-\d{2}-\d{2})",
        validators=[check_regular_expression],
    )
    never_needed_pattern = models.CharField(
        "commits that are never prerequisites",
        max_length=300,
        blank=True,
        default=r"(?i)^(update \S+ version|turn off debug|.*\bversion bump\b|changelog\b|CHANGELOG)",
        validators=[check_regular_expression],
        help_text="A regular expression on the subject: version bumps, changelog entries.",
    )
    allow_symlinks = models.BooleanField("patches may bring symbolic links", default=False)
    allow_submodules = models.BooleanField("patches may bring submodules", default=False)
    allow_git_files = models.BooleanField("patches may touch .gitattributes and .gitmodules", default=False)
    allow_odd_names = models.BooleanField("patches may bring control characters or a leading dash", default=False)
    fetch_every_s = models.PositiveIntegerField(
        "fetch every (seconds)", default=300, help_text="The interval between two looks at the upstream."
    )

    fetch_due_at = models.DateTimeField(null=True, blank=True)
    fetch_lease_until = models.DateTimeField(null=True, blank=True, help_text="Held by the worker that is fetching.")
    fetched_at = models.DateTimeField(null=True, blank=True)
    fetch_failed_at = models.DateTimeField(null=True, blank=True)
    fetch_error = models.CharField(
        max_length=500, blank=True, help_text="Why the last fetch failed; empty if it didn't."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = models.Manager()

    class Meta:
        ordering = ["slug"]
        constraints = [
            models.CheckConstraint(condition=Q(fetch_every_s__gte=5), name="releases_tree_fetches_not_too_often"),
        ]

    def __str__(self) -> str:
        return self.slug

    def get_absolute_url(self) -> str:
        return reverse("releases:tree", args=[self.slug])

    @property
    def shown_url(self) -> str:
        """The address without user name and password: the only form that leaves the worker."""
        return shown_address(self.url)

    @property
    def stands(self) -> str:
        """Where the mirror stands, in one word: new, fetching, fetched or failing."""
        if self.fetch_error:
            return "failing"
        if self.fetched_at:
            return "fetched"
        return "fetching" if self.fetch_lease_until else "new"
