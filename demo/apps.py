"""The demonstration as an app, for its management command."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Loads the demonstration and shows it."""

    name = "demo"
