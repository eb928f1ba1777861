"""What every test stands on: a place of its own for data, Hypothesis profiles, an upstream made by real git."""

import gc
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.signals import user_logged_in
from django.db import connection
from django.http import HttpRequest
from django.template import engines
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from accounts import sessions
from accounts.models import User
from accounts.second_factor import note_second_factor
from advisories.append_only import APPEND_ONLY, FROZEN, freeze, guard, thaw, unguard
from advisories.public import keeping
from releases.models import Tree
from tests.make import make_tree
from tests.upstream import Upstream, make_small_upstream

hypothesis_settings.register_profile(
    "default", max_examples=60, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.too_slow],
)  # fmt: skip
hypothesis_settings.register_profile(
    "nightly", max_examples=10_000, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))

# What a page leaves behind dies by counting references. Looking for the rest after each 700 objects, through everything
# that hundreds of modules keep, was a tenth of the time.
gc.set_threshold(50_000, 20, 50)

VAR = Path(tempfile.mkdtemp(prefix="penstock-tests-"))


def pytest_configure() -> None:
    """Keep mirrors, messages and the SQLite database of this process apart from everyone's, on a real file.

    A file, since threads and worker processes have to see the same database as the test.
    """
    django_settings.MIRRORS_DIR = VAR / "mirrors"
    django_settings.PUBLISH_UNSIGNED = True  # tests of signing set a key up and take this back
    # Files as they lie in static/, without collecting and hashing them first.
    django_settings.STATIC_ROOT = VAR / "static"
    django_settings.STATIC_ROOT.mkdir()
    django_settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    if django_settings.CELERY_BROKER_URL.startswith("filesystem:"):
        for folder in ("messages", "control"):
            (VAR / "broker" / folder).mkdir(parents=True)
        django_settings.CELERY_BROKER_TRANSPORT_OPTIONS.update(
            data_folder_in=str(VAR / "broker" / "messages"),
            data_folder_out=str(VAR / "broker" / "messages"),
            control_folder=str(VAR / "broker" / "control"),
        )
    elif django_settings.CELERY_BROKER_URL.startswith("redis:"):
        # A database for each process, so that no worker takes another's bells.
        server = django_settings.CELERY_BROKER_URL.rsplit("/", 1)[0]
        number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
        django_settings.CELERY_BROKER_URL = f"{server}/{int(number) + 1}"
    database = django_settings.DATABASES["default"]
    if database["ENGINE"] == "django.db.backends.sqlite3":
        database.setdefault("TEST", {})["NAME"] = str(VAR / "test.sqlite3")


def pytest_unconfigure() -> None:
    """Leave nothing behind."""
    shutil.rmtree(VAR, ignore_errors=True)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many probes for secrets were made, whichever process made them, and what they found."""
    reports = [
        one for kind in terminalreporter.stats.values() for one in kind if getattr(one, "when", "") == "teardown"
    ]
    told = [dict(one.user_properties) for one in reports]
    made, found = (sum(one.get(name, 0) for one in told) for name in ("made", "found"))
    if made:
        terminalreporter.write_line(f"{made} probes for secrets were made; {found} canaries were found.")


@pytest.fixture(autouse=True)
def _force_login_is_complete() -> Iterator[None]:
    """`force_login` stands for a sign-in with everything that belongs to it: a second factor was shown."""

    def complete(sender: object, request: HttpRequest, user: User, **kwargs: object) -> None:
        if request.session.get("account_authentication_methods") is None:
            request.person = user  # type: ignore[attr-defined]
            note_second_factor(request, "totp")
            request.META.setdefault("REMOTE_ADDR", "127.0.0.1")
            sessions.note_seen(request)

    user_logged_in.connect(complete)
    yield
    user_logged_in.disconnect(complete)


@pytest.fixture(autouse=True)
def _cheap_passwords(settings: Settings) -> None:
    """Scrypt is slow on purpose, and no test is about that."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    """Each test's database begins anew, and answers that were kept belong to another one."""
    keeping.forget()


@pytest.fixture(autouse=True)
def _no_mirrors_left() -> Iterator[None]:
    """A test's mirrors go with its rows: the next one's trees have the same numbers. A module's own mirrors stay."""
    before = set(django_settings.MIRRORS_DIR.glob("*"))
    yield
    for left in set(django_settings.MIRRORS_DIR.glob("*")) - before:
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)  # a git whose worker was killed may still write
        else:
            left.unlink(missing_ok=True)


@pytest.fixture(autouse=True, scope="session")
def _emptied_record() -> Iterator[None]:
    """A test with real transactions empties the database behind it: the record, which would refuse, and the cache.

    The cache's table belongs to no model, so Django leaves it; one test's attempts would count towards another's limit.
    """
    # On the class: beside Playwright's loop, a thread gets another connection.
    operations = type(connection.ops)
    empty = operations.execute_sql_flush

    def flush(self: Any, statements: list[str]) -> None:
        vendor = connection.vendor
        down = [one for table in APPEND_ONLY for one in unguard(vendor, table)]
        down += [one for table in FROZEN for one in thaw(vendor, table)]
        up = [one for table in APPEND_ONLY for one in guard(vendor, table)]
        up += [one for table in FROZEN for one in freeze(vendor, table)]
        empty(self, [*down, *statements, 'DELETE FROM "accounts_cache"', *up])

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield


@pytest.fixture
def upstream(tmp_path: Path) -> Upstream:
    """One branch, 1.0, with a point release, stable ahead of it, and staging ahead of stable."""
    return make_small_upstream(tmp_path / "upstream.git")


@pytest.fixture
def tree(db: None, upstream: Upstream) -> Tree:
    """The tree of `upstream`, not fetched yet; its mirror goes with the test."""
    return make_tree(upstream)


class _Loud(str):
    """Stands where a template names what isn't there, and refuses to be rendered."""

    def __mod__(self, name: object) -> str:
        raise LookupError(f"a template names {name}, which isn't there")

    def __contains__(self, part: object) -> bool:
        return part == "%s"


@pytest.fixture(autouse=True)
def _loud_templates() -> Iterator[None]:
    """A misspelt name in a template is a failure, and never an empty place on a page."""
    engine = engines["django"].engine  # type: ignore[attr-defined]  # BaseEngine doesn't declare it
    engine.string_if_invalid = _Loud("%s")
    yield
    engine.string_if_invalid = ""
