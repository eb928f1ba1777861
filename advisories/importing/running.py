"""A whole import: read, understood, weighed and, where somebody says so, brought in one advisory at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now

from advisories import texts
from advisories.formats.documents import Document
from advisories.formats.doubts import Doubt, Severity, counted
from advisories.formats.openpgp import Keyring
from advisories.formats.record import Record
from advisories.formats.understanding import Understanding, understand
from advisories.importing.weighing import Step, Weighed, weigh
from advisories.importing.writing import Also, carry_out, known_lines
from advisories.models import ImportedNumber, ImportFinding, ImportRun, Outcome, Weight
from advisories.plain_text import printable

Progress = Callable[[int, int], None]

_WEIGHTS = {Severity.NOTE: Weight.NOTE, Severity.DOUBT: Weight.DOUBT, Severity.REFUSED: Weight.REFUSED}


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the report."""

    weight: Weight
    kind: str
    where: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.where}:{self.line}" if self.line else self.where
        return f"{place}: {self.message}" if place else self.message


@dataclass(frozen=True, slots=True)
class Prepared:
    """Everything that is known before anything is written."""

    understood: Understanding
    weighed: Weighed
    report: tuple[Line, ...]
    """The heaviest last, and of one weight by document and line."""

    @property
    def records(self) -> list[Record]:
        """Every version at hand."""
        return [found.record for one in self.understood.advisories for found in one.revisions]

    def count(self, outcome: Outcome) -> int:
        """How many numbers have an outcome."""
        return sum(step.outcome == outcome for step in self.weighed.steps)


def prepare(
    gathered: Iterable[Document | Doubt],
    keys: Keyring,
    *,
    takes_unverified: bool,
    now: datetime,
    progress: Progress = lambda done, total: None,
    trees: Sequence[str] = (),
) -> Prepared:
    """Read and weigh everything. Writes nothing and never raises over what is in a document."""
    unread: list[Doubt] = []
    documents: list[Document] = []
    for one in gathered:
        if isinstance(one, Doubt):
            unread.append(one)
        else:
            documents.append(one)
    understood = understand(documents, texts.dialect(trees), keys, progress=progress)
    weighed = weigh(understood, takes_unverified=takes_unverified, now=now)
    return Prepared(understood, weighed, tuple(_report(understood, [*unread, *understood.doubts, *weighed.doubts])))


def begin(prepared: Prepared, *, sources: Sequence[str], keys: Keyring) -> ImportRun:
    """Keep that there is an import, and its report."""
    run = ImportRun.objects.create(
        sources=[printable(one) for one in sources],
        keys=list(keys.fingerprints),
        passed_over=prepared.understood.passed_over,
    )
    ImportFinding.objects.bulk_create(
        ImportFinding(
            run=run, weight=one.weight, kind=one.kind[:40], where=one.where[:300], line=one.line,
            message=one.message[:1000],
        )
        for one in prepared.report
    )  # fmt: skip
    return run


def bring_in(prepared: Prepared, run: ImportRun, also: Also) -> Iterator[ImportedNumber]:
    """Take every step, one transaction each. Whoever stops in between loses nothing: the rest waits for another run."""
    known = known_lines(prepared.records)
    for step in _what_comes_first(prepared.weighed.steps):
        yield carry_out(step, run, known.get(step.number, {}), also)
    ImportRun.objects.filter(pk=run.pk).update(finished_at=Now())


def _what_comes_first(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps so that whatever a recipe puts first is there before; by number otherwise, and where they go round."""
    waiting = {step.number: step for step in steps}
    for number in sorted(waiting):
        pending = [number]
        while pending:
            step = waiting.get(pending[-1])
            first = [one for one in _prerequisites(step) if one in waiting and one not in pending] if step else []
            if first:
                pending.append(first[0])
                continue
            pending.pop()
            if step is not None:
                yield waiting.pop(step.number)


def _prerequisites(step: Step) -> Iterator[int]:
    recipes = step.bring[-1].found.record.recipes if step.bring else None
    for branch in recipes.branches if recipes else ():
        for tree in branch.trees:
            yield from tree.prereqs


def _report(understood: Understanding, doubts: Iterable[Doubt]) -> Iterator[Line]:
    for one in understood.understood:
        yield Line(Weight.UNDERSTOOD, "understood", printable(one.where), 0, printable(one.message))
    order = list(_WEIGHTS)
    for doubt in sorted(doubts, key=lambda one: (order.index(one.severity), counted(one.where), one.line)):
        yield Line(_WEIGHTS[doubt.severity], doubt.kind, printable(doubt.where), doubt.line, printable(doubt.message))
