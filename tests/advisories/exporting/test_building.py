"""A generation is what was written last, whichever process wrote it."""

import copy
from pathlib import Path

from advisories.exporting.building import Building
from advisories.exporting.generations import KEPT, Part, about, forget_old, held, newest, numbers, spares


def test_what_another_process_made_anew_is_not_put_back(tmp_path: Path) -> None:
    parts = {"one": Part("", ("a.html", "b.html"))}
    with held(tmp_path, wait=False):
        first = Building(tmp_path, None)
        first.write("a.html", b"old")
        first.write("b.html", b"the same")
        first.finish(parts, "1")
        second = Building(tmp_path, newest(tmp_path))
        second.keep(("a.html", "b.html"))
        second.doubt(("a.html",))
        second.begin()
        copy.deepcopy(second).write("a.html", b"new")
        second.finish(parts, "1")
    assert [(tmp_path / "current" / name).read_bytes() for name in ("a.html", "b.html")] == [b"new", b"the same"]


def release(site: Path, count: int) -> None:
    """One more file, and one that says how many there are; the others stay."""
    names = tuple(f"{number}/page.html" for number in range(count))
    with held(site, wait=False):
        before = newest(site)
        building = Building(site, before)
        building.write("count.html", f"{count} of them".encode())
        building.keep(names[:-1]) if before else None
        building.write(names[-1], f"page {count}".encode() * 500)
        building.finish({"one": Part(str(count), ("count.html", *names))}, "1")
        forget_old(site)


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_until_there_are_generations_to_spare_a_run_takes_a_folder_that_the_first_one_laid(tmp_path: Path) -> None:
    release(tmp_path, 1)
    laid = [one.stat().st_ino for one in spares(tmp_path)]
    assert len(laid) == KEPT - 1
    before = files(tmp_path / "generations" / "1")
    for count in range(2, KEPT + 1):
        release(tmp_path, count)
        assert (tmp_path / "current").resolve().stat().st_ino == laid[count - 2]
        assert files(tmp_path / "generations" / "1") == before
        assert len(files(tmp_path / "current")) == 1 + 2 * count, "each page and its packed copy"
    assert not spares(tmp_path)
    release(tmp_path, KEPT + 1)
    assert numbers(tmp_path) == list(range(2, KEPT + 2))


def test_a_spare_that_cannot_be_told_is_not_taken_and_goes_with_the_next_whole_run(tmp_path: Path) -> None:
    release(tmp_path, 1)
    for one in spares(tmp_path):
        about(one).unlink()
    release(tmp_path, 2)
    assert files(tmp_path / "current")["count.html"] == b"2 of them"
    assert len(spares(tmp_path)) == KEPT - 1
    about((tmp_path / "current").resolve()).unlink()
    release(tmp_path, 1)
    assert len(numbers(tmp_path)) == KEPT
    assert not spares(tmp_path)
