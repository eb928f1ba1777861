"""The releases app."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Trees, branches, series and their checks."""

    name = "releases"
    verbose_name = "Releases"
