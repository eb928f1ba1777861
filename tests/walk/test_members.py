"""Three organisations of different rights: they apply, are accepted, told, fetch, answer, and lose access."""

import io
import json
import subprocess
import tarfile
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone
from pysequoia import Tsk
from pytest_django.live_server_helper import LiveServer

from accounts.models import User
from advisories.models import (
    Application,
    Contact,
    ContactRight,
    Delivery,
    KeptFrom,
    Membership,
    Product,
    Readiness,
    Reissue,
    Scope,
)
from advisories.predisclosure import contacts, deciding, delivering, memberships, sealing
from advisories.release import releasing
from releases import uploading
from releases.fixes import fixes_of
from releases.models import Branch
from tests.advisories.openpgp.gpg import Gpg
from tests.advisories.predisclosure.applying import filled
from tests.advisories.predisclosure.mailserver import MailServer
from tests.advisories.predisclosure.test_with_gpg_letters import read_by
from tests.api.asking import API, make_token
from tests.make import checked
from tests.walk.scene import SAFE, SAFER, embargoed_until, frozen, frozen_again, series_of, written

pytestmark = pytest.mark.django_db(transaction=True)

WEIR, BROOK, DELTA = "security@weir.example", "security@brook.example", "security@delta.example"


def applied(name: str, role_address: str, gpg: Gpg, *, forgets: tuple[str, ...] = ()) -> Application:
    """What an organisation sends by the form, with a key whose secret part only it has; at first without some of it."""
    gpg.make(role_address)
    told = {"key": gpg.public(role_address).decode()}
    person = role_address.replace("security", "ada")
    form = filled(name=name, role_address=role_address, contact_address=person, **told)
    sent = {key: value for key, value in form.items() if key not in forgets}
    link = Client().post("/members/apply/", sent)["Location"]
    if forgets:
        assert "key" in Client().get(link).text
        assert Application.objects.get(name=name).state == "begun"
        assert Client().post(link, form).status_code == 302
    return Application.objects.get(name=name)


def accepted(application: Application, by: User) -> tuple[Membership, User]:
    membership, _ = deciding.accept(application, "They qualify.", tell_held=False, by=by)
    return membership, Contact.objects.get(organisation=membership.organisation).user


def browser_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def deliver() -> None:
    """What a worker does on its rounds."""
    sealing.seal_waiting()
    for tiding in delivering.due_tidings():
        delivering.deliver(tiding)


def curl(live_server: LiveServer, path: str, secret: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    asked = ["curl", "--silent", "--fail", "--header", f"Authorization: Bearer {secret}", *arguments]
    return subprocess.run([*asked, f"{live_server.url}{API}{path}"], capture_output=True, timeout=30, check=False)


def test_from_the_application_to_the_last_door(
    branch: Branch, people: list[User], gpg: Gpg, team: Tsk, team_signs: Path, server: MailServer, tmp_path: Path,
    live_server: LiveServer,
) -> None:  # fmt: skip
    # They apply; one forgets its key, is told so, and brings it.
    weir, brook = applied("Weir Cloud", WEIR, gpg), applied("Brook Hosting", BROOK, gpg)
    delta = applied("Delta Linux", DELTA, gpg, forgets=("key",))
    (at_weir, ada), (at_brook, bea), (at_delta, dan) = (accepted(one, people[1]) for one in (weir, brook, delta))
    reader = contacts.invite(at_weir.organisation, "reader@weir.example", "Rea", ContactRight.READ, by=ada).user
    Contact.objects.update(from_at=timezone.now() - timedelta(minutes=1))

    # Two are told of v1, encrypted to their keys and to nobody else's; from the third it is kept.
    advisory = written(branch, SAFE, by=people[0])
    KeptFrom.objects.create(advisory=advisory, organisation=at_brook.organisation, reason="The vendor's circle.")
    until = timezone.now() + timedelta(days=7)
    embargoed_until(until, advisory, by=people[0])
    batch = frozen([advisory], until, by=people[0])
    releasing.predisclose(batch, fixes_of, by=people[0])
    server.taken.clear()
    deliver()
    v1 = {one.recipient: one.raw for one in server.taken}
    assert set(v1) == {WEIR, DELTA}
    for raw in v1.values():
        subject = str(message_from_bytes(raw)["Subject"])
        assert advisory.title not in subject
        assert read_by(gpg, raw, team, tmp_path)[1] == SAFE

    # v2 replaces the patch, and comes with the difference.
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFER)], by=people[0])
    checked(branch)
    frozen_again(batch, Reissue.ADDED_PATCH, "The first patch left a hole.", by=people[0])
    server.taken.clear()
    deliver()
    text, patch = read_by(gpg, {one.recipient: one.raw for one in server.taken}[WEIR], team, tmp_path)[:2]
    assert b"What differs from v1" in text
    assert patch == SAFER

    # They fetch it, by browser and by curl.
    page = f"/members/advisories/{advisory.number}/"
    assert "The first patch left a hole." in browser_of(ada).get(page).text
    assert [browser_of(user).get(page).status_code for user in (reader, dan, bea)] == [200, 200, 404]
    secret = make_token(ada, at_weir, Scope.ANSWER)[1]
    archive = curl(live_server, "/archive.tar.gz", secret).stdout
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        names = [one.name for one in tar]
        inside = tar.extractfile(next(one for one in names if one.endswith(".patch")))
        assert inside is not None
        assert inside.read() == SAFER
    assert any(name.endswith("SHA256SUMS.asc") for name in names)

    # They answer: by page, by program, and not by whom it isn't for.
    product = Product.objects.create(organisation=at_weir.organisation, name="Cloud")
    answer = {"status": "prepared", "told_to": "members"}
    address = f"{page}readiness/{product.pk}"
    assert browser_of(ada).post(address, answer).status_code == 302
    assert browser_of(reader).post(address, answer).status_code == 403
    assert browser_of(bea).post(address, answer).status_code == 404
    said = Readiness.objects.standing().get()
    told = json.dumps({"status": "tested", "read": str(said.pk)})
    as_json = ("--request", "PUT", "--header", "Content-Type: application/json", "--data", told)
    path = f"/advisories/{advisory.number}/readiness/{product.pk}"
    assert curl(live_server, path, secret, *as_json).returncode == 0
    sent = {"organisation": at_weir.organisation_id, "text": "It holds.", "is_for_all": "on", "draft": ""}
    assert browser_of(ada).post(f"{page}discussion", sent).status_code == 302
    assert "It holds." in browser_of(dan).get(f"{page}discussion").text

    # One is taken off the list: every door is closed, what waits is not sent, and the record keeps what it was told.
    dans, dans_secret = browser_of(dan), make_token(dan, at_delta)[1]
    assert dans.get(page).status_code == 200
    held = Delivery.objects.filter(membership=at_delta).count()
    memberships.remove(at_delta, "They told a customer.", by=people[1])
    doors = ("", "discussion", "readiness", "archive.tar.gz", "v1/", "v2/")
    assert {dans.get(page + door).status_code for door in doors} == {404}
    assert curl(live_server, "/archive.tar.gz", dans_secret).returncode == 22
    server.taken.clear()
    uploading.upload_revision(series_of(advisory), files=[("1.patch", SAFE)], by=people[0])
    checked(branch)
    frozen_again(batch, Reissue.REGRESSION, "It was right before.", by=people[0])
    deliver()
    assert {one.recipient for one in server.taken} == {WEIR}
    assert Delivery.objects.filter(membership=at_delta).count() == held
