"""What every page knows: the project that this installation serves."""

from django.conf import settings
from django.http import HttpRequest


def project(request: HttpRequest) -> dict[str, str]:
    """The project's name and the prefix of its advisory numbers."""
    return {"project_name": settings.PROJECT_NAME, "advisory_prefix": settings.ADVISORY_PREFIX}
