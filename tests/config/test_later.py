"""An include that is imported with the first question about its addresses."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from django.http import HttpRequest, HttpResponse
from django.urls import NoReverseMatch, path, resolve, reverse
from django.urls.resolvers import RoutePattern

from config.later import Later

FAR = """
from django.http import HttpResponse
from django.urls import path
app_name = "far"
urlpatterns = [path("thing/<int:number>", lambda request, number: HttpResponse(), name="thing")]
"""


def _home(request: HttpRequest) -> HttpResponse:
    return HttpResponse()


@pytest.fixture
def urlconf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> str:
    """Addresses of which some lie in a module that nobody has imported; named anew for each test."""
    near, far = f"near_{abs(hash(request.node.name))}", f"far_{abs(hash(request.node.name))}"
    (tmp_path / f"{far}.py").write_text(FAR)
    monkeypatch.syspath_prepend(tmp_path)
    module = ModuleType(near)
    module.urlpatterns = [  # type: ignore[attr-defined]  # as any module of addresses has them
        Later(RoutePattern("far/"), far, app_name="far", namespace="far"),
        path("", _home, name="home"),
        path("other", _home, name="other"),
    ]
    monkeypatch.setitem(sys.modules, near, module)
    monkeypatch.delitem(sys.modules, far, raising=False)
    return near


def imported(urlconf: str) -> bool:
    return urlconf.replace("near", "far") in sys.modules


def test_what_lies_elsewhere_is_found_without_it(urlconf: str) -> None:
    assert reverse("other", urlconf=urlconf) == "/other"
    assert resolve("/other", urlconf=urlconf).url_name == "other"
    with pytest.raises(NoReverseMatch):
        reverse("nowhere", urlconf=urlconf)
    assert not imported(urlconf)


def test_its_names_are_found(urlconf: str) -> None:
    assert reverse("home", urlconf=urlconf) == "/"
    assert reverse("far:thing", args=[3], urlconf=urlconf) == "/far/thing/3"
    assert imported(urlconf)
    assert reverse("home", urlconf=urlconf) == "/"
    with pytest.raises(NoReverseMatch):
        reverse("far:nowhere", urlconf=urlconf)


def test_its_addresses_are_found(urlconf: str) -> None:
    assert resolve("/far/thing/3", urlconf=urlconf).view_name == "far:thing"
    assert reverse("far:thing", args=[3], urlconf=urlconf) == "/far/thing/3"
