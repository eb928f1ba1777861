"""What an installation has besides rows about people: its address, its key, its mark, and files of a point release."""

from dataclasses import replace
from functools import cache
from pathlib import Path

import pysequoia
from pytest_django import Settings

from advisories.models import Advisory
from releases.models import Backlog, Branch, PointRelease, Series


def equip(settings: Settings, folder: Path) -> None:
    """Set what is served once it is set: a public address, the team's certificate, a mark."""
    settings.SITE_URL = "https://sec.sluice.example"
    settings.PUBLISHER = {**settings.PUBLISHER, "namespace": settings.SITE_URL}
    settings.TEAM_CERTIFICATE_FILE = folder / "team.asc"
    settings.TEAM_CERTIFICATE_FILE.write_bytes(_certificate())
    settings.BRAND = replace(settings.BRAND, logo=b"<svg/>", logo_type="image/svg+xml")


def list_what_is_lacking(branch: Branch, public: Advisory) -> None:
    """The fix of what is public, as the list of the branch's last point release."""
    release = PointRelease.objects.get(branch=branch)
    series = Series.objects.get(advisory=public)
    step = {"commit": None, "series": str(series.pk), "revision": series.current_id, "patches": [0]}
    Backlog.objects.create(release=release, base_commit=release.commit, digest="5" * 64, steps=[step])


@cache
def _certificate() -> bytes:
    return bytes(pysequoia.Tsk.generate("Team").extract_certificate())
