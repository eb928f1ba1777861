"""Exporting the public site: render what changed, link what did not, and let readers have it in one step."""

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
from advisories.exporting.generations import Building, Generation, Part
from advisories.exporting.planning import ALL, Plan, Wanted
from advisories.exporting.rehanging import LiveLinks, rehung
from advisories.exporting.types import file_of, type_of
from advisories.public.in_hand import in_hand

logger = logging.getLogger(__name__)

_MOST_ROUNDS = 5
_WORTH_A_PROCESS = 20
"""Parts below which another process takes longer to start than it saves."""
NOT_FOUND = "404.html"


class ExportFailed(Exception):
    """A page could not be exported, so nothing was: the site stays as it was."""


@dataclass(frozen=True, slots=True)
class Exported:
    """What a run did."""

    folder: Path
    files: int
    rendered: int
    """Parts that were made anew, of which most had one page that changed."""
    is_new: bool
    """Whether readers got another generation."""


@dataclass(frozen=True, slots=True)
class _Job:
    """What a process needs to know to render parts into the generation that is being built."""

    building: Building
    before: Path | None


def export(folder: Path, *, wait: bool = True, jobs: int | None = None) -> Exported:
    """Bring the site below `folder` up to date, in `jobs` processes, by default as many as there are processors.

    Safe to call twice at once: the second waits, or raises `AnotherRun`. Raises `ExportFailed` and leaves the site.
    """
    with generations.held(folder, wait=wait):
        before = generations.newest(folder)
        building = Building(folder)
        try:
            return _export(building, before, jobs or len(os.sched_getaffinity(0)))
        except BaseException:
            building.drop()
            raise


def _export(building: Building, before: Generation | None, jobs: int) -> Exported:
    job = _Job(building, before.folder if before else None)
    done: dict[str, Part] = {}
    rendered: set[str] = set()
    for _ in range(_MOST_ROUNDS):
        plan = planning.plan()
        usable = before.parts if before and before.version == plan.version else {}
        waiting = [one for one in plan.parts if one.name not in done or done[one.name].made_of != one.made_of]
        if not waiting:
            break
        fresh = {one.name for one in waiting if not _take_over(job, one, usable, done)}
        rendered |= fresh
        _render([one for one in waiting if one.name in fresh], job, usable, done, jobs)
        done = {one.name: done[one.name] for one in plan.parts}
    else:
        raise ExportFailed("The archive kept changing while it was exported.")
    return _conclude(job, before, plan, done, len(rendered))


def _take_over(job: _Job, wanted: Wanted, usable: Mapping[str, Part], done: dict[str, Part]) -> bool:
    """Link a part's files where it is made of the same as before; whether that was so."""
    part = usable.get(wanted.name)
    if wanted.name == ALL or job.before is None or part is None or part.made_of != wanted.made_of:
        return False
    try:
        job.building.link(job.before, part.files)
    except FileNotFoundError:
        return False
    done[wanted.name] = part
    return True


def _render(waiting: list[Wanted], job: _Job, usable: Mapping[str, Part], done: dict[str, Part], jobs: int) -> None:
    each = [one for one in waiting if one.name != ALL]
    if len(each) < _WORTH_A_PROCESS or jobs == 1 or multiprocessing.current_process().daemon:
        for one in each:
            done[one.name] = _part(one, job, {})
    elif each:
        connections.close_all()
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(jobs, mp_context=context, initializer=_begin, initargs=(each, job)) as pool:
            done.update(pool.map(_part_at, range(len(each)), chunksize=4))
    for one in waiting:
        if one.name == ALL:
            done[ALL] = _part(one, job, usable[ALL].tags if ALL in usable else {})


_of_this_process: list[tuple[list[Wanted], _Job]] = []


def _begin(each: list[Wanted], job: _Job) -> None:
    connections.close_all()
    _of_this_process[:] = [(each, job)]


def _part_at(place: int) -> tuple[str, Part]:
    each, job = _of_this_process[0]
    one = each[place]
    return one.name, _part(one, job, {})


@in_hand()
def _part(wanted: Wanted, job: _Job, tags: Mapping[str, str]) -> Part:
    """Render the addresses of a part and lay their files down; by `tags` those are spared that did not change."""
    files: list[str] = []
    kept: dict[str, str] = {}
    for one in wanted.addresses():
        answer = ask(unquote(one.path), tags.get(one.path, ""))
        name = file_of(unquote(one.path))
        if answer.status == 304 and job.before is not None:
            job.building.link(job.before, [name])
        elif answer.status == 200:
            job.building.write(name, _content(name, answer), answer.changed_s, before=job.before)
        elif one.may_be_missing and answer.status in (404, 503):
            continue
        else:
            raise ExportFailed(f"{one.path} answers {answer.status}.")
        files.append(name)
        if wanted.name == ALL and answer.tag:
            kept[one.path] = answer.tag
    return Part(wanted.made_of, tuple(files), kept)


def _content(name: str, answer: Answer) -> bytes:
    # A picture without an ending: the project's mark, whose kind its settings say to the web server as well.
    if answer.kind != type_of(name) and not answer.kind.startswith("image/"):
        raise ExportFailed(f"{name} is {answer.kind}, and a web server would take it for {type_of(name) or 'nothing'}.")
    if not name.endswith(".html"):
        return answer.body
    return rehung(answer.body, LiveLinks(settings.EXPORT_LINKS), settings.SITE_URL, planning.is_exported)


def _conclude(job: _Job, before: Generation | None, plan: Plan, done: dict[str, Part], rendered: int) -> Exported:
    """Add what is no page, and let readers have it unless it is what they have."""
    missing = ask(f"/{NOT_FOUND}")
    job.building.write(NOT_FOUND, _content(NOT_FOUND, missing), before=job.before)
    static = [NOT_FOUND]
    for name, source in _static_files():
        job.building.write(name, source.read_bytes(), source.stat().st_mtime, before=job.before)
        static.append(name)
    done["static"] = Part("", tuple(static))
    count = sum(len(part.files) for part in done.values())
    if before is not None and before.version == plan.version and _is_the_same(job.building.folder, before.folder):
        job.building.drop()
        return Exported(before.folder, count, rendered, is_new=False)
    made = job.building.finish(done, plan.version)
    generations.forget_old(job.building.site)
    return Exported(made.folder, count, rendered, is_new=True)


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


def _is_the_same(one: Path, other: Path) -> bool:
    """Whether two generations are made of the same files."""
    return _inodes(one) == _inodes(other)


def _inodes(folder: Path) -> dict[str, int]:
    return {
        os.path.join(top, name)[len(str(folder)) :]: os.stat(os.path.join(top, name)).st_ino  # noqa: PTH118, PTH116
        for top, _, names in os.walk(folder)
        for name in names
    }
