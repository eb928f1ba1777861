"""Members in the world of secrets: who holds the pre-disclosed advisory, who did, and what they said of it."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from advisories import tokens
from advisories.models import (
    Advisory,
    Application,
    ApplicationNote,
    Ask,
    CommentAudience,
    Contact,
    KeptFrom,
    MemberKey,
    MemberLetter,
    Membership,
    MembershipState,
    MemberText,
    Organisation,
    Product,
    Readiness,
    Scope,
    Token,
)
from advisories.models.token import digest_of
from advisories.predisclosure import sealing
from advisories.reporting import triage
from advisories.writing import commenting, drafting
from tests.leaks.words import FEED_TOKENS, HIDDEN_END, PLANNED_AT, TOKENS, word
from tests.make import make_accepted_report, make_contact, make_member


def work_on(advisory: Advisory, by: User) -> None:
    """What the team goes on to write after members were given it, and says among itself."""
    drafting.keep_text(advisory, {"mitigation": word("after-freeze")}, read_version=advisory.text_version, by=by)
    for audience in (CommentAudience.TEAM, CommentAudience.SEATS):
        files = [(f"{word(f'{audience}-only-file')}.txt", word(f"{audience}-only-content").encode())]
        commenting.write(advisory, word(f"{audience}-only"), files, audience=audience, by=by)
    told = {"title": word("held-report"), "text": word("held-text"), "name": word("held-finder")}
    report = make_accepted_report(advisory, by, address=f"{word('held-address')}@research.example", **told)
    triage.answer(report, word("held-note"), by=by, is_internal=True)


def add_those_who_go() -> list[tuple[Membership, MembershipState]]:
    """They are told while they are on the list, and leave it before the date moves."""
    gone = []
    for state in (MembershipState.SUSPENDED, MembershipState.REMOVED):
        membership = make_member(word(state))
        _give_tokens(
            make_contact(membership, f"{state}@members.sluice.example"), membership, f"contact of a {state} member"
        )
        gone.append((membership, state))
    return gone


def _give_tokens(user: User, membership: Membership, who: str) -> None:
    """One to read, one for feeds, whose secrets the crawl knows."""
    place, ends_at = (Contact.objects.get(user=user), membership), timezone.now() + timedelta(days=90)
    for scope, secret in ((Scope.READ, TOKENS[who]), (Scope.FEED, FEED_TOKENS[who])):
        made, _ = tokens.make(user, word("token"), scope, ends_at, place=place)
        Token.objects.filter(pk=made.pk).update(digest=digest_of(secret))


def add_members(advisory: Advisory, by: User) -> None:
    """Who holds it, who was suspended before, and from whom it is kept: none of it is for anybody outside."""
    address = f"{word('role-address')}@members.sluice.example"
    holds = make_member(word("member"), role_address=address)
    contact = make_contact(holds, "contact@members.sluice.example")
    _give_tokens(contact, holds, "contact of a member")
    sealing.seal_waiting()
    MemberText.objects.filter(revision__advisory=advisory).update(trouble=word("unsealed"))
    Organisation.objects.filter(pk=holds.organisation_id).update(
        is_listed=False, website=f"https://{word('site')}.example"
    )
    armour = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{word('certificate')}\n-----END PGP PUBLIC KEY BLOCK-----\n"
    MemberKey.objects.create(organisation=holds.organisation, certificate=armour, fingerprint="A" * 40)
    product = Product.objects.create(organisation=holds.organisation, name=word("product"), builds_on=word("builds-on"))
    Readiness.objects.create(
        advisory=advisory, product=product, status="not-affected", reason=word("unaffected"),
        tracking_id=word("tracking"), note=word("member-note"), told_to="members", said_by=by,
    )  # fmt: skip
    Ask.objects.create(
        advisory=advisory, organisation=holds.organisation, kind="extension", wanted_at=PLANNED_AT,
        reason=word("asks-because"), by=by, answer=word("answered"), answered_by=by, answered_at=timezone.now(),
    )  # fmt: skip
    for audience in (CommentAudience.MEMBERS, CommentAudience.MEMBER):
        files = [(f"{word('member-file')}.txt", word("member-content").encode())]
        commenting.write(
            advisory, word("member-post"), files, audience=audience, by=by, organisation=holds.organisation
        )
    _add_another_member(advisory, by)
    narrow = make_member(word("kept-from"))
    KeptFrom.objects.create(
        advisory=advisory, organisation=narrow.organisation, reason=word("kept-from-because"), by=by
    )
    _add_an_applicant(by)


def _add_another_member(advisory: Advisory, by: User) -> None:
    """Who is told the same, and answers the team alone."""
    other = make_member(word("other-member"), role_address=f"{word('other-address')}@members.sluice.example")
    make_contact(other, f"{word('other-contact')}@members.sluice.example")
    product = Product.objects.create(organisation=other.organisation, name=word("other-product"))
    Readiness.objects.create(
        advisory=advisory, product=product, status="not-affected", reason=word("other-reason"),
        tracking_id=word("other-tracking"), note=word("other-note"), told_to="team", said_by=by,
    )  # fmt: skip
    Ask.objects.create(
        advisory=advisory, organisation=other.organisation, kind="extension", wanted_at=HIDDEN_END,
        reason=word("other-asks"), by=by,
    )  # fmt: skip
    commenting.write(
        advisory, word("other-post"), audience=CommentAudience.MEMBER, by=by, organisation=other.organisation
    )


def _add_an_applicant(by: User) -> None:
    """Who wants to be a member is the team's business, and so is what was said about it."""
    armour = f"-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n{word('applicants-key')}\n-----END PGP PUBLIC KEY BLOCK-----\n"
    application = Application.objects.create(
        reference="a00001", state="applied", name=word("applicant"), website=f"https://{word('applicants-site')}.example",
        contact_name=word("applicants-name"), contact_address=f"{word('applicants-address')}@members.sluice.example",
        role_address=f"{word('applicants-role')}@members.sluice.example", certificate=armour,
        answers={"kind": word("applicants-answer")}, is_during_embargo=True,
    )  # fmt: skip
    ApplicationNote.objects.create(application=application, kind="note", text=word("note-on-applicant"), by=by)
    MemberLetter.objects.create(
        application=application, kind="application", key="received", header_id="<a@sluice.example>",
        to_address=application.contact_address,
    )  # fmt: skip
