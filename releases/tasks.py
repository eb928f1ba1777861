"""What Celery calls. Each task takes an id, asks the action that does the work, and knows nothing else."""

from celery import shared_task


@shared_task
def fetch_due_trees() -> None:
    """Ring for every tree whose interval has passed."""
    from releases.mirroring import fetching

    fetching.ring_for_due_trees()


@shared_task
def fetch_tree(pk: int) -> None:
    """Fetch one tree, unless somebody is at it."""
    from releases.mirroring import fetching

    fetching.fetch(pk)


@shared_task
def check_branch(run_pk: int) -> None:
    """Work on one run, unless somebody is at it."""
    from releases.checking import running

    running.work_on(run_pk)


@shared_task
def list_fixes(backlog_pk: int) -> None:
    """Make the list of what one earlier release lacks, unless somebody is at it."""
    from releases.checking import earlier

    earlier.work_on(backlog_pk)


@shared_task
def watch_armed() -> None:
    """Hold back what is armed and may not go out any more, and arm what only waited for a worker."""
    from releases import watching

    watching.watch()


@shared_task
def sweep() -> None:
    """Ring again for lost bells, and request runs where something moved unnoticed."""
    from releases.checking import sweeping

    sweeping.sweep()
