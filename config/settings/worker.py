"""The worker: how its bells are carried, what it bears, and what it does by the clock."""

from datetime import timedelta
from typing import Any

from config.settings.installation import VAR_DIR, env

# The row is the promise and the message only the bell, so a broker that loses one loses nothing.
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
