"""The configuration as an app, so that its system checks are registered."""

from django.apps import AppConfig
from django.core.checks import Tags, register


class PlugsConfig(AppConfig):
    """Registers the checks of the installation."""

    name = "config"
    verbose_name = "Installation"

    def ready(self) -> None:
        from config.checks import check_git, check_secret_key, check_static_files
        from config.key_checks import check_team_keys

        register(check_git)
        register(check_secret_key, Tags.security, deploy=True)
        register(check_static_files, Tags.staticfiles, deploy=True)
        # Only where it is asked for: unlocking takes time, and a lapsed key must not keep mail from being taken in.
        register(check_team_keys, Tags.security, deploy=True)
