"""The exported site is the live one, file by file, and readers get all of a release or nothing of it."""

import gzip
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from django.utils.http import parse_http_date
from pytest_django import Settings

from advisories.exporting import generations, planning, sweeping
from advisories.exporting.generations import AnotherRun, NotOurs
from advisories.exporting.site import ExportFailed, export
from advisories.exporting.types import PATCHES, TYPES, type_of
from advisories.lifecycle import State
from advisories.models import Advisory
from advisories.public import keeping
from advisories.release import publishing
from releases.models import PointRelease
from tests.advisories.test_public_pages import fixes, published
from tests.make import make_advisory, make_branch, make_publication, make_tree

__all__ = ["published"]

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(autouse=True)
def _served(settings: Settings) -> None:
    settings.SITE_URL = "https://sec.sluice.example"
    settings.ALLOWED_HOSTS = ["testserver", "sec.sluice.example"]
    settings.PUBLISHER = settings.PUBLISHER | {"namespace": "https://sluice.example"}


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """What a web server would serve, but for styles and packed copies: name below the site, file."""
    current = (folder / "current").resolve()
    for file in sorted(current.rglob("*")):
        name = str(file.relative_to(current))
        if file.is_file() and not name.startswith("static/") and file.suffix != ".gz":
            yield name, file


def contents(folder: Path) -> dict[str, bytes]:
    """All that a generation holds, packed copies too."""
    return {str(one.relative_to(folder)): one.read_bytes() for one in folder.rglob("*") if one.is_file()}


def test_every_file_is_what_its_page_answers(published: Advisory, tmp_path: Path) -> None:
    branch = make_branch(make_tree(), "1.6")
    PointRelease.objects.create(branch=branch, tag="R-1.6.2", number=2, commit="1" * 40, tagged_at=timezone.now())
    merged = make_advisory(number=14, state=State.MERGED, merged_into=published)
    make_advisory(number=13, state=State.READY, title="Hidden")
    export(tmp_path, jobs=1)
    found = dict(files(tmp_path))
    assert found.pop("404.html").read_bytes() == Client().get("/404.html").content
    for name, file in found.items():
        answer = Client().get("/" + re.sub(r"(^|/)index\.html$", r"\1", name))
        assert answer.status_code == 200, name
        assert answer.content == file.read_bytes(), name
        assert answer.headers["Content-Type"] == type_of(name), name
        packed = file.with_name(f"{file.name}.gz")
        assert not packed.exists() or gzip.decompress(packed.read_bytes()) == answer.content
    for name in (
        *("index.html", "advisories/index.html", "advisories/12/index.html", "advisories/12/v1/index.html"),
        *("advisories/12/v2/ssa12-v2.txt", "advisories/12/v1/ssa12-v1.eml"),
        *("advisories/12/v2/patches/ssa12-1.6.patch", "policy/index.html"),
        *("advisories/12/v2/lines/ssa12-1.6.patch/index.html", "advisories/12/records/osv.json"),
        *("csaf/feed.json", "csaf/2026/ssa-12.json.sha256", ".well-known/security.txt", "advisories/index.json"),
        *(f"advisories/{merged.number}/index.html", "trees/sluice/1.6/index.html", "calendar/releases.ics"),
    ):
        assert name in found, name
    assert not [name for name in found if name.startswith("advisories/13/")]
    assert (tmp_path / "current" / "static" / "css" / "tokens.css").exists()


def page_of(place: Path, folder: str) -> str:
    return (place / "current" / folder / "index.html").read_text()


def test_every_link_of_an_exported_page_has_a_file_or_leads_to_the_portal(
    published: Advisory, tmp_path: Path, settings: Settings
) -> None:
    settings.EXPORT_LINKS, settings.SITE_URL = "portal", "https://portal.sluice.example"
    settings.ALLOWED_HOSTS = ["portal.sluice.example"]
    export(tmp_path, jobs=1)
    here = {f"/{name}".removesuffix("index.html") for name, _ in files(tmp_path)}
    for name, file in files(tmp_path):
        if name.endswith(".html"):
            for found in re.findall(r'(?:href|action)="(/[^"]*)"', file.read_text()):
                assert found.partition("#")[0] in here or found.startswith("/static/"), (name, found)
            # A question to the page itself would be answered by the same file.
            assert not re.search(r'href="\?|<form[^>]* action="#', file.read_text()), name
    assert 'href="https://portal.sluice.example/advisories/?sort=title"' in page_of(tmp_path, "advisories")
    assert 'action="https://portal.sluice.example/advisories/12/#affected"' in page_of(tmp_path, "advisories/12")
    assert 'href="https://portal.sluice.example/report/"' in (tmp_path / "current" / "index.html").read_text()


