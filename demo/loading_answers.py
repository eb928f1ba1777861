"""What the members of the demonstration answer on what they hold, and what they and the team write to each other."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from advisories.models import (
    Advisory,
    AskKind,
    CommentAudience,
    Membership,
    NoteAudience,
    Organisation,
    ReadinessStatus,
)
from advisories.predisclosure import answering
from advisories.predisclosure.answering import Told
from advisories.writing import commenting
from demo.loading_releases import TOLD
from demo.scenario_people import PEOPLE


@transaction.atomic
def load_answers() -> None:
    """One is nearly ready and says so to all, one cannot be ready in time; the team is asked and answers."""
    advisory = Advisory.objects.get(number=TOLD)
    team = User.objects.get(email=PEOPLE[0].email)
    cloud, hoster = _member("Cloud Example")
    linux, packager = _member("Example Linux")
    fleet = answering.add_product(cloud, "Public cloud", "1.9", by=hoster)
    answering.add_product(cloud, "Edge boxes", "1.7", by=hoster)
    stable = answering.add_product(linux, "Example Linux 12", "1.9", by=packager)
    tested = Told(
        ReadinessStatus.TESTED, tracking_id="CE-2041", told_to=NoteAudience.MEMBERS,
        note="With the second revision no guest of ours is slower than before.",
    )  # fmt: skip
    answering.say(advisory.pk, fleet, tested, read=None, by=hoster)
    answering.say(advisory.pk, stable, Told(ReadinessStatus.AFFECTED, tracking_id="EL-77"), read=None, by=packager)
    answering.ask(
        advisory.pk, linux, AskKind.NOT_READY, wanted_at=timezone.now() + timedelta(days=40),
        reason="Our point release is frozen until then; we would ship without it.", by=packager,
    )  # fmt: skip
    alone, everyone = CommentAudience.MEMBER, CommentAudience.MEMBERS
    commenting.write(advisory, "Does `1.7` need the prerequisite too?", audience=alone, by=hoster, organisation=cloud)
    commenting.write(advisory, "It does: see *On each branch*.", audience=alone, by=team, organisation=cloud)
    commenting.write(advisory, "We saw **no** slowdown with v2.", audience=everyone, by=hoster, organisation=cloud)


def _member(name: str) -> tuple[Organisation, User]:
    membership = Membership.objects.active().select_related("organisation").get(organisation__name=name)
    contact = membership.organisation.contacts.select_related("user").order_by("pk").first()
    if contact is None:
        raise LookupError(f"{name} has nobody who speaks for it")
    return membership.organisation, contact.user
