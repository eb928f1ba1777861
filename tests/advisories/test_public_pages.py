"""What everyone sees of advisories: publications, and never a draft."""

import hashlib
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import Role
from advisories.affected import Needs, Status
from advisories.content import Fixes, FrozenPatch, FrozenVerdict
from advisories.lifecycle import State
from advisories.models import Advisory, Affected, Identifier, Publication, Standing, Vector
from advisories.public import keeping, versions
from advisories.release import publishing, sealing
from releases.models import PointRelease
from tests.make import make_advisory, make_branch, make_publication, make_tree, make_user

PATCH = b"""From: Ada Sluice <ada@sluice.example>
Subject: [PATCH] Bound the queue

---
diff --git a/queue.c b/queue.c
--- a/queue.c
+++ b/queue.c
@@ -1,3 +1,3 @@
 int queue(int n) {
-    return n;
+    return n < 8 ? n : 8; /* <script> */
 }
"""
DIGEST = hashlib.sha256(PATCH).hexdigest()
COMMIT = "ab" * 20
VECTOR = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"


def fixes(*, prerequisites: tuple[str, ...] = (COMMIT,)) -> Fixes:
    """One patch for two branches, which needs something first on the point release."""
    verdict = FrozenVerdict(
        "sluice", "1.6", "release", "R-1.6.2", "1" * 40, "1", "needs prerequisites", prerequisites, (DIGEST,),
        timezone.now(),
    )  # fmt: skip
    return Fixes((FrozenPatch("ssa12-1.6.patch", DIGEST, "sluice", ("1.5", "1.6"), "1", 1, PATCH),), (verdict,), ())


@pytest.fixture
def published(db: None) -> Advisory:
    """Number 12 with everything that a page can show, in its second version."""
    advisory = make_advisory(
        number=12, title="Guests may overflow a queue", state=State.DRAFTING, description="It **overflows**.",
        impact="A guest writes\ntoo far.", resolution="Apply the patch.", deployment="Permitted.", notes="kanari",
    )  # fmt: skip
    Identifier.objects.create(advisory=advisory, value="CVE-2026-1234", state=Standing.ASSIGNED)
    Identifier.objects.create(advisory=advisory, value="CVE-2026-9999", state=Standing.RESERVED)
    Vector.objects.create(advisory=advisory, vector=VECTOR, source="Sluice")
    Affected.objects.create(advisory=advisory, position=1, tree="sluice", ranges="1.5 - 1.6", status=Status.AFFECTED)
    Affected.objects.create(advisory=advisory, position=2, tree="sluice", ranges="1.4", status=Status.NOT_AFFECTED)
    first = timezone.now() - timedelta(days=9)
    publishing.publish_known(advisory, fixes(), first)
    Advisory.objects.update(impact="A guest writes\nmuch too far.")
    publishing.publish_known(advisory, fixes(), first + timedelta(days=2), changes="The impact is larger.")
    Advisory.objects.filter(pk=advisory.pk).update(state=State.PUBLIC, public_at=first)
    sealing.seal_waiting()
    return advisory


def shown(address: str, **headers: str) -> str:
    answer = Client().get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


def test_a_page_shows_everything_that_was_published(published: Advisory) -> None:
    page = shown("/advisories/12/")
    for words in (
        *("Guests may overflow a queue", "SSA-12", "version 2", ">CVE-2026-1234<", "High severity", VECTOR),
        *("<strong>overflows</strong>", "much too far.", "1.5.x – 1.6.x", "ssa12-1.6.patch", DIGEST, "Permitted."),
        *("R-1.6.2", f"  {COMMIT}", "The impact is larger.", "Published as version 1"),
        *("/advisories/12/v2/ssa12-v2.txt", "/advisories/12/records/osv.json"),
    ):
        assert words in page, words


