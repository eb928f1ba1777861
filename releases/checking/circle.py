"""Who may lean on whom: which outstanding series may take part when another one is tried.

A prerequisite list tells those who read it that its elements exist. So a series only leans on series of advisories
that are no more secret than its own; what people declared as a dependency they have decided to tell.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from advisories.lifecycle import State
from advisories.models import Advisory, Publication
from releases.engine.check import SeriesInput
from releases.models import Branch, Patch, Series

_PUBLIC, _PREDISCLOSED, _TEAM = range(3)


@dataclass(frozen=True, slots=True)
class Standing:
    """How secret an advisory is, from two sides that differ while its instant lies ahead."""

    content: int
    """Who may learn of it now: 0 everyone, 1 members, 2 the team."""
    readers: int
    """Who may come to read its verdicts without another step: an armed advisory turns public by the clock alone."""

    @property
    def is_public(self) -> bool:
        """Whether everyone may learn of it now."""
        return self.content == _PUBLIC


@dataclass(frozen=True, slots=True)
class Entrant:
    """A series that is to be tried on a branch, with everything the engine asks for."""

    series: int
    advisory: int
    number: int
    revision: int
    standing: Standing
    patches: tuple[bytes, ...]
    needs: tuple[int, ...]
    needs_commits: tuple[str, ...]

    def as_input(self, present: Mapping[int, "Entrant"]) -> SeriesInput:
        """What the engine takes. A dependency that isn't meant for the branch means that nothing is to be done."""
        return SeriesInput(
            key=str(self.series),
            patches=self.patches,
            needs=tuple(str(pk) for pk in self.needs if pk in present),
            needs_commits=self.needs_commits,
        )


def standing_of(state: str, *, is_public: bool, is_armed: bool) -> Standing:
    """Where an advisory stands; `is_public` by the database's clock, `is_armed` where only the clock is waited for."""
    if is_public:
        return Standing(_PUBLIC, _PUBLIC)
    content = _PREDISCLOSED if state == State.PREDISCLOSED else _TEAM
    return Standing(content, _PUBLIC if is_armed else content)


def entrants(branch: Branch) -> dict[int, Entrant]:
    """Every series to try on `branch`, by primary key, in the order of advisory numbers."""
    series = list(
        Series.objects.to_try_on(branch)
        .select_related("advisory")
        .prefetch_related("depends_on")
        .order_by("advisory__number", "pk")
    )
    trying = Series.objects.to_try_on(branch)
    public = set(trying.filter(advisory__in=Advisory.objects.public()).values_list("pk", flat=True))
    coming = Publication.objects.coming().values("advisory")
    armed = set(trying.filter(advisory__in=coming).values_list("pk", flat=True))
    patches: dict[int, list[bytes]] = {}
    wanted = Patch.objects.filter(revision__in=[one.current_id for one in series]).order_by("position")
    for revision, content in wanted.values_list("revision", "content"):
        patches.setdefault(revision, []).append(bytes(content))
    return {
        one.pk: Entrant(
            series=one.pk,
            advisory=one.advisory_id,
            number=one.advisory.number,
            revision=one.current_id or 0,
            standing=standing_of(one.advisory.state, is_public=one.pk in public, is_armed=one.pk in armed),
            patches=tuple(patches.get(one.current_id or 0, ())),
            needs=tuple(sorted(needed.pk for needed in one.depends_on.all())),
            needs_commits=tuple(one.depends_on_commits),
        )
        for one in series
    }


def who_may_take_part(entrant: Entrant, present: Mapping[int, Entrant]) -> list[Entrant]:
    """Declared dependencies, theirs included, and every other series that readers of this one's list may know."""
    declared = needed_by(entrant, present)
    return [
        other
        for other in present.values()
        if other.series != entrant.series
        and (other.series in declared or other.standing.content <= entrant.standing.readers)
    ]


def needed_by(entrant: Entrant, present: Mapping[int, Entrant]) -> set[int]:
    """The series that `entrant` declares to need, and what those declare, as far as they are present."""
    seen: set[int] = set()
    pending = list(entrant.needs)
    while pending:
        pk = pending.pop()
        if pk in seen or pk not in present:
            continue
        seen.add(pk)
        pending.extend(present[pk].needs)
    return seen
