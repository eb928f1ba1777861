"""What Celery calls. Each task takes an id, asks the action that does the work, and knows nothing else."""

from celery import shared_task
from django.conf import settings


@shared_task
def send_letter(pk: int) -> None:
    """Send one letter, unless somebody is at it."""
    from advisories.reporting import posting

    posting.send(pk)


@shared_task
def send_notice(pk: int) -> None:
    """Send one notice, unless somebody is at it."""
    from advisories import notifying

    notifying.send(pk)


@shared_task
def deliver(tiding: int) -> None:
    """Send the letters of one tiding that are due, but for those that somebody is at."""
    from advisories.predisclosure import delivering

    delivering.deliver(tiding)


@shared_task
def sweep_deliveries() -> None:
    """Ring for tidings of which letters are due."""
    from advisories.predisclosure import delivering

    for pk in delivering.due_tidings():
        deliver.apply_async(args=(pk,), retry=False, expires=settings.TICK_S * 4)


@shared_task
def open_letter(pk: int) -> None:
    """Open one encrypted letter, where there is a key."""
    from advisories.reporting import opening

    opening.open_letter(pk)


@shared_task
def sweep_releases() -> None:
    """Sign what was frozen, let the record catch up with what is out, and ring for the steps that follow."""
    from advisories import attesting
    from advisories.predisclosure import sealing as sealing_for_members
    from advisories.release import publishing, sealing

    sealing.seal_waiting()
    sealing_for_members.seal_waiting()
    attesting.sign_waiting()
    publishing.release_due()
    for pk in publishing.due_steps():
        do_step.apply_async(args=(pk,), retry=False, expires=settings.TICK_S * 4)


@shared_task
def do_step(pk: int) -> None:
    """Do one step of a publication, unless somebody is at it."""
    from advisories.release import publishing

    publishing.do_step(pk)


@shared_task
def send_member_letter(pk: int) -> None:
    """Send one letter about somebody's place on the list, unless somebody is at it."""
    from advisories.predisclosure import member_letters

    member_letters.send(pk)


@shared_task
def sweep_members() -> None:
    """Announce keys that end, terms that wait, a year without a confirmation."""
    from advisories.predisclosure import watching

    watching.sweep()


@shared_task
def sweep_mail() -> None:
    """Ring again for letters that wait, and forget what was kept for a while only."""
    from advisories import notifying
    from advisories.reporting import opening, posting

    posting.sweep()
    notifying.sweep()
    opening.sweep()


@shared_task
def sweep_embargoes() -> None:
    """Let proposals and consents run out, and end the embargo on what has been published."""
    from advisories.embargo import sweeping

    sweeping.sweep()


@shared_task
def export_site() -> None:
    """Bring the exported site up to date, where one is wanted and something has changed."""
    from advisories.exporting import sweeping

    sweeping.sweep()
