"""What every page knows: the project that this installation serves, and whether its reader has a desk among members."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from advisories.predisclosure import access


def project(request: HttpRequest) -> dict[str, Any]:
    """The project's name, the prefix of its advisory numbers, and what makes its pages its own."""
    return {
        "project_name": settings.PROJECT_NAME,
        "advisory_prefix": settings.ADVISORY_PREFIX,
        "brand": settings.BRAND,
    }


def membership(request: HttpRequest) -> dict[str, Any]:
    """Whether `request.user` speaks for a member; asked where a page wants to know."""
    viewer = getattr(request, "user", None)
    return {"is_member": SimpleLazyObject(lambda: viewer is not None and access.is_member(viewer))}
