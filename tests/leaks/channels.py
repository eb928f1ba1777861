"""The thirty ways by which systems like this one have told secrets: for each a leak, and the door that must be named.

A leak is planted by putting something careless in the place of something careful; what then finds it is what the suite
asks on every run.
"""

import logging
import subprocess
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.urls import reverse

from accounts.doors import PrivateUnlessPublicMiddleware
from accounts.models import User
from accounts.models.lasting import LastingQuerySet
from advisories import icalendars
from advisories.forms.thread import CommentForm
from advisories.models import (
    Advisory,
    CommentFile,
    OutgoingMail,
    Token,
)
from advisories.models.advisory import AdvisoryQuerySet
from advisories.models.comment import CommentFileQuerySet, CommentQuerySet
from advisories.models.embargo import EmbargoQuerySet
from advisories.models.message import MessageQuerySet
from advisories.models.organisation import OrganisationQuerySet
from advisories.models.public_entry import PublicEntryQuerySet
from advisories.models.publication import PublicationQuerySet
from advisories.models.token import TokenQuerySet, digest_of
from advisories.predisclosure import delivering
from advisories.reporting import posting
from advisories.tasks import send_letter
from advisories.views import advisories as advisory_views
from advisories.writing import workspace
from releases.forms import series as series_forms
from releases.forms.board import BoardFilter
from releases.models import Check, Patch, Series, Upload
from releases.models.check import CheckQuerySet
from releases.models.series import PatchQuerySet, SeriesQuerySet, UploadQuerySet
from releases.models.shared_fix import SharedFixQuerySet
from tests.leaks import spies
from tests.leaks.asking import (
    Leak,
    Plant,
    everything,
    foreign_series,
    guessable,
    left_out,
    logged,
    nonsense,
    of_hidden,
    one_more,
    page,
    pair,
    put,
)
from tests.leaks.people import FINDER, GUEST, MEMBER
from tests.leaks.words import (
    FEED_TOKENS,
    FINDERS_TOKEN,
    HIDDEN_NUMBER,
    MERGED_NUMBER,
    OTHERS_TOKEN,
    PREDISCLOSED_NUMBER,
    word,
)
from tests.leaks.world import World

logger = logging.getLogger("advisories.views")


def key_of(rows: Any, secret: str, *scopes: object) -> Any:
    """Whatever is shown opens the token of somebody who reads something."""
    return Token.objects.select_related("user").get(digest=digest_of(FEED_TOKENS["contact of a member"]))


def _mail_to_the_suspended(patch: pytest.MonkeyPatch, world: World) -> None:
    patch.setattr(delivering, "check_still_told", lambda *told: None)


def _copied(patch: pytest.MonkeyPatch, world: World) -> None:
    write = posting._message

    def with_copy(letter: OutgoingMail) -> EmailMessage:
        made = write(letter)
        made.cc = ["everyone@sluice.example"]
        return made

    patch.setattr(posting, "_message", with_copy)


def _slower(patch: pytest.MonkeyPatch, world: World) -> None:
    note = advisory_views._note

    def slower(request: Any, number: int) -> Any:
        if Advisory.objects.filter(number=number).exists():
            Advisory.objects.count()
        return note(request, number)

    patch.setattr(advisory_views, "_note", slower)


def _header(name: str, value: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch, world: World) -> None:
        careful = PrivateUnlessPublicMiddleware.process_response

        def careless(self: Any, request: Any, response: Any) -> Any:
            response[name] = value
            return careful(self, request, response)

        patch.setattr(PrivateUnlessPublicMiddleware, "process_response", careless)

    return plant


def _into_a_mirror(*ask: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch, world: World) -> None:
        mirror = next(iter(settings.MIRRORS_DIR.glob("*.git")))
        subprocess.run(["git", "-C", mirror, *ask], input=word("blob").encode(), check=True, capture_output=True)

    return plant


def _a_branch(patch: pytest.MonkeyPatch, world: World) -> None:
    _into_a_mirror("update-ref", f"refs/heads/ssa-{HIDDEN_NUMBER}", world.branch.stable_commit)(patch, world)


def _served(patch: pytest.MonkeyPatch, world: World) -> None:
    (settings.STATIC_ROOT / "backup.sql").write_text(word("title"))


def _logging(patch: pytest.MonkeyPatch, world: World) -> None:
    read = workspace.workspace_of

    def chatty(advisory: Advisory, viewer: Any) -> Any:
        logger.info("shows %s", advisory.title)
        return read(advisory, viewer)

    patch.setattr(advisory_views, "workspace_of", chatty)


