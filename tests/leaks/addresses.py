"""Every address of the resolver with what stands there and what doesn't: keys of real rows, one missing, one absurd.

Not every product of all ids: of each kind of row two for each advisory, with the other parts of the address that belong
to it, the same row below somebody else's number, and ids at which there is nothing.
"""

from collections import deque
from collections.abc import Iterator
from functools import cache
from typing import Any
from uuid import UUID

from django.db.models import ForeignKey, Model
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse

from accounts.models import Invitation, TeamSeat
from advisories.models import (
    Advisory,
    Application,
    Ask,
    Attachment,
    Batch,
    Comment,
    CommentFile,
    Consent,
    Contact,
    Decision,
    Delivery,
    ImportRun,
    IncomingMail,
    KeptFrom,
    MemberKey,
    Membership,
    OpenedFile,
    Organisation,
    PolicyVersion,
    Product,
    Proposal,
    PublicationStep,
    Report,
    Seat,
    StartedClock,
    Token,
)
from advisories.predisclosure.holding import batch_key
from releases.finders.reading import key_of
from releases.models import (
    Branch,
    Check,
    Flag,
    Patch,
    PointRelease,
    Series,
    SeriesRevision,
    SharedFix,
    Tree,
    Upload,
)
from tests.leaks.words import (
    GUESTS_NUMBER,
    HIDDEN_NUMBER,
    MISSING,
    OTHERS_TOKEN,
    PREDISCLOSED_NUMBER,
    PUBLIC_REDRAFTED,
    word,
)

ODD = (
    *("/nothing", "/admin/", "/advisories/feed", "/board.json", "/.git/config", "/static/../manage.py", "/media/"),
    *("/metrics", "/metrics/", "/debug/", "/server-status", "/status.json"),
)
"""Where other sites keep something, and what they count."""

_OF_EACH = 2
"""Rows of one kind that are asked for on each advisory."""

_MORE: dict[type[Model], int] = {CommentFile: 4}
"""Those of which it holds some for each audience."""

_OF_BATCHES = (
    *("batch", "join_batch", "leave_batch", "move_batch", "split_batch", "cancel_batch", "freeze_batch", "open_batch"),
    *("predisclose", "approve", "withdraw_approval", "override", "end_early", "try_step"),
)
"""Pages of the release desk."""

_OF_ORGANISATIONS = (
    *("organisation", "invite", "end_contact", "add_key", "retire_key", "change_address", "accept_terms", "confirm"),
    *("change_listing", "merge"),
)
"""Pages of a member's own things."""

_OF_APPLICATIONS = ("judge", "note", "ask", "reject", "accept")

_ROWS: dict[str, type[Model]] = {
    "check": Check, "check_mbox": Check, "series": Series, "revision": Series, "upload_revision": Series,
    "patch_file": Patch, "uploaded_file": Upload, "take_flag": Flag, "hand_over_flag": Flag,
    "change_series": Series, "end_seat": Seat, "end_team_seat": TeamSeat,
    "rehearsal": Batch, "rehearsal_letter": Batch, "rehearsal_members": Batch,
    "send_again": Delivery, "retract": Comment, "comment_file": CommentFile,
    "stop_clock": StartedClock, "ask_consent_again": Consent,
    "revoke_token": Token, "tell_nothing": Decision,
    "import": ImportRun, "original": IncomingMail, "invite_again": Invitation, "withdraw": Invitation,
    "add_product": Organisation, "retire_product": Product, "say": Product, "reply": Ask,
    "discussion_file": CommentFile, "file": Attachment, "opened_file": OpenedFile,
    **dict.fromkeys(_OF_ORGANISATIONS, Organisation), "step": Membership, "tell_again": KeptFrom,
    **dict.fromkeys(_OF_BATCHES, Batch),
    **dict.fromkeys(("answer_end", "accept_end", "reject_end", "withdraw_end"), Proposal),
}  # fmt: skip
"""Whose key stands in the address of that name."""

_ROWS_AT: dict[str, type[Model]] = {
    "step": PublicationStep, "contact": Contact, "key": MemberKey, "product": Product, "sequence": PolicyVersion,
}  # fmt: skip
"""Whose key stands at a place that isn't called `pk`."""

_GUESSES: dict[str, list[Any]] = {
    "pk": [1, MISSING], "token": [OTHERS_TOKEN, "guess"], "reference": ["guess"], "uidb64": ["MQ"],
    "public_id": [UUID(int=1)], "recipient": ["announce@lists.sluice.example"],
    "name": ["guess.txt"], "version": [2, 1, 0, 2**70], "rating": ["high", "guess"],
    "place": [1, MISSING], "word": ["guess"], "page": [1, 2, 2**70],
    "secret": ["pstf_" + "0" * 43, "guess"], "batch": ["0" * 16], "rest": ["guess"],
    "path": ["index.txt", "feed.json", "2026/ssa-7.json", "2026/ssa-7.json.sha256", "guess"],
}  # fmt: skip
"""Of what the world holds none of, or what a secret word opens."""

