"""Pages about letters to members in a real browser: accessible, and within their width."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pysequoia import Tsk

from accounts.models import Role, Sending, User
from advisories.models import Advisory, Batch, Delivery, DeliveryForm, KeptFrom, MembershipState
from advisories.predisclosure import reading
from advisories.writing import drafting
from tests.advisories.predisclosure.told import make_batch, predisclosed, revised
from tests.browser.conftest import Open
from tests.browser.looking import FORMS, look_at
from tests.make import make_contact, make_member, make_member_key, make_user

pytestmark = pytest.mark.browser


@pytest.fixture
def person(transactional_db: None) -> User:
    return make_user("ada@sluice.example", Role.SECURITY)


@pytest.fixture
def told(person: User) -> tuple[Advisory, Batch]:
    """Two revisions at six members: one silent, one that answered, one without a key, one bounced, one gone."""
    names = ("Brook Hosting", "Delta Cloud", "Estuary Linux", "Fjord Systems", "Reservoir Linux")
    members = {name: make_member(name) for name in names}
    certificate = bytes(Tsk.generate("Member").extract_certificate())
    for name in names[1:]:
        make_member_key(members[name], certificate)
    advisory = predisclosed(title="Guests may write past the event queue")
    batch = make_batch(advisory)
    revised(advisory, "A guest may write far past the end of the event queue.", batch)
    key = members["Delta Cloud"].organisation.keys.get().fingerprint
    now = timezone.now()
    Delivery.objects.update(
        state=Sending.SENT, sent_at=now - timedelta(days=2), form=DeliveryForm.ENCRYPTED, encrypted_to=key
    )
    of = Delivery.objects.filter
    of(membership=members["Brook Hosting"]).update(form=DeliveryForm.NOTICE, encrypted_to="")
    of(membership=members["Estuary Linux"], tiding__revision__number=2).update(
        state=Sending.BOUNCED, bounced_at=now, trouble="It came back. Status 5.1.1."
    )
    of(membership=members["Fjord Systems"], tiding__revision__number=2).update(
        state=Sending.QUEUED, sent_at=None, attempts=2, trouble="SMTPRecipientsRefused 451", form="", encrypted_to=""
    )
    reading.note_fetched(make_contact(members["Delta Cloud"]), advisory.revisions.values_list("pk", flat=True))
    reading.acknowledge(advisory.number, by=make_contact(members["Delta Cloud"], "cy@delta-cloud.example"))
    members["Reservoir Linux"].move_to(MembershipState.REMOVED, by=person, reason="They asked for it.")
    vendor = make_member("Watergate Silicon")
    KeptFrom.objects.create(advisory=advisory, organisation=vendor.organisation, reason="The vendor owns the secret.")
    drafting.content_of(advisory)
    return advisory, batch


@pytest.mark.parametrize(("width", "scheme"), FORMS)
def test_pages_about_letters_have_nothing_wrong(
    told: tuple[Advisory, Batch], person: User, open_browser: Open, width: int, scheme: str
) -> None:
    advisory, batch = told
    bounced = Delivery.objects.get(state=Sending.BOUNCED)
    member = Delivery.objects.filter(membership__organisation__name="Delta Cloud")[0].membership_id
    pages = {
        "letters": f"/advisories/{advisory.number}/deliveries/",
        "letters-trouble": f"/advisories/{advisory.number}/deliveries/?show=trouble",
        "letters-nobody": f"/advisories/{advisory.number}/deliveries/?show=silent",
        "letters-again": f"/advisories/{advisory.number}/deliveries/{bounced.pk}/again",
        "letters-preview": f"/advisories/releases/{batch.pk}/rehearsal/members/",
        "letters-preview-one": f"/advisories/releases/{batch.pk}/rehearsal/members/?member={member}",
        "letters-desk": f"/desk/{batch.pk}/",
    }
    page = open_browser(person, width=width, scheme=scheme).new_page()
    assert {name: look_at(page, address, name) for name, address in pages.items()} == {name: [] for name in pages}