def test_without_a_portal_there_is_no_way_to_it(published: Advisory, tmp_path: Path, settings: Settings) -> None:
    settings.EXPORT_LINKS = "drop"
    export(tmp_path, jobs=1)
    page = (tmp_path / "current" / "index.html").read_text()
    assert "/report/" not in page
    assert re.search(r'<form class="home-ask" method="get" hidden ', page)


def test_where_readers_find_the_site_is_what_documents_say(
    published: Advisory, tmp_path: Path, settings: Settings
) -> None:
    settings.PUBLIC_URL, settings.SITE_URL = "https://public.sluice.example", "https://portal.sluice.example"
    settings.ALLOWED_HOSTS = ["portal.sluice.example"]
    export(tmp_path, jobs=1)
    for name in ("csaf/feed.json", "advisories/feed.atom", "advisories/12/records/osv.json", "csaf/2026/ssa-12.json"):
        told = (tmp_path / "current" / name).read_text()
        assert "https://public.sluice.example/" in told, name
        assert "portal.sluice.example" not in told, name
    where = (tmp_path / "current" / ".well-known" / "security.txt").read_text()
    assert "Contact: https://portal.sluice.example/report/" in where
    assert "Canonical: https://public.sluice.example/.well-known/security.txt" in where


def test_a_second_run_changes_nothing(published: Advisory, tmp_path: Path) -> None:
    first = export(tmp_path, jobs=1)
    second = export(tmp_path, jobs=1)
    assert (first.is_new, second.is_new, second.folder) == (True, False, first.folder)
    assert generations.numbers(tmp_path) == [1]


