"""The releases app."""

from django.apps import AppConfig


class ReleasesConfig(AppConfig):
    """Trees, branches, series and their checks."""

    name = "releases"
    verbose_name = "Releases"

    def ready(self) -> None:
        """Tell documents of advisories which releases there are, and what of them belongs to the exported site."""
        from advisories.exporting import others
        from advisories.public import facts
        from releases import exported, exporting
        from releases.facts import known

        facts.plug(known)
        others.plug(others.Others(exported.EXPORTED, exported.LIVE_ONLY, exporting.parts, exporting.standing))
