"""What programs of others make of the exported site, which a plain file server serves: they know its address alone."""

import csv
import hashlib
import http.server
import io
import json
import shutil
import subprocess
import threading
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from pysequoia import Tsk
from pytest_django import Settings

from advisories import attesting
from advisories.affected import Needs, Status
from advisories.exporting.site import export
from advisories.models import Advisory, Affected
from releases.models import PointRelease
from tests.advisories.formats.scanner import affecting
from tests.advisories.test_public_pages import published
from tests.make import make_advisory, make_branch, make_publication, make_tree

__all__ = ["published"]

SITE = "https://sec.sluice.example"
Fetch = Callable[[str], bytes]


@pytest.fixture
def fetch(published: Advisory, settings: Settings, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Fetch]:
    """Gets what an address of the public site holds; only the exported files answer."""
    settings.SITE_URL, settings.ALLOWED_HOSTS = SITE, ["sec.sluice.example", "testserver"]
    settings.PUBLISHER = settings.PUBLISHER | {"namespace": "https://sluice.example"}
    settings.SIGNING_KEY_FILE = tmp_path / "team.key"
    settings.SIGNING_KEY_FILE.write_bytes(bytes(Tsk.generate("Sluice security team <security@sluice.example>")))
    settings.SIGNING_KEY_FILE.chmod(0o600)
    branch = make_branch(make_tree(), "1.6")
    old = make_branch(branch.tree, "1.3")
    for one, number in ((branch, 1), (branch, 2), (old, 1)):
        tag = f"R-{one.name}.{number}"
        PointRelease.objects.create(branch=one, tag=tag, number=number, commit="1" * 40, tagged_at=published.created_at)
    PointRelease.objects.update(tagged_at=timezone.now() - timedelta(days=30))
    conditional = make_advisory(number=20, title="Only without the fix of 12")
    Affected.objects.create(
        advisory=conditional, position=1, tree="sluice", ranges="1.3", status=Status.AFFECTED, condition_on=published,
        condition_needs=Needs.FIX_ABSENT,
    )  # fmt: skip
    make_publication(conditional, timezone.now())
    attesting._looked.clear()
    attesting.sign_waiting()
    export(tmp_path / "site", jobs=1)
    handler = partial(_Quiet, directory=str(tmp_path / "site" / "current"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        here = f"http://127.0.0.1:{server.server_port}"

        def get(address: str) -> bytes:
            assert address.startswith(f"{SITE}/"), address
            with urllib.request.urlopen(here + address.removeprefix(SITE), timeout=10) as answer:  # noqa: S310
                content: bytes = answer.read()
                return content

        yield get
        server.shutdown()
        thread.join()


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass


def verified(home: Path, key: bytes, content: bytes, signature: bytes | None = None) -> str:
    """Who signed, as gpg says it in a home of its own; nothing where it doesn't hold."""
    home.mkdir(mode=0o700, exist_ok=True)
    gpg = [str(shutil.which("gpg")), "--homedir", str(home), "--batch", "--status-fd", "1"]
    subprocess.run([*gpg, "--import"], input=key, capture_output=True, check=True)
    (home / "content").write_bytes(content)
    names = ["content"]
    if signature is not None:
        (home / "content.asc").write_bytes(signature)
        names = ["content.asc", "content"]
    found = subprocess.run([*gpg, "--verify", *names], cwd=home, capture_output=True, check=False)
    lines = [line.split() for line in found.stdout.decode(errors="replace").splitlines()]
    return next((line[-1] for line in lines if line[1:2] == ["VALIDSIG"]), "") if found.returncode == 0 else ""


def test_a_csaf_client_finds_and_verifies_every_document_from_the_metadata_alone(fetch: Fetch, tmp_path: Path) -> None:
    metadata = json.loads(fetch(f"{SITE}/.well-known/csaf/provider-metadata.json"))
    assert metadata["role"] == "csaf_trusted_provider"
    listed = next(one["directory_url"] for one in metadata["distributions"] if "directory_url" in one)
    rolie = next(one["rolie"] for one in metadata["distributions"] if "rolie" in one)
    key = fetch(metadata["public_openpgp_keys"][0]["url"])
    by_index = {listed + path for path in fetch(f"{listed}index.txt").decode().split()}
    rows = list(csv.reader(io.StringIO(fetch(f"{listed}changes.csv").decode())))
    entries = [entry for feed in rolie["feeds"] for entry in json.loads(fetch(feed["url"]))["feed"]["entry"]]
    by_feed = {entry["content"]["src"]: entry for entry in entries}
    assert by_index == {listed + path for path, _ in rows} == set(by_feed)
    assert len(by_index) == 4
    for address, entry in by_feed.items():
        content = fetch(address)
        assert json.loads(content)["document"]["tracking"]["id"] == entry["id"]
        links = [(link["rel"], link["href"]) for link in entry["link"]]
        for rel, link in links:
            if rel == "hash":
                digest = fetch(link).split()[0].decode()
                assert digest == hashlib.new(link.rpartition(".")[2], content).hexdigest()
        signature = fetch(next(link for rel, link in links if rel == "signature"))
        assert verified(tmp_path / "gpg", key, content, signature) == metadata["public_openpgp_keys"][0]["fingerprint"]
        assert not verified(tmp_path / "gpg", key, content.replace(b"SSA", b"SSB"), signature)


def test_security_txt_leads_to_the_key_and_is_signed_by_it(fetch: Fetch, tmp_path: Path) -> None:
    told = fetch(f"{SITE}/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in told.decode().splitlines() if ": " in line)
    assert verified(tmp_path / "gpg", fetch(fields["Encryption"]), told)
    assert fetch(fields["CSAF"])
    assert fields["Canonical"] == f"{SITE}/.well-known/security.txt"


def test_a_scanner_tells_what_affects_a_version_from_the_documents_alone(fetch: Fetch) -> None:
    archive = json.loads(fetch(f"{SITE}/advisories/index.json"))
    assert archive["licence"] == "CC-BY-4.0"
    records = [json.loads(fetch(f"{one['page']}records/osv.json")) for one in archive["advisories"]]
    assert affecting(records, "1.6.2") == {"x_SSA-12"}
    assert affecting(records, "1.4.0") == set()
    # Where it depends on another fix, no record claims what it cannot know.
    assert affecting(records, "1.3.1") == set()


def test_a_feed_reader_finds_the_page_and_the_text_of_what_came_out(fetch: Fetch, tmp_path: Path) -> None:
    feed = fetch(f"{SITE}/advisories/feed.atom").decode()
    assert f"<id>{SITE}/advisories/12/</id>" in feed
    page = fetch(f"{SITE}/advisories/12/").decode()
    assert "/advisories/12/v2/ssa12-v2.txt" in page
    assert fetch(f"{SITE}/advisories/12/v2/ssa12-v2.txt")
