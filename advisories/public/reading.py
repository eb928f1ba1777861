"""One advisory as everyone may read it: what was published of it, its patches, and what may be known of its embargo."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import BigIntegerField, CharField, DateTimeField, IntegerField
from django.db.models.functions import Length

from advisories.calendar import words
from advisories.lifecycle import State
from advisories.models import Event, Publication, Reissue, RevisionPatch
from advisories.policy import Announced, Policy
from advisories.public import announced, saying
from advisories.public.asides import LastAnywhere, NewestAnywhere, Predecessor, Successor
from advisories.public.differing import differences
from advisories.public.in_hand import once
from advisories.public.saying import Content
from advisories.public.values import AdvisoryPage, Differences, Issue, Moment, Other

EVERYONE = AnonymousUser()

_STEPS = {
    State.PREDISCLOSED.value: "Given to the members of the pre-disclosure list",
    State.WITHDRAWN.value: "Withdrawn",
}


def issued(number: int) -> list[Publication]:
    """Every public revision of one advisory, the first first, without its words; none for what is hidden or missing.

    One query. Each has `successor` (the number of a published advisory that took its place, or None), `predecessor`
    (of one whose place it took), and their titles.
    """
    return once(("issued", number), lambda: _issued(number))


def _issued(number: int) -> list[Publication]:
    found = Publication.objects.live().filter(number=number).order_by("version")
    return list(
        found.select_related("revision__signed_text", "advisory", "arming")
        .only(
            *("number", "version", "title", "public_at", "arming__batch_id", "advisory_id", "revision_id"),
            *("revision__content_sha256", "revision__reason", "revision__changes"),
            *(f"revision__signed_text__{name}" for name in ("sha256", "fingerprint", "made_at")),
            *("advisory__state", "advisory__ended_because", "advisory__withdrawn_at"),
        )
        .annotate(
            successor=Successor(IntegerField(null=True), "advisory__superseded_by", column="number"),
            successor_title=Successor(CharField(null=True), "advisory__superseded_by", column="title"),
            predecessor=Predecessor(IntegerField(null=True), "advisory", column="number"),
            predecessor_title=Predecessor(CharField(null=True), "advisory", column="title"),
            # Together these are others as soon as anything else is public: a condition on it can be told then.
            newest_anywhere=NewestAnywhere(DateTimeField(null=True)),
            last_anywhere=LastAnywhere(BigIntegerField(null=True)),
        )
    )


def made_of(issues: Sequence[Publication]) -> list[object]:
    """Everything that a page of an advisory depends on, except the policy: another value, another page."""
    newest = issues[-1]
    texts = [getattr(one.revision, "signed_text", None) for one in issues]
    names = ("successor", "successor_title", "predecessor", "predecessor_title", "newest_anywhere", "last_anywhere")
    return [
        *((one.pk, one.version, one.public_at, one.revision.content_sha256) for one in issues),
        *((text.sha256, text.fingerprint) for text in texts if text is not None),
        (_withdrawn_because(newest), *(getattr(newest, name) for name in names)),
    ]


def changed_at(issues: Sequence[Publication]) -> datetime | None:
    """When readers were told something else last; None where that isn't known, since it was withdrawn or superseded."""
    newest = issues[-1]
    is_as_issued = newest.advisory.state != State.WITHDRAWN and _other(newest, "successor") is None
    return newest.public_at if is_as_issued else None


def page_of(
    issues: Sequence[Publication], contents: Mapping[int, Content], version: int, policy: Policy
) -> AdvisoryPage:
    """What the page of one of `issues` shows: two queries, however many revisions there are."""
    shown = next(one for one in issues if one.version == version)
    content = contents[shown.version]
    sizes = dict(
        RevisionPatch.objects.visible_to(EVERYONE)
        .filter(revision=shown.revision_id)
        .values_list("file_name", Length("content"))
    )
    text = getattr(shown.revision, "signed_text", None)
    newest = issues[-1]
    history = history_of(issues)
    return AdvisoryPage(
        number=shown.number,
        label=f"{settings.ADVISORY_PREFIX}-{shown.number}",
        title=shown.title,
        version=shown.version,
        issues=history,
        withdrawn_because=_withdrawn_because(newest),
        superseded_by=_other(newest, "successor"),
        supersedes=_other(newest, "predecessor"),
        severities=saying.severities(content),
        identifiers=saying.identifiers(content),
        parts=saying.parts(content),
        trees=saying.trees(content),
        tags=tuple(content.get("tags", ())),
        finders=saying.finders(content),
        patches=saying.patch_groups(content, sizes),
        recipes=saying.recipes(content),
        announced=announced.recipes(content),
        differences=tuple(differences_of(history, contents, up_to=version)),
        moments=tuple(_moments(issues, history, policy)),
        embargo=saying.embargo(content, issues[0].public_at),
        text_sha256=text.sha256 if text else "",
        fingerprint=text.fingerprint if text else "",
    )


