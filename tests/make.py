"""Typed makers of rows, with everything a test doesn't care about filled in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.test import Client
from django.utils import timezone

from accounts.models import Role, TeamSeat, User
from advisories.content import Fixes
from advisories.embargo import negotiating
from advisories.embargo.negotiating import End
from advisories.lifecycle import LEAVES_A_NOTE, SHOWN_TO_READERS, State
from advisories.models import (
    Advisory,
    Contact,
    ContactRight,
    Embargo,
    MemberKey,
    Membership,
    MembershipState,
    Organisation,
    Party,
    Proposal,
    Publication,
    Report,
    Seat,
)
from advisories.models.seat import Right
from advisories.openpgp import certificates
from advisories.release import publishing
from advisories.reporting import intake, triage
from advisories.reporting.intake import Told
from releases import uploading
from releases.checking import requesting as checking
from releases.checking import running
from releases.mirroring import fetching
from releases.models import Branch, BranchRun, Cell, Check, RunState, Series, Tree
from tests.upstream import Upstream


def make_user(email: str = "", *roles: Role, password: str | None = None, is_superuser: bool = False) -> User:
    """A person who holds these seats on the team."""
    email = email or f"person-{User.objects.count() + 1}@sluice.example"
    user = User.objects.create_user(email, password, is_superuser=is_superuser)
    for role in roles:
        TeamSeat.objects.create(user=user, role=role)
    return user


def make_advisory(
    *, number: int | None = None, title: str = "Guests may overflow a queue", state: State = State.DRAFTING,
    public_in: timedelta = timedelta(days=-1), **fields: object,
) -> Advisory:  # fmt: skip
    """An advisory in a state; what readers are shown became public a day ago unless `public_in` says otherwise."""
    if state in LEAVES_A_NOTE:
        fields = {"ended_because": "There was nothing to advise on."} | fields
    if state == State.MERGED and "merged_into" not in fields:
        fields["merged_into"] = make_advisory(title="What it was merged into")
    if number is None:
        number = (Advisory.objects.aggregate(last=Max("number"))["last"] or 0) + 1
    public_at = timezone.now() + public_in if state in SHOWN_TO_READERS else None
    if state == State.WITHDRAWN:
        fields = {"withdrawn_at": public_at} | fields
    advisory = Advisory.objects.create(number=number, title=title, state=state, public_at=public_at, **fields)
    if public_at is not None:
        make_publication(advisory, public_at)
    return advisory


def make_publication(advisory: Advisory, public_at: datetime) -> Publication:
    """The draft as it is, as the next revision, for everyone from an instant on."""
    changes = "It says more." if advisory.revisions.exists() else ""
    return publishing.publish_known(advisory, Fixes(), public_at, changes=changes)


def make_seat(advisory: Advisory, user: User) -> Seat:
    """A seat of `user` on one advisory."""
    return Seat.objects.create(advisory=advisory, user=user)


def make_tree(upstream: Upstream | None = None, *, slug: str = "sluice", **fields: object) -> Tree:
    """A tree on `upstream`, or on an address that nobody will ask; not fetched."""
    url = upstream.url if upstream else "https://git.sluice.example/sluice.git"
    values: dict[str, object] = {"url": url, "release_tag_pattern": r"R-(\d+\.\d+)\.(\d+)"}
    return Tree.objects.create(slug=slug, **(values | fields))


def make_branch(tree: Tree, name: str = "1.0", **fields: object) -> Branch:
    """A branch as a fetch would have found it, with commits that are in no mirror."""
    values: dict[str, object] = {
        "position": tree.branches.count(),
        "stable_ref": f"stable-{name}",
        "staging_ref": f"staging-{name}",
        "stable_commit": "1" * 40,
        "staging_commit": "2" * 40,
        "fork_commit": "3" * 40,
    }
    return Branch.objects.create(tree=tree, name=name, **(values | fields))


def fetched(tree: Tree) -> Branch:
    """Fetch the tree here and now; its newest branch."""
    fetching.fetch(tree.pk)
    tree.refresh_from_db()
    assert not tree.fetch_error, tree.fetch_error
    return tree.branches.order_by("-position")[0]


def make_series(
    branch: Branch | Sequence[Branch], *patches: bytes, advisory: Advisory | None = None,
    depends_on: Iterable[Series] = (), depends_on_commits: Sequence[str] = (),
) -> Series:  # fmt: skip
    """A series uploaded for these branches of one tree, one file for each patch."""
    branches = [branch] if isinstance(branch, Branch) else list(branch)
    revision = uploading.upload_series(
        advisory or make_advisory(),
        tree=branches[0].tree,
        branches=branches,
        files=[(f"{number}.patch", patch) for number, patch in enumerate(patches, start=1)],
        by=None,
        depends_on=depends_on,
        depends_on_commits=depends_on_commits,
    )
    return revision.series


def checked(branch: Branch) -> BranchRun:
    """Request a run on `branch` if something is due, and work on it here and now."""
    checking.request_where_inputs_moved(tree=branch.tree)
    run = BranchRun.objects.filter(branch=branch, state=RunState.QUEUED).first() or checking.request(branch)
    assert running.work_on(run.pk)
    run.refresh_from_db()
    return run


def check_of(series: Series, branch: Branch, baseline: str = "release") -> Check:
    """What the cell shows."""
    cell = Cell.objects.get(series=series, branch=branch, baseline=baseline)
    assert cell.check_made is not None
    return cell.check_made


def verdicts(series: Series, branch: Branch) -> dict[str, str]:
    """Baseline -> kind of verdict, as the cells show them."""
    cells = Cell.objects.filter(series=series, branch=branch).select_related("check_made__verdict")
    return {cell.baseline: cell.check_made.verdict.kind if cell.check_made else "" for cell in cells}


def make_report(title: str = "Event queue overflows", text: str = "A guest writes too far.", **told: str) -> Report:
    """A report as the form takes it, from a finder with an address unless `told` says otherwise."""
    values = {"name": "Ada Finder", "address": "ada@research.example"} | told
    return intake.open_report(Told(title, text, values["name"], values["address"]))


def make_guest(advisory: Advisory, email: str = "guest@vendor.example", right: Right = Right.COMMENT) -> User:
    """Somebody with a seat on one advisory since a minute."""
    user = make_user(email)
    began = timezone.now() - timedelta(minutes=1)
    Seat.objects.create(advisory=advisory, user=user, right=right, from_at=began)
    return user


def signed_in(user: User) -> Client:
    """A browser of theirs, in which they have signed in with everything that belongs to it."""
    client = Client()
    client.force_login(user)
    return client


def make_accepted_report(advisory: Advisory, by: User, **told: str) -> Report:
    """A report that feeds an advisory."""
    report = make_report(**told)
    triage.assign(report, by, by=by)
    triage.link(report, advisory, by=by)
    return report


def make_member(
    name: str = "Reservoir Linux", state: MembershipState = MembershipState.ACTIVE, **fields: Any
) -> Membership:
    """An organisation that is on the list."""
    address = f"security@{name.lower().replace(' ', '-')}.example"
    organisation = Organisation.objects.create(name=name)
    closed: dict[str, Any] = {} if state == MembershipState.ACTIVE else {"reason": "They asked for it."}
    if state == MembershipState.REMOVED:
        closed["ended_at"] = timezone.now()
    return Membership.objects.create(
        organisation=organisation, state=state, **({"role_address": address} | closed | fields)
    )


def make_contact(
    membership: Membership, email: str = "", right: ContactRight = ContactRight.MANAGE, **fields: Any
) -> User:
    """Somebody who speaks for a member since a minute."""
    user = make_user(email)
    began = timezone.now() - timedelta(minutes=1)
    values: dict[str, Any] = {"from_at": began} | fields
    Contact.objects.create(organisation=membership.organisation, user=user, right=right, **values)
    return user


def make_member_key(membership: Membership, certificate: bytes) -> MemberKey:
    """A key that letters to this member are encrypted to."""
    read = certificates.read(certificate)
    return MemberKey.objects.create(
        organisation=membership.organisation,
        certificate=read.armoured,
        fingerprint=read.fingerprint,
        expires_at=read.encrypts_until(timezone.now()),
    )


def make_proposal(advisory: Advisory, days: float = 14, *, party: Party | None = None, **end: Any) -> Proposal:
    """A proposed end so many days from now, by the team unless `party` says otherwise."""
    wanted = End(timezone.now() + timedelta(days=days), **end)
    return negotiating.propose(advisory, wanted, party=party or Party.team())


def make_embargo(advisory: Advisory, by: User, days: float = 14) -> Embargo:
    """An embargo in force for so many days."""
    negotiating.accept(make_proposal(advisory, days), by=by)
    return Embargo.of(advisory)
