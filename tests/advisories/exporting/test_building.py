"""A generation is what was written last, whichever process wrote it."""

import copy
from pathlib import Path

from advisories.exporting.building import Building
from advisories.exporting.generations import Part, held, newest


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
