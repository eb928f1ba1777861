"""The advisories app."""

from django.apps import AppConfig


class AdvisoriesConfig(AppConfig):
    """Advisories and the seats on them."""

    name = "advisories"
    verbose_name = "Advisories"
