"""The suite finds what it is meant to find: one leak is planted in each channel there is, and each has to show."""

import ast
from pathlib import Path

import pytest
from django.db import transaction

from tests.leaks import spies
from tests.leaks.asking import Leak
from tests.leaks.channels import CANNOT_BE, LEAKS
from tests.leaks.world import World

ROOT = Path(__file__).resolve().parents[2]
CALLING = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client", "sentry_sdk"}
COUNTING = {"prometheus_client", "django_prometheus", "statsd", "datadog", "opentelemetry", "newrelic"}
"""They would count by labels, of which nobody says whom they may tell: whoever brings one in looks into it here."""

pytestmark = pytest.mark.timeout(900)


@pytest.mark.parametrize("leak", LEAKS, ids=lambda leak: f"{leak.channel}: {leak.name}")
def test_a_planted_leak_is_found_and_named(leak: Leak, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with transaction.atomic():
        assert not leak.ask(world), "before anything is planted"
        transaction.set_rollback(True)
    with spies.cleared_away():
        leak.plant(monkeypatch, world)
        found = leak.ask(world)
    assert any(leak.door in line for line in found), found


def test_each_channel_has_a_leak_or_a_reason_that_there_can_be_none() -> None:
    assert {leak.channel for leak in LEAKS} | set(CANNOT_BE) == set(range(1, 31))


def test_nothing_here_calls_other_sites() -> None:
    """A webhook, an error collector or a metric would be a way out that no query guards."""
    apps = ("accounts", "advisories", "config", "releases")
    imported = {name for app in apps for path in (ROOT / app).rglob("*.py") for name in imports(path)}
    assert not imported & (CALLING | COUNTING)


def imports(path: Path) -> set[str]:
    """Modules that a file imports, with what they are part of."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found | {name.partition(".")[0] for name in found}
