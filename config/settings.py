"""Every setting of an installation, read from the environment; `docs/settings.md` lists them.

With nothing set this is the embedded default: SQLite and a Celery broker that needs no server, all under `var/`.
"""

import shlex
from datetime import timedelta
from email.utils import parseaddr
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from environs import Env

from config.brand import HUE, Brand, read_brand
from config.secret_key import read_or_make

env = Env(prefix="PENSTOCK_")

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR: Path = env.path("VAR", BASE_DIR / "var").resolve()
VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)

# The project this portal serves.
PROJECT_NAME: str = env.str("PROJECT_NAME", "Sluice")
ADVISORY_PREFIX: str = env.str("ADVISORY_PREFIX", "SSA")
BRAND: Brand = read_brand(env.int("HUE", HUE), env.path("LOGO_FILE", None), env.path("TEXTS_FILE", None))

# Who may reach the site, and over what.
DEBUG: bool = env.bool("DEBUG", False)
SECRET_KEY: str = env.str("SECRET_KEY", "") or read_or_make(env.path("SECRET_KEY_FILE", VAR_DIR / "secret-key"))
SECRET_KEY_FALLBACKS: list[str] = env.list("OLD_SECRET_KEYS", [])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("TRUSTED_ORIGINS", [])
HTTPS: bool = env.bool("HTTPS", False)
SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
BEHIND_PROXY: bool = env.bool("BEHIND_PROXY", False)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_PROXY else None
# Not "no-referrer": a browser then sends "Origin: null" with our own forms, and the CSRF check refuses every one.
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
SESSION_ENGINE = "accounts.sessions"
SESSION_COOKIE_AGE = int(timedelta(hours=env.int("SESSION_HOURS", 12)).total_seconds())
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "manifest-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "config.apps.PlugsConfig",
    "accounts",
    "advisories",
    "releases",
    "demo",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "advisories.public.keeping.KeptAnswersMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.second_factor.SecondFactorMiddleware",
    "accounts.doors.LoginRequiredMiddleware",
    "accounts.doors.PrivateUnlessPublicMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "config.refusals.RefusalMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "config.context.project",
                "config.context.membership",
            ],
            "loaders": [
                ("django.template.loaders.cached.Loader", ["django.template.loaders.filesystem.Loader"]),
            ]
            if not DEBUG
            else ["django.template.loaders.filesystem.Loader"],
        },
    }
]

# Where things are kept. SQLite answers one writer at a time: WAL and an immediate transaction keep writers
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

# Who signs in, and how. Nobody signs up: people are invited. Nothing that may be under embargo without a second factor.
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "releases:board"
LOGOUT_REDIRECT_URL = "home"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]
PASSWORD_RESET_TIMEOUT = int(timedelta(hours=1).total_seconds())
INVITATION_DAYS: int = env.int("INVITATION_DAYS", 7)
ACCOUNT_ADAPTER = "accounts.adapters.AccountAdapter"
ACCOUNT_FORMS = {
    "login": "accounts.forms.SignInForm",
    "change_password": "accounts.forms.NewPasswordForm",
    "reauthenticate": "accounts.forms.StillYouForm",
}
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
MFA_ADAPTER = "accounts.adapters.FactorAdapter"
MFA_FORMS = {
    "authenticate": "accounts.forms.CodeForm",
    "reauthenticate": "accounts.forms.StillYouByCodeForm",
    "activate_totp": "accounts.forms.AddAppForm",
    "add_webauthn": "accounts.forms.AddKeyForm",
    "login_webauthn": "accounts.forms.PasskeyForm",
    "reauthenticate_webauthn": "accounts.forms.StillYouByKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # whoever invited them vouches for the address, and the link went there
MFA_TOTP_ISSUER = f"{PROJECT_NAME} security"
MFA_TOTP_TOLERANCE = 1
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS  # browsers themselves allow it on localhost alone
# The address that limits count by: the connection's, or the one that our own proxy saw.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if BEHIND_PROXY else 0

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

# Mail. Without a server it is laid down as files, one for each letter.
SITE_URL: str = env.str("SITE_URL", "http://localhost:8000").rstrip("/")
# The public site, where readers find it at another address: plain files of `manage.py export_site`.
PUBLIC_URL: str = env.str("PUBLIC_URL", "").rstrip("/")
EXPORT_DIR: Path | None = env.path("EXPORT_DIR", None)
EXPORT_LINKS: str = env.str("EXPORT_LINKS", "portal" if PUBLIC_URL else "keep")
EMAIL_HOST: str = env.str("MAIL_HOST", "")
EMAIL_PORT: int = env.int("MAIL_PORT", 25)
EMAIL_HOST_USER: str = env.str("MAIL_USER", "")
EMAIL_HOST_PASSWORD: str = env.str("MAIL_PASSWORD", "")
EMAIL_USE_TLS: bool = env.bool("MAIL_STARTTLS", False)
EMAIL_TIMEOUT = 30
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'filebased'}.EmailBackend"
EMAIL_FILE_PATH = str(VAR_DIR / "mail")
DEFAULT_FROM_EMAIL: str = env.str("MAIL_FROM", "security@localhost")

