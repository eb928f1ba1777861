"""What each kind of person finds on lists, what they change, and that hidden looks like missing.

Who may open which page in which state is asked by `tests/rights`.
"""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import Advisory, Publication, Seat
from advisories.models.seat import Right
from releases.models import Branch, Check, Flag, Series
from tests.make import make_advisory, make_user
from tests.releases.views.rows import checked_everywhere, flag_on, revise, series_for

PEOPLE = (
    *("anonymous", "nobody", "reading guest", "uploading guest", "guest of another"),
    *("release manager", "security", "coordinator", "operator"),
    *("security without a second factor", "guest without a second factor", "operator without a second factor"),
)
TEAM = {"security", "coordinator"}
GUESTS = {"reading guest", "uploading guest"}
HALF = " without a second factor"
"""Whoever signed in with a password alone sees what the public sees."""
SHOWN = {State.PUBLIC, State.WITHDRAWN}

READ: dict[str, Callable[["Stage"], str]] = {
    "advisories:detail": lambda stage: f"/advisories/{stage.advisory.number}/",
    "releases:series": lambda stage: f"/series/{stage.series.pk}/",
    "releases:revision": lambda stage: f"/series/{stage.series.pk}/s1/",
    "releases:check": lambda stage: f"/checks/{stage.check.pk}/",
    "releases:check_mbox": lambda stage: f"/checks/{stage.check.pk}/prerequisites.mbox",
    "releases:patch_file": lambda stage: f"/patches/{stage.patch}/download",
}
"""Pages of one advisory: for whoever may read it."""


class Stage:
    """One advisory in one state, with everything that hangs on it."""

    def __init__(self, state: State, branches: list[Branch]) -> None:
        self.state = state
        self.advisory: Advisory = make_advisory(state=state, title=f"Words of the {state} one")
        self.series: Series = series_for(branches, self.advisory)
        self.check: Check = checked_everywhere(self.series, branches[0])
        self.flag: Flag = flag_on(self.series, branches[0])
        self.patch: int = self.series.revisions.get().patches.get().pk


def browser_of(who: str, *stages: Stage) -> Client:
    """A browser in which this kind of person has signed in; a guest holds a seat on each of the advisories."""
    client = Client()
    if who == "anonymous":
        return client
    roles = {
        "security": Role.SECURITY, "coordinator": Role.COORDINATOR, "release manager": Role.RELEASE_MANAGER
    }  # fmt: skip
    who, half_open = who.removesuffix(HALF), who.endswith(HALF)
    address = f"{who.replace(' ', '-')}@sluice.example"
    user = make_user(address, *[roles[who]] if who in roles else [], is_superuser=who == "operator")
    on = [stage.advisory for stage in stages] if who in GUESTS | {"guest"} else [make_advisory(state=State.READY)]
    if "guest" in who:
        for advisory in on:
            right = Right.UPLOAD if who == "uploading guest" else Right.READ
            Seat.objects.create(advisory=advisory, user=user, right=right)
    client.force_login(user)
    if half_open:
        session = client.session
        session["account_authentication_methods"] = [{"method": "password", "at": 0.0}]
        session.save()
    return client


def may_read(who: str, state: State) -> bool:
    return state in SHOWN or who in TEAM | GUESTS


@pytest.fixture
def stages(branches: list[Branch]) -> list[Stage]:
    """One advisory in every state."""
    return [Stage(state, branches) for state in State]


@pytest.fixture
def embargoed(branches: list[Branch]) -> Stage:
    return Stage(State.PREDISCLOSED, branches)


@pytest.fixture
def public(branches: list[Branch]) -> Stage:
    return Stage(State.PUBLIC, branches)


@pytest.mark.parametrize("who", PEOPLE)
def test_who_finds_a_title_on_which_list(who: str, stages: list[Stage]) -> None:
    client = browser_of(who, *stages)
    for page in ("/", "/advisories/", "/board/", "/board/rows", "/trees/sluice/1.7/", "/flags/"):
        content = client.get(page).content.decode()
        shown = {stage.state for stage in stages if stage.advisory.title in content}
        assert shown <= {stage.state for stage in stages if may_read(who, stage.state)}, page


@pytest.mark.parametrize("who", PEOPLE[1:])
def test_who_takes_a_flag(who: str, embargoed: Stage, public: Stage) -> None:
    client = browser_of(who, embargoed, public)
    for stage in (embargoed, public):
        answer = client.post(f"/flags/{stage.flag.pk}/take")
        knows = may_read(who, stage.state) or who == "release manager"
        wanted = 302 if who in TEAM | {"release manager"} or who.endswith(HALF) else 403 if knows else 404
        assert answer.status_code == wanted, stage.state
        assert (Flag.objects.get(pk=stage.flag.pk).owner is not None) == (wanted == 302 and not who.endswith(HALF))


@pytest.mark.parametrize("who", [who for who in PEOPLE if who not in TEAM | GUESTS])
@time_machine.travel(timezone.now(), tick=False)
def test_a_stranger_cannot_tell_hidden_from_missing(who: str, embargoed: Stage) -> None:
    client = browser_of(who, embargoed)
    for name, address in READ.items():
        hidden = client.get(address(embargoed))
        absent = client.get(re.sub(r"\d+", "999999", address(embargoed), count=1))
        assert (hidden.status_code, absent.status_code) == (404, 404), name
        assert plain(hidden.content) == plain(absent.content), name
        assert hidden.headers == absent.headers, name


def plain(content: bytes) -> bytes:
    """Without the token of the sign-out form, which is masked anew for every answer."""
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", content)


def test_a_public_advisory_keeps_its_drafts_among_those_who_work_on_it(public: Stage) -> None:
    revise(public.series)
    old = public.series.revisions.get(number=1).patches.get().pk
    reader, team = browser_of("anonymous"), browser_of("security")
    for page in (f"/series/{public.series.pk}/s1/", f"/checks/{public.check.pk}/", f"/patches/{old}/download"):
        assert (reader.get(page).status_code, team.get(page).status_code) == (404, 200), page


def test_files_as_they_were_uploaded_are_for_those_who_work_on_it(public: Stage) -> None:
    upload = public.series.revisions.get().uploads.get()
    page = f"/uploads/{upload.pk}/download"
    assert browser_of("nobody").get(page).status_code == 404
    assert browser_of("reading guest", public).get(page).content == bytes(upload.content)


def test_nothing_rendered_for_a_person_may_be_kept(public: Stage) -> None:
    page = f"/advisories/{public.advisory.number}/"
    assert "no-store" in browser_of("nobody").get(page)["Cache-Control"]
    assert browser_of("anonymous").get(page)["Cache-Control"].startswith("public, max-age=")


def test_an_embargo_that_ends_by_the_clock_opens_every_page(public: Stage) -> None:
    Publication.objects.update(public_at=timezone.now() + timedelta(hours=1))
    assert {Client().get(address(public)).status_code for address in READ.values()} == {404}
    Publication.objects.update(public_at=timezone.now() - timedelta(seconds=1))
    assert {Client().get(address(public)).status_code for address in READ.values()} == {200}


def test_what_a_half_open_session_is_shown_is_what_the_public_is_shown(stages: list[Stage]) -> None:
    half_open, public = browser_of("security without a second factor", *stages), Client()
    for page in ("/advisories/", "/board/", "/trees/sluice/1.7/"):
        shown = [browser.get(page).content.decode() for browser in (half_open, public)]
        titles = [{stage.advisory.title for stage in stages if stage.advisory.title in text} for text in shown]
        assert titles[0] == titles[1], page
