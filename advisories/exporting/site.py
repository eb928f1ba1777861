"""Exporting the public site: render what changed, link what did not, and let readers have it in one step."""

import gc
import logging
import multiprocessing
import os
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote

from django.conf import settings
from django.contrib.staticfiles import finders
from django.db import connections

from advisories.exporting import generations, planning
from advisories.exporting.asking import Answer, ask
from advisories.exporting.building import Building
from advisories.exporting.generations import Part
from advisories.exporting.planning import Address, Plan, Wanted
from advisories.exporting.rehanging import LiveLinks, rehung
from advisories.exporting.types import file_of, type_of
from advisories.public import keeping
from advisories.public.in_hand import in_hand

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 5
_PIECES, _MOST_AT_ONCE = 32, 4
"""Parts are handed out one by one where there are few, so that no process waits for another at the end."""
Tagged = tuple[Wanted, Mapping[str, str]]
"""A part, and the tags that its addresses had."""
NOT_FOUND = "404.html"


class ExportFailed(Exception):
    """A page could not be exported, so nothing was: the site stays as it was."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run did."""

    folder: Path
    files: int
    rendered: int
    """Advisories and notes that were made anew."""
    is_new: bool
    """Whether readers got another generation."""


def export(folder: Path, *, wait: bool = True, jobs: int | None = None) -> Exported:
    """Bring the site below `folder` up to date, in `jobs` processes, by default as many as there are processors.

    Safe to call twice at once: the second waits, or raises `AnotherRun`. Raises `ExportFailed` and leaves the site.
    """
    with generations.held(folder, wait=wait):
        building = Building(folder, generations.newest(folder))
        try:
            return _export(building, jobs or len(os.sched_getaffinity(0)))
        except BaseException:
            building.drop()
            raise


def _export(building: Building, jobs: int) -> Exported:
    before = building.before
    # The plainest page first: what every page needs is then there before the work is shared out.
    building.write(NOT_FOUND, _content(NOT_FOUND, ask(f"/{NOT_FOUND}")))
    done: dict[str, Part] = {}
    rendered: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        standing, plan = planning.standing(), planning.plan()
        # What this process kept may be older by seconds than what the parts are made of now.
        keeping.forget()
        usable = before.parts if before and before.version == plan.version else {}
        waiting = [one for one in plan.parts if one.name not in done or done[one.name].made_of != one.made_of]
        if not waiting:
            break
        building.doubt(name for one in waiting if one.name in done for name in done[one.name].files)
        fresh = [one for one in waiting if not _take_over(building, one, usable, done)]
        rendered |= {one.name for one in fresh if not one.is_of_all}
        _render(fresh, building, usable, done, jobs)
        gone = done.keys() - {one.name for one in plan.parts}
        building.doubt(name for part in gone for name in done.pop(part).files)
        if planning.standing() == standing:
            break
    else:
        raise ExportFailed("The archive kept changing while it was exported.")
    return _conclude(building, plan, done, len(rendered))


def _take_over(building: Building, wanted: Wanted, usable: Mapping[str, Part], done: dict[str, Part]) -> bool:
    """Keep a part's files where it is made of the same as before; whether that was so."""
    part = usable.get(wanted.name)
    if not wanted.is_settled or part is None or part.made_of != wanted.made_of:
        return False
    try:
        building.keep(part.files)
    except FileNotFoundError:
        return False
    done[wanted.name] = part
    return True


def _render(
    waiting: list[Wanted], building: Building, usable: Mapping[str, Part], done: dict[str, Part], jobs: int
) -> None:
    tagged = [(one, usable[one.name].tags if one.is_of_all and one.name in usable else {}) for one in waiting]
    if jobs == 1 or all(one.is_of_all for one in waiting) or multiprocessing.current_process().daemon:
        for one, tags in tagged:
            done[one.name] = _part(one, building, tags)
        return
    building.begin()
    connections.close_all()
    context = multiprocessing.get_context("fork")
    # No process looks for garbage among what it shares with the others: looking would copy all of it.
    gc.freeze()
    try:
        with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(tagged, building)) as pool:
            chunk = 1 + len(tagged) // _PIECES
            done.update(pool.map(_part_at, range(len(tagged)), chunksize=min(chunk, _MOST_AT_ONCE)))
    finally:
        gc.unfreeze()


_of_this_process: list[tuple[list[Tagged], Building]] = []


def _begin(each: list[Tagged], building: Building) -> None:
    connections.close_all()
    _of_this_process[:] = [(each, building)]


def _part_at(place: int) -> tuple[str, Part]:
    each, building = _of_this_process[0]
    one, tags = each[place]
    return one.name, _part(one, building, tags)


@in_hand()
def _part(wanted: Wanted, building: Building, tags: Mapping[str, str]) -> Part:
    """Render the addresses of a part and lay their files down; by `tags` those are spared that did not change."""
    files: list[str] = []
    kept: dict[str, str] = {}
    for one in wanted.addresses():
        name = file_of(unquote(one.path))
        answer = _answer(one, name, building, tags.get(one.path, ""))
        if answer.status == 200:
            building.write(name, _content(name, answer), answer.changed_s)
        elif answer.status != 304:
            continue
        files.append(name)
        if wanted.is_of_all and answer.tag:
            kept[one.path] = answer.tag
    return Part(wanted.made_of, tuple(files), kept)


def _answer(address: Address, name: str, building: Building, tag: str) -> Answer:
    """What the portal gives for an address; where that is what it gave under `tag`, its file stays."""
    path = unquote(address.path)
    answer = ask(path, tag)
    if answer.status == 304:
        try:
            building.keep((name,))
        except FileNotFoundError:
            answer = ask(path)
    if answer.status in (200, 304) or (address.may_be_missing and answer.status in (404, 503)):
        return answer
    raise ExportFailed(f"{address.path} answers {answer.status}.")


def _content(name: str, answer: Answer) -> bytes:
    # A picture without an ending: the project's mark, whose kind its settings say to the web server as well.
    if answer.kind != type_of(name) and not answer.kind.startswith("image/"):
        raise ExportFailed(f"{name} is {answer.kind}, and a web server would take it for {type_of(name) or 'nothing'}.")
    if not name.endswith(".html"):
        return answer.body
    return rehung(answer.body, LiveLinks(settings.EXPORT_LINKS), settings.SITE_URL, planning.is_exported)


def _conclude(building: Building, plan: Plan, done: dict[str, Part], rendered: int) -> Exported:
    """Add what is no page, and let readers have it unless it is what they have."""
    static = [NOT_FOUND]
    for name, source in _static_files():
        building.write(name, source.read_bytes(), source.stat().st_mtime)
        static.append(name)
    done["static"] = Part("", tuple(static))
    count = sum(len(part.files) for part in done.values())
    made = building.finish(done, plan.version)
    generations.forget_old(building.site)
    return Exported(made.folder, count, rendered, is_new=made is not building.before)


def _static_files() -> Iterator[tuple[str, Path]]:
    """Styles, scripts and pictures, under the names by which pages call them."""
    prefix = settings.STATIC_URL.lstrip("/")
    root = Path(settings.STATIC_ROOT)
    if (root / "staticfiles.json").exists():
        for source in sorted(root.rglob("*")):
            if source.is_file() and source.suffix not in (".gz", ".br") and source.name != "staticfiles.json":
                yield f"{prefix}{source.relative_to(root)}", source
        return
    for finder in finders.get_finders():
        for name, storage in finder.list([]):
            yield f"{prefix}{name}", Path(storage.path(name))
