"""Puts the scenario into the database, the way people would: a tree, advisories, uploads, seats."""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.db import transaction

from accounts.models import Role, User
from advisories import seating
from advisories.lifecycle import SHOWN_TO_READERS, State
from advisories.models import Advisory, Seat
from advisories.models.seat import Right
from advisories.release import publishing
from demo.loading_details import load_details
from demo.scenario import SCENARIO
from demo.scenario_patches import build_series
from demo.scenario_people import PEOPLE
from demo.scenario_values import TREE
from demo.scenario_values import Advisory as ScenarioAdvisory
from demo.upstream import Upstream
from releases import uploading
from releases.fixes import fixes_of
from releases.mirroring import fetching
from releases.models import Branch, Series, Tree

FIRST_PUBLIC_AT = datetime(2026, 1, 13, 12, 0, tzinfo=UTC)
"""The oldest advisory's instant, a Tuesday noon; the others follow fortnight by fortnight."""

SECTIONS = ("description", "impact", "vulnerable systems", "mitigation", "resolution")


_ENDED_BECAUSE = {
    State.UNUSED: "Taken for a report that turned out to describe intended behaviour.",
    State.MERGED: "Both reports describe the same missing check.",
    State.WITHDRAWN: "The code in question was never part of a release.",
}


class SignIn(NamedTuple):
    """What somebody of the demonstration signs in with."""

    password: str
    secret: str
    """Of an authenticator app (base 32)."""


def load_tree(upstream: Path) -> Tree:
    """The one tree, to be fetched by the worker at once and then twice a minute."""
    tree, is_new = Tree.objects.get_or_create(slug=TREE, defaults={"url": str(upstream), "fetch_every_s": 30})
    if is_new:
        fetching.request(tree)
    return tree


@transaction.atomic
def load_people(kept: Path) -> None:
    """One person for each role; passwords and second factors are made now, kept where only this account can read."""
    sign_ins = {}
    for person in PEOPLE:
        made = SignIn("-".join(secrets.token_hex(2) for _ in range(3)), generate_totp_secret())
        sign_ins[person.email] = made._asdict()
        user = User.objects.create_user(
            person.email, made.password, name=person.name, is_superuser=person.role == "operator"
        )
        TOTP.activate(user, made.secret)
        if person.role in Role.values:
            seating.give_team_seat(user, Role(person.role), until=None, by=None)
    kept.touch(mode=0o600)
    kept.write_text(json.dumps(sign_ins))


def sign_ins_of_people(kept: Path) -> Mapping[str, SignIn]:
    """What `load_people` kept, by address."""
    return {address: SignIn(**told) for address, told in json.loads(kept.read_text()).items()}


def load_advisories(tree: Tree, upstream: Upstream) -> list[str]:
    """Every advisory with its series, once the branches are known; a sentence for each upload that was refused."""
    refused = []
    built = build_series(upstream)
    branches = {branch.name: branch for branch in Branch.objects.filter(tree=tree)}
    author = User.objects.get(email=PEOPLE[0].email)
    series: dict[str, Series] = {}
    for place, told in enumerate(SCENARIO.advisories):
        with transaction.atomic():
            advisory = _load_advisory(told, place)
            load_details(advisory, by=author)
            for one in told.series:
                try:
                    revision = uploading.upload_series(
                        advisory,
                        tree=tree,
                        branches=[branches[name] for name in one.branches],
                        files=[(upload.name, upload.content) for upload in built[one.key].uploads],
                        by=author,
                        depends_on=[series[key] for key in one.depends_on],
                    )
                except uploading.REFUSALS as refusal:
                    refused.append(f"{advisory}: {refusal}")
                else:
                    series[one.key] = revision.series
            if advisory.public_at is not None:
                publishing.publish_known(advisory, fixes_of(advisory), advisory.public_at)
    _load_seats()
    return refused


def _load_advisory(told: ScenarioAdvisory, place: int) -> Advisory:
    state = State(told.state)
    public_at = FIRST_PUBLIC_AT + timedelta(days=14 * place) if state in SHOWN_TO_READERS else None
    sections = {name.replace(" ", "_"): told.sections.get(name, "") for name in SECTIONS}
    into = Advisory.objects.get(number=told.merged_into) if told.merged_into else None
    return Advisory.objects.create(
        number=told.number,
        title=told.title,
        state=state,
        public_at=public_at,
        merged_into=into,
        ended_because=_ENDED_BECAUSE.get(state, ""),
        withdrawn_at=public_at if state == State.WITHDRAWN else None,
        **sections,
    )


def _load_seats() -> None:
    for person in PEOPLE:
        for number in person.seats:
            advisory, user = Advisory.objects.get(number=number), User.objects.get(email=person.email)
            if not Seat.objects.current().filter(advisory=advisory, user=user).exists():
                Seat.objects.give(advisory, user, Right.UPLOAD, by=None)
