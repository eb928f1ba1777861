"""The releases app."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Trees, branches, series and their checks."""

    name = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        """Tell documents of advisories which releases there are."""
        from advisories.public import facts
        from releases.facts import trees_at

        facts.plug(trees_at)
