"""Where things are kept: rows, counters, mirrors, files that the site serves."""

from pathlib import Path
from typing import Any

import dj_database_url

from config.settings.installation import BASE_DIR, VAR_DIR, env
from config.settings.site import DEBUG

# SQLite answers one writer at a time: WAL and an immediate transaction keep writers
# waiting in line instead of failing with "database is locked".
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(
        env.str("DATABASE_URL", f"sqlite:///{VAR_DIR / 'penstock.sqlite3'}"), conn_max_age=60, conn_health_checks=True
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counters of rate limits: shared by every process, or they limit nothing.
CACHE_URL: str = env.str("CACHE_URL", "")
CACHES: dict[str, Any] = {
    "default": {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": CACHE_URL,
        "KEY_PREFIX": "penstock",
    }
    if CACHE_URL
    else {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "accounts_cache",
        # Past this, entries go whether they have expired or not: guessing at many names must not wash counters out.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

MIRRORS_DIR: Path = env.path("MIRRORS", VAR_DIR / "mirrors").resolve()
GIT_PROTOCOLS: tuple[str, ...] = tuple(env.list("GIT_PROTOCOLS", ["https", "http", "ssh", "git", "file"]))
FETCH_LIMIT_S: float = env.float("FETCH_LIMIT_S", 840.0)

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT: Path = env.path("STATIC_ROOT", VAR_DIR / "static").resolve()
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
