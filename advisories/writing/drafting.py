"""Writing an advisory: what is kept, what a revision would freeze of it, and what the record says (never a text)."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from accounts.models import User
from advisories import permissions, sections
from advisories.lifecycle import State, check_goes_on
from advisories.models import (
    Advisory,
    Affected,
    Event,
    Finder,
    Identifier,
    Permission,
    StaleAdvisory,
    Tag,
    TextVersion,
    Vector,
)
from advisories.models.identifier import UNSETTLED
from advisories.release.disarming import disarm_for
from advisories.reporting import credits
from advisories.writing.merging import Conflict, Merged, merge_texts

_ATTEMPTS = 5
"""How often a text is put together again because somebody else kept theirs meanwhile."""


class TextConflict(Exception):
    """Somebody else changed the same sections since the text was read; nothing was kept."""

    def __init__(self, merged: Merged, version: int) -> None:
        super().__init__(f"{len(merged.conflicts)} sections were changed by two at once")
        self.merged = merged
        self.version = version
        """The version that `merged` stands on; the answer is kept against it."""

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """The sections on which both wrote, in order."""
        return self.merged.conflicts


@transaction.atomic
def begin(advisory: Advisory, *, by: User | None) -> Advisory:
    """Take the number and keep the first text. Raises `IntegrityError` where the number is taken."""
    advisory.save(force_insert=True)
    _remember(advisory, by)
    Event.objects.record(advisory, kind="number-taken", by=by, detail={"number": advisory.number})
    return advisory


@transaction.atomic
def keep_text(advisory: Advisory, typed: Mapping[str, str], *, read_version: int, by: User | None) -> Merged:
    """Keep what somebody made of the text that they read as `read_version`; says what was put together.

    `typed` maps the title and names of sections to text; what isn't there stays. Sections that only one changed since
    are put together by themselves. Raises `TextConflict` where two changed the same one, and `StaleAdvisory` where
    others keep being faster, and `HasEnded`. Nothing is written where nothing changed.
    """
    for _ in range(_ATTEMPTS):
        advisory.refresh_from_db()
        check_goes_on(State(advisory.state))
        merged = _put_together(advisory, typed, read_version)
        if merged.conflicts:
            raise TextConflict(merged, advisory.text_version)
        changed = sorted(name for name, text in merged.texts.items() if text != getattr(advisory, name))
        if changed:
            disarm_for(advisory, "The text was edited", by=by)
        if not changed or _replace(advisory, {name: merged.texts[name] for name in changed}, by):
            return merged
    raise StaleAdvisory(f"{advisory} is being written by others")


def text_at(advisory: Advisory, version: int) -> dict[str, str] | None:
    """Title and sections as they were at a version; None for one that never was."""
    if version == advisory.text_version:
        return advisory.texts
    found = TextVersion.objects.filter(advisory=advisory, version=version).first()
    return {name: found.texts.get(name, "") for name in advisory.texts} if found else None


def content_of(advisory: Advisory) -> dict[str, Any]:
    """What a revision freezes of the draft but its patches, as plain values that `canonical` takes.

    `number`, `title`, `sections` (name -> Markdown, filled ones only, in the field's order), `identifiers`,
    `severities`, `affected`, `finders` (the named ones, each with `name` and `affiliation`), and where there are any
    `unnamed` and `permissions`. The sections on credits and on deployment say these in words. Sections that are for
    members only are among them: `for_readers` takes those out.
    """
    advisory.refresh_from_db()
    return contents_of([advisory])[advisory.pk]


def contents_of(advisories: Sequence[Advisory]) -> dict[int, dict[str, Any]]:
    """`content_of` for many that were read just now, by their keys; as many queries as for one."""
    identifiers, vectors = Identifier.values_of(advisories), Vector.values_of(advisories)
    affected, finders = Affected.values_of(advisories), finders_of(advisories)
    tags = Tag.values_of(advisories)
    permitted = Permission.of(advisories)
    credited = {
        advisory.pk: credits.plain(one.chosen for one in finders.get(advisory.pk, ()) if one.chosen)
        for advisory in advisories
    }
    return {
        advisory.pk: {
            "number": advisory.number,
            "title": advisory.title,
            "sections": _sections(advisory, permitted.get(advisory.pk, ()), credited[advisory.pk]),
            "identifiers": identifiers.get(advisory.pk, []),
            "severities": vectors.get(advisory.pk, []),
            "affected": affected.get(advisory.pk, []),
            **credited[advisory.pk],
            # Left out where there are none, so that what was frozen before there were tags still says the same.
            **({"tags": tags[advisory.pk]} if advisory.pk in tags else {}),
            **({"permissions": [one.as_plain() for one in permitted[advisory.pk]]} if advisory.pk in permitted else {}),
        }
        for advisory in advisories
    }


def for_readers(content: Mapping[str, Any]) -> dict[str, Any]:
    """What of a frozen content is published: nothing that only members read, no name that was only asked for.

    A list of what comes first that holds another series is left out whole: it may be the fix of something secret, and
    without it the list is wrong.
    """
    shown = {section.name for section in sections.told_to(sections.Audience.READER)}
    return {
        **content,
        "sections": {name: text for name, text in content["sections"].items() if name in shown},
        "identifiers": [one for one in content["identifiers"] if one["state"] not in UNSETTLED],
        "verdicts": [
            {**one, "prerequisites": [] if any(name.startswith("series ") for name in first) else first}
            for one in content.get("verdicts", ())
            for first in [one["prerequisites"]]
        ],
    }


def _sections(advisory: Advisory, permitted: Sequence[Permission], credited: Mapping[str, Any]) -> dict[str, str]:
    """The filled sections; what is permitted in words before whatever else is said of deployment, and who is credited
    before whatever else is said of that.
    """
    texts = {name: getattr(advisory, name) for name in sections.NAMES}
    told = permissions.in_words([one.value() for one in permitted])
    texts["deployment"] = "\n\n".join(part for part in (told, texts["deployment"].strip()) if part)
    texts["credits"] = credits.section(credited, texts["credits"])
    return {name: text for name, text in texts.items() if text.strip()}


def finders_of(advisories: Sequence[Advisory]) -> dict[int, list[Finder]]:
    """Finders of their reports, and of duplicates of those, by the advisory's key and in the order they came."""
    found: dict[int, list[Finder]] = defaultdict(list)
    wanted = {advisory.pk for advisory in advisories}
    for finder in Finder.objects.credited_on_any(advisories):
        direct, through = finder.report.advisory_id, finder.report.duplicate_of
        for pk in wanted & {direct, through.advisory_id if through else None}:
            found[pk].append(finder)
    return found


def _put_together(advisory: Advisory, typed: Mapping[str, str], read_version: int) -> Merged:
    mine = {name: typed.get(name, text) for name, text in advisory.texts.items()}
    if read_version == advisory.text_version:
        return Merged(mine)
    base = text_at(advisory, read_version)
    if base is not None:
        mine = {name: typed.get(name, text) for name, text in base.items()}
    return merge_texts(base, advisory.texts, mine)


def _replace(advisory: Advisory, changes: dict[str, str], by: User | None) -> bool:
    """Put `changes` in the place of the version that was read, or nothing where that is gone."""
    read = Advisory.objects.filter(pk=advisory.pk, text_version=advisory.text_version, state=advisory.state)
    if not TextVersion.objects.filter(advisory=advisory, version=advisory.text_version).exists():
        TextVersion.objects.bulk_create(
            [TextVersion(advisory=advisory, version=advisory.text_version, texts=advisory.texts, by=None)],
            ignore_conflicts=True,
        )
    if not read.update(**changes, text_version=F("text_version") + 1, changed_at=Now()):
        return False
    advisory.refresh_from_db()
    _remember(advisory, by)
    Event.objects.record(advisory, kind="text-edited", by=by, detail={"sections": sorted(changes)})
    return True


def _remember(advisory: Advisory, by: User | None) -> None:
    TextVersion.objects.create(advisory=advisory, version=advisory.text_version, texts=advisory.texts, by=by)
