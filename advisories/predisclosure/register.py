"""Who had which revision when: every letter to members about one advisory, for the team."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from accounts.access import Viewer
from accounts.models import Sending
from advisories.calendar import words
from advisories.models import Advisory, Batch, Delivery, DeliveryForm, KeptFrom, Membership, MembershipState, What
from advisories.models.delivery import TO_EVERYONE
from advisories.predisclosure.returning import MAY_GO_AGAIN

_TONES = {Sending.SENT: "good", Sending.BOUNCED: "bad", Sending.FAILED: "bad", Sending.STOPPED: "warn"}
_TROUBLE = frozenset({Sending.BOUNCED, Sending.FAILED})
_RAISED = {
    "SMTPRecipientsRefused": "The mail server did not take the address",
    "SMTPSenderRefused": "The mail server did not take our address",
    "SMTPDataError": "The mail server did not take the letter",
    "SMTPServerDisconnected": "The mail server broke the connection off",
    "SMTPAuthenticationError": "The mail server did not let us in",
}
_OTHER_NEWS = 0
"""The column of what came without a revision; versions begin at one."""


@dataclass(frozen=True, slots=True)
class Sent:
    """One letter and what became of it."""

    pk: int
    what: str
    state: str
    state_name: str
    tone: str
    form: str
    """What kind of letter it became; empty until it was written."""
    keys: tuple[str, ...]
    """Fingerprints that it was encrypted to."""
    promised_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None
    fetched_at: datetime | None
    acknowledged_at: datetime | None
    acknowledged_by: str
    trouble: str
    may_go_again: bool

    @property
    def is_silent(self) -> bool:
        """It left, and nobody has given a sign since."""
        return self.state == Sending.SENT and self.fetched_at is None and self.acknowledged_at is None

    @property
    def is_trouble(self) -> bool:
        """It did not arrive."""
        return self.state in _TROUBLE


@dataclass(frozen=True, slots=True)
class Row:
    """One member, over all columns."""

    name: str
    standing: str
    """Empty for an active member; otherwise since when it is what."""
    cells: tuple[tuple[str, tuple[Sent, ...]], ...]
    """The column's name with the letters in it."""

    @property
    def letters(self) -> tuple[Sent, ...]:
        """All of them."""
        return tuple(letter for _, cell in self.cells for letter in cell)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far letters are, counted."""

    total: int
    sent: int
    waiting: int
    trouble: int
    stopped: int
    acknowledged: int
    troubles: tuple[str, ...] = ()
    """What those that wait wait for, in neutral words."""


@dataclass(frozen=True, slots=True)
class Column:
    """One revision, or everything that came without one."""

    key: int
    name: str
    progress: Progress


@dataclass(frozen=True, slots=True)
class Register:
    """The page of one advisory."""

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    untold: tuple[tuple[str, str], ...]
    """Members that were told nothing, and why."""


def register_of(advisory: Advisory, viewer: Viewer) -> Register:
    """Everything there is of one advisory, with as many queries for many members as for one."""
    rows = list(
        Delivery.objects.visible_to(viewer)
        .filter(tiding__advisory=advisory)
        .select_related("tiding__revision", "membership__organisation__merged_into", "acknowledged_by")
        .defer("tiding__revision__content")
        .order_by("pk")
    )
    keys = sorted({_key(one) for one in rows}, key=lambda key: (key == _OTHER_NEWS, key))
    names = {key: f"v{key}" if key else "Dates and other news" for key in keys}
    columns = tuple(Column(key, names[key], _progress([one for one in rows if _key(one) == key])) for key in keys)
    by_member: dict[int, list[Delivery]] = defaultdict(list)
    for one in rows:
        by_member[one.membership_id].append(one)
    found = [_row(mine, names) for mine in by_member.values()]
    return Register(
        columns, tuple(sorted(found, key=lambda row: row.name.lower())), tuple(_untold(advisory, viewer, rows))
    )


def progress_of(batch: Batch, viewer: Viewer) -> Progress | None:
    """How far the letters of a release are; None where none was promised."""
    rows = Delivery.objects.visible_to(viewer).filter(tiding__batch=batch)
    grouped = rows.order_by().values_list("state", "trouble").annotate(number=Count("pk"))
    counted = {(state, trouble): number for state, trouble, number in grouped}
    if not counted:
        return None
    return _counted(counted, rows.filter(acknowledged_at__isnull=False).count())


def in_words(trouble: str) -> str:
    """What went wrong, for people: a row keeps what mail servers make programs raise, with their number."""
    name, _, code = trouble.partition(" ")
    said = _RAISED.get(name)
    if said is None:
        return f"The mail server does not answer ({name})." if name.endswith("Error") and not code else trouble
    return f"{said} ({code})." if code else f"{said}."


def _key(delivery: Delivery) -> int:
    revision = delivery.tiding.revision
    return revision.number if revision else _OTHER_NEWS


def _row(mine: Sequence[Delivery], names: Mapping[int, str]) -> Row:
    membership = mine[0].membership
    cells = tuple((name, tuple(_sent(one) for one in mine if _key(one) == key)) for key, name in names.items())
    return Row(membership.organisation.name, _standing(membership), cells)


def _standing(membership: Membership) -> str:
    into = membership.organisation.merged_into
    if into is not None:
        return f"now part of {into}"
    if membership.state == MembershipState.REMOVED and membership.ended_at is not None:
        return f"removed on {words.day(membership.ended_at)}"
    return "" if membership.state == MembershipState.ACTIVE else str(membership.state)


def _sent(one: Delivery) -> Sent:
    state = Sending(one.state)
    return Sent(
        pk=one.pk,
        what=str(What(one.tiding.what).label),
        state=state,
        state_name=str(state.label),
        tone=_TONES.get(state, "info"),
        form=str(DeliveryForm(one.form).label) if one.form else "",
        keys=tuple(key for key in one.encrypted_to.split(",") if key),
        promised_at=one.made_at,
        sent_at=one.sent_at,
        bounced_at=one.bounced_at,
        fetched_at=one.fetched_at,
        acknowledged_at=one.acknowledged_at,
        acknowledged_by=str(one.acknowledged_by) if one.acknowledged_by else "",
        trouble=in_words(one.trouble),
        may_go_again=state in MAY_GO_AGAIN,
    )


def _progress(rows: Sequence[Delivery]) -> Progress:
    counted: dict[tuple[str, str], int] = defaultdict(int)
    for one in rows:
        counted[one.state, one.trouble] += 1
    return _counted(counted, sum(one.acknowledged_at is not None for one in rows))


def _counted(counted: Mapping[tuple[str, str], int], acknowledged: int) -> Progress:
    def of(*states: str) -> int:
        return sum(number for (state, _), number in counted.items() if state in states)

    waits = (Sending.QUEUED, Sending.SENDING)
    return Progress(
        total=sum(counted.values()),
        sent=of(Sending.SENT),
        waiting=of(*waits),
        trouble=of(*_TROUBLE),
        stopped=of(Sending.STOPPED),
        acknowledged=acknowledged,
        troubles=tuple(sorted({in_words(trouble) for state, trouble in counted if trouble and state in waits})),
    )


def _untold(advisory: Advisory, viewer: Viewer, rows: Sequence[Delivery]) -> Iterable[tuple[str, str]]:
    """Members on the list to which nothing of it was promised before it was public."""
    told = {one.membership.organisation_id for one in rows if one.tiding.what not in TO_EVERYONE}
    if not told:
        return
    kept = dict(KeptFrom.objects.visible_to(viewer).filter(advisory=advisory).values_list("organisation", "reason"))
    on_the_list = Membership.objects.visible_to(viewer).on_the_list().select_related("organisation")
    for membership in on_the_list.order_by("organisation__name"):
        if membership.organisation_id in told:
            continue
        reason = kept.get(membership.organisation_id)
        if reason:
            yield membership.organisation.name, f"It is kept from them: {reason}"
        elif membership.state == MembershipState.SUSPENDED:
            yield membership.organisation.name, "Suspended."
        else:
            yield membership.organisation.name, "Not on the list, or suspended, when it was told."