# Words and clocks. Everything is kept and shown in UTC; pages add the reader's own zone.
LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# The worker. The row is the promise and the message only the bell, so a broker that loses one loses nothing.
# Without a server the filesystem transport carries the bells; RabbitMQ or Redis by PENSTOCK_BROKER_URL.
CELERY_BROKER_URL: str = env.str("BROKER_URL", "filesystem://localhost")
if CELERY_BROKER_URL.startswith("filesystem:"):
    _queue = VAR_DIR / "broker"
    for _folder in (_queue / "messages", _queue / "control"):
        _folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    CELERY_BROKER_TRANSPORT = "config.message_files:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        "polling_interval": 0.1,
    }
elif CELERY_BROKER_URL.startswith(("redis:", "rediss:", "unix:")):
    CELERY_BROKER_TRANSPORT_OPTIONS = {"visibility_timeout": 3600, "unacked_restore_throttle": 1, "socket_timeout": 30}
else:
    CELERY_BROKER_TRANSPORT_OPTIONS = {"confirm_publish": True}
    CELERY_TASK_DEFAULT_QUEUE_TYPE = "quorum"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TASK_TIME_LIMIT: int = env.int("TASK_LIMIT_S", 900)
CELERY_TASK_SOFT_TIME_LIMIT = CELERY_TASK_TIME_LIMIT - 30
LEASE_S: float = env.float("LEASE_S", 60.0)
RING_AGAIN_S: float = env.float("RING_AGAIN_S", 20.0)
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "beat-schedule")
TICK_S: float = env.float("TICK_S", 5.0)
CELERY_BEAT_SCHEDULE = {
    "fetch what is due": {
        "task": "releases.tasks.fetch_due_trees",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 2},
    },
    "send letters whose bell was lost": {
        "task": "accounts.tasks.sweep_letters",
        "schedule": TICK_S * 4,
        "options": {"expires": TICK_S * 8},
    },
    "forget sessions that have expired": {
        "task": "accounts.tasks.forget_old_sessions",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "send letters that wait": {
        "task": "advisories.tasks.sweep_mail",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 2},
    },
    "tell members": {
        "task": "advisories.tasks.sweep_deliveries",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 2},
    },
    "sign, release and announce": {
        "task": "advisories.tasks.sweep_releases",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 2},
    },
    "hold back what may not go out any more": {
        "task": "releases.tasks.watch_armed",
        "schedule": TICK_S * 2,
        "options": {"expires": TICK_S * 4},
    },
    "remind members": {
        "task": "advisories.tasks.sweep_members",
        "schedule": timedelta(hours=1),
        "options": {"expires": 3600},
    },
    "let proposals run out": {
        "task": "advisories.tasks.sweep_embargoes",
        "schedule": TICK_S * 6,
        "options": {"expires": TICK_S * 12},
    },
    "export the public site": {
        "task": "advisories.tasks.export_site",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 4},
    },
    "ring again for lost bells": {
        "task": "releases.tasks.sweep",
        "schedule": TICK_S,
        "options": {"expires": TICK_S * 2},
    },
}