_NAMED: dict[str, tuple[type[Model], str]] = {
    "number": (Advisory, "number"), "reference": (Report, "reference"), "slug": (Tree, "slug"),
}  # fmt: skip
"""What stands in addresses besides keys."""

_TO_MEMBERS = ("members:", "answering:", "api:")
"""Where members read what they hold; there is something of the pre-disclosed one alone."""

_FOR_EVERY_ADVISORY = ("detail", "edit", "embargo")
"""Addresses that are asked for with every number; elsewhere one hidden, the guest's, one public."""

KNOWN_TO_MANAGERS = ("releases:take_flag", "releases:hand_over_flag")
"""A flag on a hidden series is a release manager's business, as its number and verdicts are."""


def addresses() -> list[tuple[str, str]]:
    """Name and address of everything, in the order of the resolver."""
    found = [(name, address) for name, pattern in patterns(get_resolver()) for address in _of(name, pattern)]
    return [*found, *(("", address) for address in ODD)]


def twins() -> Iterator[tuple[str, str, str]]:
    """Name, address of something that readers may not know, and the same address where there is nothing."""
    hidden = Advisory.objects.embargoed().exclude(number=GUESTS_NUMBER)
    for name, pattern in patterns(get_resolver()):
        own, places = _own(name), list(pattern.pattern.converters)
        if "pk" in places and own in _ROWS:
            path = path_to(_ROWS[own], Advisory)
            kept = hidden.values_list("pk", flat=True) if path else []
            rows = [row for row in _some(_ROWS[own]) if path and _owner(row, path) in set(kept)]
            found = [{place: _belonging(row, place, _values(name, place)[0]) for place in places} for row in rows]
            found = [values | {"pk": row.pk} for values, row in zip(found, rows, strict=True)]
        elif "number" in places:
            rest = {place: _values(name, place)[0] for place in places}
            numbers = hidden.values_list("number", flat=True) if own in _FOR_EVERY_ADVISORY else [rest["number"]]
            found = [rest | {"number": number} for number in numbers]
        else:
            continue
        for values in found:
            gone = {place: MISSING for place in ("pk", "number") if place in values and own != "revision"}
            yield name, reverse(name, kwargs=values), reverse(name, kwargs=values | (gone or {"pk": MISSING}))