def test_readers_see_neither_notes_nor_what_was_only_asked_for(published: Advisory) -> None:
    for address in ("", "public", "v1/", "v2/", "v2/ssa12-v2.txt", "records/osv.json", "records/csaf.json"):
        page = shown(f"/advisories/12/{address}")
        assert "kanari" not in page
        assert "CVE-2026-9999" not in page


def test_a_draft_that_goes_on_changes_nothing_for_readers(published: Advisory) -> None:
    before = shown("/advisories/12/")
    Advisory.objects.update(title="Drafted words", description="Drafted words", resolution="Drafted words")
    Identifier.objects.filter(state=Standing.ASSIGNED).update(value="CVE-2026-7777")
    Affected.objects.all().delete()
    for address in (
        "/advisories/12/",
        "/advisories/",
        "/",
        "/advisories/index.json",
        "/advisories/12/records/osv.json",
    ):
        page = shown(address)
        assert "Drafted words" not in page
        assert "CVE-2026-7777" not in page
    assert shown("/advisories/12/") == before


def test_an_earlier_version_says_that_it_is_one(published: Advisory) -> None:
    page = shown("/advisories/12/v1/")
    assert "This is an earlier version" in page
    assert "much too far" not in page
    assert Client().get("/advisories/12/v3/").status_code == 404


def test_what_was_told_to_members_first_stays_with_them(db: None) -> None:
    advisory = make_advisory(number=5, state=State.READY)
    make_publication(advisory, timezone.now() + timedelta(days=3))
    Advisory.objects.update(impact="Larger.")
    publishing.publish_known(advisory, Fixes(), timezone.now() - timedelta(days=1), changes="kanari for members")
    assert "kanari" not in shown("/advisories/5/")
    assert "kanari" not in shown("/advisories/index.json")
    assert Client().get("/advisories/5/v1/").status_code == 404


