"""What Celery calls. Each task takes an id, asks the action that does the work, and knows nothing else."""

from celery import shared_task


@shared_task
def send_letter(pk: int) -> None:
    """Send one letter, unless somebody is at it."""
    from accounts import letters

    letters.send(pk)


@shared_task
def sweep_letters() -> None:
    """Ring again for letters whose bell was lost."""
    from accounts import letters

    letters.ring_for_waiting()


@shared_task
def forget_old_sessions() -> None:
    """Delete sessions that have expired, with the addresses and devices they were opened from."""
    from accounts import sessions

    sessions.SessionStore.clear_expired()