def patterns(resolver: URLResolver, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every named pattern with its namespaces."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from patterns(entry, (*spaces, entry.namespace) if entry.namespace else spaces)
        else:
            yield ":".join((*spaces, entry.name or "")), entry


def row_behind(name: str) -> type[Model] | None:
    """Of which model the key in the address of that name is, where that is entered here."""
    return _ROWS.get(_own(name))


def guess(name: str, place: str) -> Any:
    """The first of what the crawl asks for at that place."""
    return _values(name, place)[0]


def _own(name: str) -> str:
    """A name without its space; a frozen revision is not one of a series."""
    return "frozen" if name in ("advisories:revision", "api:revision") else name.split(":")[-1]


def _of(name: str, pattern: URLPattern) -> list[str]:
    places = list(pattern.pattern.converters)
    found: dict[str, None] = {}
    for values in _combinations(name, places):
        try:
            found[reverse(name, kwargs=values)] = None
        except NoReverseMatch:
            continue
    return list(found)


def _combinations(name: str, places: list[str]) -> Iterator[dict[str, Any]]:
    if "pk" in places and _own(name) in _ROWS:
        yield from _around_rows(_ROWS[_own(name)], name, places)
        return
    values = {place: _values(name, place) for place in places}
    first = {place: found[0] for place, found in values.items()}
    yield first
    for place, found in values.items():
        for value in found[1:]:
            yield first | {place: value}


def _around_rows(model: type[Model], name: str, places: list[str]) -> Iterator[dict[str, Any]]:
    """Each row at its own address and below somebody else's, and a row that isn't there."""
    last: dict[str, Any] = {place: _values(name, place)[0] for place in places if place != "pk"}
    for row in _some(model):
        for place in last:
            last[place] = _belonging(row, place, last[place])
        yield {**last, "pk": row.pk}
        if "number" in places and model is not Series:
            yield {**last, "pk": row.pk, "number": GUESTS_NUMBER}
            yield {**last, "pk": row.pk, "number": MISSING}
        if _own(name) == "revision":
            yield from ({**last, "pk": row.pk, "number": number} for number in (1, 2, 0))
    yield {**last, "pk": MISSING}


def _belonging(row: Model, place: str, guess: Any) -> Any:
    """What stands at `place` in the row's own address."""
    if place == "name" and hasattr(row, "file_name"):
        return row.file_name
    if place not in _NAMED:
        return guess
    model, field = _NAMED[place]
    path = path_to(type(row), model)
    if path is None:
        return guess
    value = type(row)._default_manager.filter(pk=row.pk).values_list("__".join([*path, field]), flat=True).get()
    return guess if value is None else value


def _owner(row: Model, path: tuple[str, ...]) -> Any:
    return type(row)._default_manager.filter(pk=row.pk).values_list("__".join(path), flat=True).get()


def _some(model: type[Model]) -> Iterator[Model]:
    """Two rows of each advisory, or of what there is."""
    path = path_to(model, Advisory)
    counted: dict[Any, int] = {}
    rows = model._default_manager.order_by("pk")
    owners = dict(rows.values_list("pk", "__".join(path))) if path else {}
    for row in rows:
        owner = owners.get(row.pk)
        counted[owner] = counted.get(owner, 0) + 1
        if counted[owner] <= _MORE.get(model, _OF_EACH) + (0 if path else 4):
            yield row


@cache
def path_to(model: type[Model], target: type[Model]) -> tuple[str, ...] | None:
    """The shortest way over foreign keys from a model to another, if there is one."""
    waiting: deque[tuple[type[Model], tuple[str, ...]]] = deque([(model, ())])
    seen: set[type[Model]] = set()
    while waiting:
        here, path = waiting.popleft()
        if here is target:
            return path
        if here in seen or len(path) > 5:
            continue
        seen.add(here)
        for field in here._meta.concrete_fields:
            if isinstance(field, ForeignKey) and isinstance(field.related_model, type):
                waiting.append((field.related_model, (*path, field.name)))
    return None


def _values(name: str, place: str) -> list[Any]:
    if place == "shown":
        return [*_keys_of_finders(), "guess"]
    if place == "reference" and name.startswith(("triage:", "releases:")):
        fed = Report.objects.filter(advisory__number__in=[HIDDEN_NUMBER, PREDISCLOSED_NUMBER])
        return [*fed.values_list("reference", flat=True), "guess"]
    if name.startswith(_TO_MEMBERS) and place in ("number", "version", "name", "batch"):
        return _of_members(place)
    if place in _ROWS_AT and (place != "step" or name == "releases:try_step"):
        return [*(row.pk for row in _some(_ROWS_AT[place])), 1, MISSING]
    return _of_others(_own(name), place)


def _of_others(own: str, place: str) -> list[Any]:
    if place == "number":
        return _numbers(own)
    if place == "version" and own == "frozen":
        return [1, 2, 0, 2**70]
    if place == "slug":
        return [*Tree.objects.values_list("slug", flat=True), "missing"]
    if place == "name" and own in ("branch", "check_again", "follow", "enter_dates"):
        return [*Branch.objects.values_list("name", flat=True), "9.9", "--help", "%0d%0a"]
    if place == "version" and own.startswith("release"):
        return [*(str(release) for release in PointRelease.objects.select_related("branch")), "9.9.9", "guess"]
    if place == "name" and own.startswith("release"):
        return list(Branch.objects.values_list("name", flat=True))
    if place == "name" and own == "record":
        return ["osv.json", "csaf.json", "vex.json", "ssa7.meta", "guess.json"]
    if place == "name" and own in ("text", "mail"):
        return [f"ssa{HIDDEN_NUMBER}-v2", f"ssa{PUBLIC_REDRAFTED}-v2", "guess"]
    if own == "branch_feed":
        return {"tree": [*Tree.objects.values_list("slug", flat=True), "missing"], "branch": ["1.0", "guess"]}[place]
    if place in ("step", "reference") and own in ("step", *_OF_APPLICATIONS):
        return ["remove", "guess", *Application.objects.values_list("reference", flat=True)]
    if place in _GUESSES:
        return _GUESSES[place]
    raise LookupError(f"the crawl has no values for {place} of {own}")


def _keys_of_finders() -> list[str]:
    """What addresses of those with whom a fix is shared call its revisions."""
    shared, fixes = SharedFix.objects.select_related("report"), SeriesRevision.objects.all()
    return [key_of(one.report, fix) for one in shared for fix in fixes]


def _numbers(own: str) -> list[int]:
    if own not in _FOR_EVERY_ADVISORY:
        return [HIDDEN_NUMBER, PREDISCLOSED_NUMBER, GUESTS_NUMBER, PUBLIC_REDRAFTED, MISSING]
    rest = Advisory.objects.exclude(number=HIDDEN_NUMBER).values_list("number", flat=True)
    return [HIDDEN_NUMBER, *rest, MISSING, 2**70]


def _of_members(place: str) -> list[Any]:
    """What stands where members look: what they hold, and what they don't."""
    held = Batch.objects.filter(entries__advisory__number=PREDISCLOSED_NUMBER)
    found: dict[str, list[Any]] = {
        "number": [PREDISCLOSED_NUMBER, HIDDEN_NUMBER, PUBLIC_REDRAFTED, MISSING],
        "version": [1, 2, 0, 2**70],
        "name": [f"{word('frozen-name')}.patch", "guess.txt"],
        "batch": [*(batch_key(batch.pk) for batch in held), "0" * 16],
    }
    return found[place]