def test_a_page_takes_six_queries(published: Advisory, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    other = make_advisory(number=11, state=State.PUBLIC)
    Affected.objects.create(
        advisory=published, position=3, tree="sluice", ranges="1.3", status=Status.AFFECTED, condition_on=other,
        condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    publishing.publish_known(published, fixes(), timezone.now(), changes="A condition.")
    with django_assert_max_num_queries(6):
        page = shown("/advisories/12/")
    assert "the fix of" in page
    with django_assert_max_num_queries(2):
        shown("/advisories/12/")


def test_a_condition_on_something_hidden_is_said_as_unknown(published: Advisory) -> None:
    hidden = make_advisory(number=70_117, state=State.READY)
    Affected.objects.create(
        advisory=published, position=3, tree="sluice", ranges="1.3", status=Status.AFFECTED, condition_on=hidden,
        condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    publishing.publish_known(published, fixes(), timezone.now(), changes="A condition.")
    addresses = ("", "v3/", "records/osv.json", "records/csaf.json", "records/vex.json", "../index.json")
    for address in addresses:
        assert "70117" not in shown(f"/advisories/12/{address}".replace("12/../", ""))
    assert "70117" not in shown("/advisories/affected?version=1.3.1")
    make_publication(hidden, timezone.now())
    assert "70117" in shown("/advisories/12/")


def test_a_list_that_leans_on_another_series_is_not_told(db: None) -> None:
    advisory = make_advisory(number=12)
    publishing.publish_known(advisory, fixes(prerequisites=(COMMIT, "series 5")), timezone.now())
    page = shown("/advisories/12/")
    assert "series 5" not in page
    assert COMMIT not in page


@pytest.mark.parametrize("place", ["", "public", "v1/", "v1/ssa12-v1.txt", "v1/patches/a.patch", "records/osv.json"])
def test_hidden_and_missing_are_the_same(db: None, place: str) -> None:
    make_advisory(number=3, state=State.READY)
    make_advisory(number=4, state=State.PUBLIC, public_in=timedelta(days=1))
    answers = [Client().get(f"/advisories/{number}/{place}") for number in (3, 4, 5)]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.content for answer in answers}) == 1
    assert not any(answer.has_header(name) for answer in answers for name in ("ETag", "Last-Modified"))


def test_a_patch_is_served_byte_for_byte_and_never_shown_as_a_page(published: Advisory) -> None:
    answer = Client().get("/advisories/12/v2/patches/ssa12-1.6.patch")
    assert answer.content == PATCH
    assert answer["Content-Disposition"] == 'attachment; filename="ssa12-1.6.patch"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"


def test_the_lines_of_a_patch_can_be_linked_to(published: Advisory) -> None:
    page = shown("/advisories/12/v2/lines/ssa12-1.6.patch/")
    assert '<tr id="L10" class="removed">' in page
    assert '<tr id="L11" class="added">' in page
    assert "<script>" not in page


def test_the_team_sees_what_readers_see_at_an_address_of_its_own(published: Advisory) -> None:
    client = Client()
    client.force_login(make_user("security@sluice.example", Role.SECURITY))
    answer = client.get("/advisories/12/public")
    assert "much too far" in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    assert not answer.has_header("ETag")
    assert "/advisories/12/public" in client.get("/advisories/12/").content.decode()


def test_a_withdrawn_one_says_why(published: Advisory) -> None:
    Advisory.objects.update(state=State.WITHDRAWN, ended_because="It was no flaw.", withdrawn_at=timezone.now())
    assert "It was no flaw." in shown("/advisories/12/")


def test_another_took_its_place_is_told_once_that_one_is_public(published: Advisory) -> None:
    other = make_advisory(number=13, title="Larger words", state=State.READY)
    Advisory.objects.filter(pk=published.pk).update(superseded_by=other)
    assert "Larger words" not in shown("/advisories/12/")
    make_publication(other, timezone.now())
    assert "Larger words" in shown("/advisories/12/")


def test_a_version_is_answered_for_on_the_page(published: Advisory) -> None:
    assert "Affected</span>" in shown("/advisories/12/?version=1.6.1")
    assert "is not a version" in shown("/advisories/12/?version=nonsense")


def test_every_advisory_is_asked_about_a_version(published: Advisory) -> None:
    assert "is affected by <strong>1</strong> advisory" in shown("/advisories/affected?version=1.6.1")
    assert "1 advisory says that this version is not affected" in shown("/advisories/affected?version=1.4.9")


def test_a_version_is_answered_for_as_it_is_called_elsewhere(published: Advisory) -> None:
    for said in ("RELEASE-1.6.1", "v1.6.1", "sluice+1.6.1", "sluice-1.6.1"):
        assert "sluice 1.6.1 is affected by" in shown(f"/advisories/affected?version={said}")
    assert "distributor" in shown("/advisories/affected?version=1.6.1-2.fc38")
    assert "is not a version" in shown("/advisories/affected?version=qemu+1.6.1")
    assert "No published advisory is about qemu." in shown("/advisories/affected?tree=qemu&version=1.6.1")


def test_who_names_a_branch_hears_of_all_its_releases_and_is_asked_for_one(published: Advisory) -> None:
    page = shown("/advisories/affected?version=1.6")
    assert "Releases of sluice 1.6.x are affected by <strong>1</strong> advisory" in page
    assert "Name yours, such as <code>1.6.2</code>" in page
    assert "1 advisory says that no release of it is affected" in shown("/advisories/affected?version=1.4.x")


def test_a_list_that_is_cut_says_how_long_it_is(published: Advisory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "MOST_NAMED", 2)
    for number in range(13, 17):
        other = make_advisory(number=number, title=f"Title {number}")
        standing = Status.AFFECTED if number < 15 else Status.UNKNOWN
        Affected.objects.create(advisory=other, position=1, tree="sluice", ranges="1.6", status=standing)
        publishing.publish_known(other, fixes(), timezone.now())
    page = shown("/advisories/affected?version=1.6.1")
    assert "is affected by <strong>3</strong> advisories" in page
    assert "These are the newest 2 of them." in page
    assert [number for number in range(12, 17) if f"SSA-{number}</strong>" in page] == [13, 14, 15, 16]
    assert "of 2." not in page
    monkeypatch.setattr(versions, "MOST_NAMED", 1)
    keeping.forget()
    assert "These are the newest 1 of 2." in shown("/advisories/affected?version=1.6.1")


def test_an_advisory_that_says_nothing_about_versions_is_no_good_answer(published: Advisory) -> None:
    silent = make_advisory(number=13)
    publishing.publish_known(silent, fixes(), timezone.now())
    assert "1 more brings patches for sluice" in shown("/advisories/affected?version=1.6.1")
    calm = shown("/advisories/affected?version=1.4.9")
    assert "That is no all-clear: 1 advisory brings patches for sluice without saying for which versions." in calm
    assert "1 more brings" not in calm


def test_an_advisory_is_asked_from_its_instant_on_and_not_once_it_is_withdrawn(published: Advisory) -> None:
    for state, at, found in ((State.PREDISCLOSED, None, True), (State.WITHDRAWN, timezone.now(), False)):
        Advisory.objects.update(state=state, ended_because="It was no flaw.", withdrawn_at=at)
        assert ("is affected by" in shown("/advisories/affected?version=1.6.1")) is found


def test_nothing_is_asked_of_what_is_not_public_yet(published: Advisory) -> None:
    Publication.objects.filter(version=2).update(public_at=timezone.now() + timedelta(days=1))
    assert "version 1" in shown("/advisories/12/")
    assert "much too far" not in shown("/advisories/12/")


def test_the_front_page_leads_to_a_provider_only_where_there_is_one(published: Advisory, settings: Settings) -> None:
    address = "/.well-known/csaf/provider-metadata.json"
    for site, status in (("http://localhost:8000", 404), ("https://security.sluice.example", 200)):
        settings.SITE_URL, settings.PUBLISHER = site, settings.PUBLISHER | {"namespace": site}
        assert Client().get(address).status_code == status
        assert (address in shown("/")) is (status == 200)


def test_a_text_without_patches_has_no_sums_to_check(db: None) -> None:
    advisory = make_advisory(number=13, state=State.READY, description="It was no flaw.")
    publishing.publish_known(advisory, Fixes((), (), ()), timezone.now())
    sealing.seal_waiting()
    page = shown("/advisories/13/")
    assert "There are no patches with this advisory" in page
    assert "SHA-256 of every patch" not in page
    assert "sha256sum" not in page


def test_a_release_that_came_out_after_the_advisory_is_not_called_affected_unless_it_is_named(
    published: Advisory,
) -> None:
    branch = make_branch(make_tree(), "1.6")
    for number, days in ((1, -30), (2, -2)):
        tagged_at = timezone.now() + timedelta(days=days)
        PointRelease.objects.create(
            branch=branch, tag=f"R-1.6.{number}", number=number, commit="1" * 40, tagged_at=tagged_at
        )
    assert "is affected by" in shown("/advisories/affected?version=1.6.1")
    assert "1.6.2 came out after it, and may hold the fix" in shown("/advisories/affected?version=1.6.2")
    assert "came out after this advisory" in shown("/advisories/12/?version=1.6.2")
    assert "came out after" not in shown("/advisories/12/?version=1.6.1")
    Affected.objects.filter(advisory=published, position=1).update(ranges="1.6.0 - 1.6.2")
    make_publication(published, timezone.now())
    assert "is affected by" in shown("/advisories/affected?version=1.6.2")
    assert "came out after" not in shown("/advisories/12/?version=1.6.2")


def test_a_withdrawn_one_is_asked_nothing(published: Advisory) -> None:
    Advisory.objects.update(state=State.WITHDRAWN, ended_because="It was no flaw.", withdrawn_at=timezone.now())
    assert "version-says" not in shown("/advisories/12/?version=1.6.1")