def everything() -> list[Publication]:
    """Every public revision of every advisory with its words, by number and version: one query."""
    found = Publication.objects.live().select_related("revision", "advisory").order_by("number", "version")
    return list(
        found.only(
            *("number", "version", "title", "content", "public_at", "advisory_id", "revision_id"),
            *("revision__reason", "revision__changes"),
            *("advisory__state", "advisory__ended_because", "advisory__withdrawn_at"),
        )
    )


def known_among(numbers: set[int]) -> set[int]:
    """Those of `numbers` that are published."""
    if not numbers:
        return set()
    return set(Publication.objects.live().filter(number__in=numbers).values_list("number", flat=True))


def history_of(issues: Sequence[Publication]) -> tuple[Issue, ...]:
    """Every public revision with what it changed. What led to the first one was told to members alone."""
    return tuple(
        Issue(
            one.version,
            one.public_at,
            one.revision.changes if place else "",
            str(Reissue(one.revision.reason).label) if place else "",
        )
        for place, one in enumerate(issues)
    )


def contents_of(issues: Sequence[Publication]) -> dict[int, Content]:
    """What each of them says, by version, with nothing in it that depends on something hidden: two queries at most."""
    keys = tuple(one.pk for one in issues)
    return once(("contents", keys), lambda: _contents_of(keys))


def _contents_of(keys: Sequence[int]) -> dict[int, Content]:
    rows = dict(Publication.objects.live().filter(pk__in=keys).values_list("version", "content"))
    known = known_among(saying.conditions_in(rows.values()))
    return {version: saying.without_hidden(content, known) for version, content in rows.items()}


def _withdrawn_because(publication: Publication) -> str:
    return publication.advisory.ended_because if publication.advisory.state == State.WITHDRAWN else ""


def _other(publication: Publication, name: str) -> Other | None:
    number: int | None = getattr(publication, name)
    return Other(number, getattr(publication, f"{name}_title")) if number else None


def differences_of(history: Sequence[Issue], contents: Mapping[int, Content], *, up_to: int) -> list[Differences]:
    """What each revision up to one changed, the newest first."""
    pairs = [(one, two) for one, two in itertools.pairwise(history) if two.version <= up_to]
    return [
        Differences(two, one.version, differences(contents[one.version], contents[two.version]))
        for one, two in reversed(pairs)
    ]


def _moments(issues: Sequence[Publication], history: Sequence[Issue], policy: Policy) -> list[Moment]:
    """What happened until today, as far as everyone may know: steps of the lifecycle, and moved dates where the policy
    announces dates. Reasons for a move are the team's: they may speak of other advisories.
    """
    newest = issues[-1]
    found = [Moment(one.at, _published(one, is_first=not place)) for place, one in enumerate(history)]
    about = {f"advisory:{newest.advisory_id}": "state-changed"}
    batches = {one.arming.batch_id for one in issues if one.arming is not None}
    if Announced.DATES in policy.announced:
        about |= {f"batch:{batch}": "batch-moved" for batch in batches}
    for event in Event.objects.filter(about__in=about, kind__in=set(about.values())).order_by("sequence"):
        if event.kind == "state-changed" and event.detail["to"] in _STEPS:
            found.append(Moment(event.at, _STEPS[event.detail["to"]]))
        elif event.kind == "batch-moved" and about[event.about] == "batch-moved":
            old, new = (datetime.fromisoformat(event.detail[name]) for name in ("from", "to"))
            found.append(Moment(event.at, f"Release moved from {words.day(old)} to {words.day(new)}"))
    return sorted(found, key=lambda one: one.at)


def _published(issue: Issue, *, is_first: bool) -> str:
    return f"Published as version {issue.version}" if is_first else f"Issued again as version {issue.version}"
