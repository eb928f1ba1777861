"""What is logged: ids and verdict kinds, never a title, a patch, a path of one, or a private link."""

from typing import Any

from config.settings.installation import env

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"without private links": {"()": "config.logs.WithoutPrivateLinks"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["without private links"]}
    },
    "root": {"handlers": ["console"], "level": env.str("LOG_LEVEL", "INFO")},
    "loggers": {
        "django.server": {"handlers": ["console"], "level": "WARNING", "propagate": False},
        # Says at each start of the filesystem broker that it has no host name.
        "kombu.connection": {"level": "ERROR"},
    },
}