# Mail that comes in, and the address that finders answer to.
MAIL_ADDRESS: str = parseaddr(DEFAULT_FROM_EMAIL)[1]
MAIL_CAP_BYTES: int = env.int("MAIL_CAP_BYTES", 10 * 1024 * 1024)
MAIL_ALIASES: list[str] = env.list("MAIL_ALIASES", [])
MAIL_MOST_BYTES: int = env.int("MAIL_MOST_BYTES", 64 * 1024 * 1024)
# How long one attempt to send may take before its worker counts as dead, and the first pause after a failure.
LETTER_LEASE_S: float = env.float("LETTER_LEASE_S", 300.0)
LETTER_PAUSE_S: float = env.float("LETTER_PAUSE_S", 30.0)
LARGE_MAIL_DIR: Path = VAR_DIR / "large-mail"

# The team's OpenPGP keys: files that only the worker's account can read, or a program that reaches a card or an agent.
SIGNING_KEY_FILE: Path | None = env.path("SIGNING_KEY_FILE", None)
SIGNING_PASSPHRASE_FILE: Path | None = env.path("SIGNING_PASSPHRASE_FILE", None)
SIGNING_COMMAND: list[str] = shlex.split(env.str("SIGNING_COMMAND", ""))
TEAM_CERTIFICATE_FILE: Path | None = env.path("TEAM_CERTIFICATE_FILE", None)
DECRYPTION_KEY_FILE: Path | None = env.path("DECRYPTION_KEY_FILE", None)
DECRYPTION_PASSPHRASE_FILE: Path | None = env.path("DECRYPTION_PASSPHRASE_FILE", None)

# The tree that a text means where it names none.
MAIN_TREE: str = env.str("MAIN_TREE", "".join(PROJECT_NAME.lower().split()))
# How texts call other trees, as WORD=tree, and the main line; the first word for each is the one that is written.
TREE_WORDS: dict[str, str] = env.dict("TREE_WORDS", {})
MAIN_LINES: list[str] = env.list("MAIN_LINES", [])
# Where a publication is announced in the open, such as a project's announcement list.
ANNOUNCE_TO: list[str] = env.list("ANNOUNCE_TO", [])
# Whether something may go out although this machine has no key to sign it with.
PUBLISH_UNSIGNED: bool = env.bool("PUBLISH_UNSIGNED", False)

# Who publishes, as feeds and documents for machines name it.
PUBLISHER: dict[str, str] = {
    "name": env.str("PUBLISHER_NAME", f"{PROJECT_NAME} security team"),
    "namespace": env.str("PUBLISHER_NAMESPACE", SITE_URL),
    "contact": env.str("PUBLISHER_CONTACT", MAIL_ADDRESS),
    "authority": env.str("PUBLISHER_AUTHORITY", ""),
    "licence": env.str("PUBLISHER_LICENCE", "CC-BY-4.0"),
    "language": env.str("PUBLISHER_LANGUAGE", "en"),
    "osv_ids": env.str("PUBLISHER_OSV_IDS", "unregistered"),
    "cve_organisation": env.str("PUBLISHER_CVE_ORGANISATION", ""),
    "cve_short_name": env.str("PUBLISHER_CVE_SHORT_NAME", ""),
}

# The API: requests of one token, or of one address without a token, within a minute.
API_PER_MINUTE: int = env.int("API_PER_MINUTE", 300)

# Reports: what a form or an address may bring.
REPORT_FILES: int = env.int("REPORT_FILES", 10)
REPORT_FILE_BYTES: int = env.int("REPORT_FILE_BYTES", 10 * 1024 * 1024)
REPORTS_PER_HOUR: int = env.int("REPORTS_PER_HOUR", 10)

# The engine's limits; past one the verdict is `invalid` and names it. See releases/engine/limits.py.
ENGINE_LIMITS: dict[str, int] = {
    "patch_bytes": env.int("LIMIT_PATCH_BYTES", 4 * 1024 * 1024),
    "file_bytes": env.int("LIMIT_FILE_BYTES", 32 * 1024 * 1024),
    "files_per_patch": env.int("LIMIT_FILES_PER_PATCH", 1_000),
    "hunks_per_patch": env.int("LIMIT_HUNKS_PER_PATCH", 10_000),
    "patches_per_series": env.int("LIMIT_PATCHES_PER_SERIES", 200),
    "work": env.int("LIMIT_WORK", 50_000_000),
}
DATA_UPLOAD_MAX_MEMORY_SIZE = FILE_UPLOAD_MAX_MEMORY_SIZE = 32 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200

# What is logged: ids and verdict kinds, never a title, a patch, a path of one, or a private link.
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