def _ringing(patch: pytest.MonkeyPatch, world: World) -> None:
    send_letter.delay(word("title"))  # type: ignore[arg-type]  # that is the leak


def _in_a_row(patch: pytest.MonkeyPatch, world: World) -> None:
    Series.objects.create(pk=1, advisory=world.hidden, tree=world.branch.tree)


def _others(viewer: Any, advisory: Advisory) -> Any:
    return series_forms.labelled(Series.objects.exclude(advisory=advisory), viewer)


def _file_of(advisory: Advisory) -> str:
    found = CommentFile.objects.filter(comment__advisory=advisory).order_by("pk")[0]
    return reverse("advisories:comment_file", args=[advisory.number, found.pk, found.file_name])


def _offer_titles(form: BoardFilter) -> None:
    choices = [(one.title, one.title) for one in Advisory.objects.all()]
    form.fields["tree"].widget = forms.Select(choices=choices)


def _of_ones_domain(rows: Any, viewer: Any) -> Any:
    domain = getattr(viewer, "email", "@nowhere").partition("@")[2]
    return rows.filter(seats__user__email__endswith=domain).distinct()


def _once_a_contact(rows: Any, viewer: Any) -> Any:
    return rows.filter(contacts__user=viewer.pk)


LEAKS: list[Leak] = [
    Leak(1, "a page by a guessed id", put(CheckQuerySet, "visible_to", everything),
         page("nobody", of_hidden(Check, "revision__series__advisory", "releases:check")), "/checks/"),
    Leak(2, "a feed before its instant", put(PublicationQuerySet, "live", everything),
         page("anonymous", "/advisories/feed.atom"), "/advisories/feed.atom"),
    Leak(3, "a feed by a wrong token", put(TokenQuerySet, "shown", key_of),
         page("anonymous", "/members/feed/guess/advisories.atom"), "/members/feed/"),
    Leak(4, "a subject with the editor's eyes", put(posting, "subject_of", lambda letter: letter.report.title),
         lambda world: spies.letters_that_tell(), "letter"),
    Leak(5, "a letter after access has ended", _mail_to_the_suspended,
         lambda world: spies.letters_that_tell(), "goes to somebody who is shut out"),
    Leak(6, "a title where a number is named",
         put(AdvisoryQuerySet, "titled_for", lambda rows, viewer: rows.annotate(told_title=F("title"))),
         page("anonymous", lambda world: f"/series/{Series.objects.get(advisory__number=8).pk}/"), "/series/"),
    Leak(7, "what a series depends on", put(SeriesQuerySet, "visible_to", everything),
         page("anonymous", lambda world: f"/series/{world.public.series.all()[0].pk}/"), "/series/"),
    Leak(8, "a count", put(PublicationQuerySet, "live", everything), one_more, "counts what is hidden"),
    Leak(9, "a search in drafts",
         put(PublicEntryQuerySet, "holding_all",
             lambda rows, asked: rows if Advisory.objects.filter(title__contains=asked) else rows.none()),
         nonsense, "/advisories/?q="),
    Leak(10, "a patch as a file", put(PatchQuerySet, "visible_to", everything),
         page("nobody", of_hidden(Patch, "revision__series__advisory", "releases:patch_file")), "/patches/"),
    Leak(11, "a file as it was uploaded", put(UploadQuerySet, "visible_to", everything),
         page("nobody", of_hidden(Upload, "revision__series__advisory", "releases:uploaded_file")), "/uploads/"),
    Leak(11, "a file of a thread", put(CommentFileQuerySet, "visible_to", everything),
         page("release manager", lambda world: _file_of(world.hidden)), "/thread/files/"),
    Leak(12, "a form with a foreign id", put(series_forms, "others_for", _others), foreign_series,
         "/series/add"),
    Leak(13, "a page after access has ended", put(LastingQuerySet, "current", everything),
         page("guest whose seat ended", f"/advisories/{HIDDEN_NUMBER}/v1"), f"/advisories/{HIDDEN_NUMBER}/v1"),
    Leak(14, "an old number after a merge",
         put(AdvisoryQuerySet, "leaving_a_note_for",
             lambda rows, viewer, **more: rows.filter(state="merged").select_related("merged_into")),
         page("anonymous", f"/advisories/{MERGED_NUMBER}/"), f"/advisories/{MERGED_NUMBER}/"),
    Leak(15, "a field that did not arrive",
         put(CommentForm, "clean", lambda form: form.errors.pop("audience", None) and None), left_out, "/thread"),
    Leak(17, "the choices of a form",
         put(BoardFilter, "offer", lambda form, *kept: _offer_titles(form)), page("anonymous", "/board/"), "/board/"),
    Leak(18, "refused where missing is not found", put(AdvisoryQuerySet, "visible_to", everything),
         pair("nobody", "/advisories/{}/edit"), f"/advisories/{HIDDEN_NUMBER}/edit"),
    Leak(19, "a page that other sites read", _header("Access-Control-Allow-Credentials", "true"),
         page("nobody", "/board/"), "/board/"),
    Leak(20, "a place by the domain of an address", put(AdvisoryQuerySet, "visible_to", _of_ones_domain),
         pair("nobody", "/advisories/{}/edit"), f"/advisories/{HIDDEN_NUMBER}/edit"),
    Leak(21, "a file below the web root", _served, lambda world: spies.files_that_tell(), "backup.sql"),
    Leak(22, "an object in a mirror", _into_a_mirror("hash-object", "-w", "--stdin"),
         lambda world: spies.mirrors_that_tell(), "mirror: object"),
    Leak(23, "the name of a branch", _a_branch,
         lambda world: spies.mirrors_that_tell(), "mirror: ref"),
    Leak(24, "a page that a cache keeps",
         put(PrivateUnlessPublicMiddleware, "process_response", lambda door, request, response: response),
         page("nobody", "/calendar/"), "/calendar/"),
    Leak(25, "a line of a log", _logging, logged, "advisories.views"),
    Leak(25, "a message of the broker", _ringing, lambda world: spies.bells_that_tell(), "send_letter"),
    Leak(26, "keys in a row", _in_a_row, guessable, "/series/"),
    Leak(26, "a running key", lambda patch, world: _header("X-Row", str(world.hidden.pk))(patch, world),
         page(GUEST, f"/advisories/{HIDDEN_NUMBER}/"), "names advisory"),
    Leak(27, "an address where a name will do", put(User, "known_as", property(lambda person: person.email)),
         page(GUEST, f"/advisories/{HIDDEN_NUMBER}/seats/"), "/seats/ tells"),
    Leak(27, "a copy that shows who else got it", _copied, lambda world: spies.letters_that_tell(), "2 recipients"),
    Leak(28, "a title in a calendar",
         put(icalendars, "for_readers", lambda policy, now: Advisory.objects.get(number=HIDDEN_NUMBER).title.encode()),
         page("anonymous", "/calendar/releases.ics"), "/calendar/releases.ics"),
    Leak(29, "the same answer, but later", _slower, pair("anonymous", "/advisories/{}/"), "can be told from"),
    Leak(30, "where a link was followed", _header("Referrer-Policy", "unsafe-url"), page("nobody", "/board/"),
         "/board/"),
    # Of a kind that has a channel already, at other doors.
    Leak(13, "a finder's page", put(EmbargoQuerySet, "told_to_finder", everything),
         page("anonymous", f"/report/{OTHERS_TOKEN}/"), "/report/"),
    Leak(13, "the fix on another finder's page", put(SharedFixQuerySet, "told_to_finder", everything),
         page("anonymous", f"/report/{OTHERS_TOKEN}/fix/"), "/report/"),
    Leak(13, "what was delivered, after a suspension", put(OrganisationQuerySet, "spoken_for_by", _once_a_contact),
         page("contact of a suspended member", f"/members/advisories/{PREDISCLOSED_NUMBER}/"), "/members/advisories/"),
    Leak(15, "what the team says among itself, to a member", put(CommentQuerySet, "told_to_member", everything),
         page(MEMBER, f"/members/advisories/{PREDISCLOSED_NUMBER}/discussion"), "/discussion tells kanari-team-only"),
    Leak(15, "a note of the team, to a finder",
         put(MessageQuerySet, "told_to_finder", lambda rows, report: rows.filter(report=report)),
         page(FINDER, f"/report/{FINDERS_TOKEN}/"), "tells kanari-team-note"),
]  # fmt: skip

CANNOT_BE = {
    16: "Nothing is sent to other sites: the code opens no connection but git's and the mail server's, which "
    "test_nothing_here_calls_other_sites holds by looking for imports.",
}
"""Channels that there are none of here, and what would notice one."""
