"""The worker: how its bells are carried, what it bears, and what it does by the clock."""

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


def _each(seconds: float, task: str, lapses_after_s: float | None = None) -> dict[str, Any]:
    """A bell by the clock. One that nobody heard lapses: by default after two of its turns."""
    return {"task": task, "schedule": seconds, "options": {"expires": lapses_after_s or seconds * 2}}


_HOUR = 3600.0
CELERY_BEAT_SCHEDULE = {
    "fetch what is due": _each(TICK_S, "releases.tasks.fetch_due_trees"),
    "send letters whose bell was lost": _each(TICK_S * 4, "accounts.tasks.sweep_letters"),
    "forget sessions that have expired": _each(_HOUR, "accounts.tasks.forget_old_sessions", _HOUR),
    "send letters that wait": _each(TICK_S, "advisories.tasks.sweep_mail"),
    "tell members": _each(TICK_S, "advisories.tasks.sweep_deliveries"),
    "sign, release and announce": _each(TICK_S, "advisories.tasks.sweep_releases"),
    "hold back what may not go out any more": _each(TICK_S * 2, "releases.tasks.watch_armed"),
    "remind members": _each(_HOUR, "advisories.tasks.sweep_members", _HOUR),
    "let proposals run out": _each(TICK_S * 6, "advisories.tasks.sweep_embargoes"),
    # A run takes longer than a turn, and the next is not called off by it.
    "export the public site": _each(TICK_S, "advisories.tasks.export_site", TICK_S * 4),
    "ring again for lost bells": _each(TICK_S, "releases.tasks.sweep"),
}