def test_one_more_advisory_leaves_the_files_of_others_the_same_files(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    before = {name: file.stat().st_ino for name, file in files(tmp_path)}
    make_publication(make_advisory(number=15, title="Another"), timezone.now())
    done = export(tmp_path, jobs=1)
    after = {name: file.stat().st_ino for name, file in files(tmp_path)}
    assert done.rendered == 1
    same = [name for name in before if before[name] == after[name]]
    assert "advisories/12/index.html" in same
    assert "policy/index.html" in same
    assert not {"index.html", "advisories/index.html", "advisories/feed.atom", "csaf/index.txt"} & set(same)
    assert "Another" in (tmp_path / "current" / "advisories" / "15" / "index.html").read_text()
    # What readers of the generation before had in hand is as it was.
    assert "Another" not in (tmp_path / "generations" / "1" / "index.html").read_text()


def test_a_new_version_is_exported_with_the_old_one_beside(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    Advisory.objects.filter(pk=published.pk).update(impact="Larger still.")
    publishing.publish_known(published, fixes(), timezone.now(), changes="Impact.")
    export(tmp_path, jobs=1)
    assert "Larger still." in (tmp_path / "current" / "advisories" / "12" / "index.html").read_text()
    assert "Larger still." not in (tmp_path / "current" / "advisories" / "12" / "v2" / "index.html").read_text()


def test_another_list_is_in_the_exported_mail(published: Advisory, tmp_path: Path, settings: Settings) -> None:
    mail = tmp_path / "current" / "advisories" / "12" / "v2" / "ssa12-v2.eml"
    settings.ANNOUNCE_TO = ["one@lists.sluice.example"]
    export(tmp_path, jobs=1)
    settings.ANNOUNCE_TO = ["another@lists.sluice.example"]
    keeping.forget()  # as in the process that starts with other settings
    export(tmp_path, jobs=1)
    assert b"another@lists.sluice.example" in mail.read_bytes()


def test_what_is_armed_is_in_no_file_before_its_instant(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    make_advisory(number=16, state=State.PUBLIC, title="Armed", public_in=timedelta(days=1))
    assert not export(tmp_path, jobs=1).is_new


def test_a_run_that_fails_leaves_the_site(published: Advisory, tmp_path: Path, settings: Settings) -> None:
    before = export(tmp_path, jobs=1)
    settings.ALLOWED_HOSTS = ["elsewhere.sluice.example"]
    with pytest.raises(ExportFailed):
        export(tmp_path, jobs=1)
    with pytest.raises(CommandError, match="Nothing was exported"):
        call_command("export_site", str(tmp_path), "--jobs", "1")
    assert (tmp_path / "current").resolve() == before.folder
    assert generations.numbers(tmp_path) == [1]


def test_the_oldest_generation_becomes_the_newest_and_nothing_of_it_stays(published: Advisory, tmp_path: Path) -> None:
    branch = make_branch(make_tree(), "1.6")
    for number in (21, 22, 23):
        make_publication(make_advisory(number=number), timezone.now())
        export(tmp_path, jobs=1)
    oldest = tmp_path / "generations" / "1"
    recycled = (oldest / "policy" / "index.html").stat().st_ino, oldest.stat().st_ino
    assert (oldest / "trees" / "sluice" / "1.6" / "index.html").exists()
    Advisory.objects.filter(pk=published.pk).update(impact="Larger still.")
    publishing.publish_known(published, fixes(), timezone.now(), changes="Impact.")
    branch.delete()
    branch.tree.delete()
    done = export(tmp_path, jobs=1)
    assert ((done.folder / "policy" / "index.html").stat().st_ino, done.folder.stat().st_ino) == recycled
    assert not (done.folder / "trees" / "sluice").exists()
    assert "Larger still." in (done.folder / "advisories" / "12" / "index.html").read_text()
    anew = export(tmp_path.with_name("anew"), jobs=1)
    assert contents(done.folder) == contents(anew.folder)


def test_files_that_somebody_took_away_or_changed_come_back(published: Advisory, tmp_path: Path) -> None:
    first = contents(export(tmp_path, jobs=1).folder)
    for number in (21, 22):
        make_publication(make_advisory(number=number), timezone.now())
        export(tmp_path, jobs=1)
    for generation in (1, 3):
        for name in ("advisories/12/index.html", "policy/index.html", "static/css/tokens.css"):
            (tmp_path / "generations" / str(generation) / name).unlink()
    done = export(tmp_path, jobs=1)
    assert done.is_new
    assert set(first) <= set(contents(done.folder))
    assert contents(done.folder)["advisories/12/index.html"] == first["advisories/12/index.html"]


def test_what_a_killed_run_left_is_taken_away(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    left = tmp_path / "generations" / "2.new"
    left.mkdir()
    (left / "half").write_text("a release")
    make_publication(make_advisory(number=15), timezone.now())
    done = export(tmp_path, jobs=1)
    assert not left.exists()
    assert not (done.folder / "half").exists()


def test_two_runs_do_not_meet(published: Advisory, tmp_path: Path) -> None:
    with generations.held(tmp_path, wait=False), pytest.raises(AnotherRun):
        export(tmp_path, wait=False, jobs=1)
    assert export(tmp_path, wait=False, jobs=1).is_new


def test_a_folder_with_something_else_in_it_is_left_alone(published: Advisory, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(NotOurs):
        export(tmp_path, jobs=1)
    assert [one.name for one in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_worker_exports_what_was_published_by_itself(
    published: Advisory, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "hour", lambda now: "the same for as long as a test takes")
    assert not sweeping.sweep()
    settings.EXPORT_DIR = tmp_path
    assert sweeping.sweep()
    assert not sweeping.sweep()
    make_publication(make_advisory(number=15, title="Another"), timezone.now())
    assert sweeping.sweep()
    assert (tmp_path / "current" / "advisories" / "15" / "index.html").exists()
    with generations.held(tmp_path, wait=False):
        make_publication(make_advisory(number=16), timezone.now())
        assert not sweeping.sweep()
    assert sweeping.sweep()


def test_old_generations_go(published: Advisory, tmp_path: Path) -> None:
    for number in range(20, 25):
        make_publication(make_advisory(number=number), timezone.now())
        export(tmp_path, jobs=1)
    kept = sorted(one.name for one in (tmp_path / "generations").iterdir())
    assert kept == ["3", "3.json", "4", "4.json", "5", "5.json"]


def test_everyone_may_read_what_is_exported_and_nobody_what_it_was_made_of(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    for one in (tmp_path / "current").resolve().rglob("*"):
        assert one.stat().st_mode & 0o777 == (0o755 if one.is_dir() else 0o644)
    assert (tmp_path / "generations" / "1.json").stat().st_mode & 0o777 == 0o600


def test_a_file_is_as_old_as_its_page_says(published: Advisory, tmp_path: Path) -> None:
    export(tmp_path, jobs=1)
    changed = Client().get("/advisories/12/").headers["Last-Modified"]
    file = tmp_path / "current" / "advisories" / "12" / "index.html"
    assert file.stat().st_mtime == parse_http_date(changed)


def test_the_web_server_gives_files_the_types_that_the_portal_gives_them() -> None:
    told = (ROOT / "deploy" / "nginx-static.conf").read_text()
    block = re.search(r"types \{(.*?)\}", told, re.DOTALL)
    assert block is not None
    plain = {
        ending: kind for kind, endings in re.findall(r"(\S+)\s+([\w. ]+);", block[1]) for ending in endings.split()
    }
    for ending, kind in TYPES.items():
        if "." not in ending:
            assert plain[ending] == kind.partition(";")[0], ending
    assert "application/pgp-signature" in told
    assert re.search(
        rf"location ~ {re.escape(PATCHES.replace('/?', '/'))} {{[^}}]*}}\s+default_type text/x-diff;", told
    )
