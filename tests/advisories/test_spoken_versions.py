"""Versions as people type them: leniently read, and never taken for another one."""

import pytest

from advisories.spoken_versions import spoken
from advisories.versions import MAIN, NotAVersion


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("4.17.6", "4.17.6"),
        (" RELEASE-4.17.6 ", "4.17.6"),
        ("v4.17.6", "4.17.6"),
        ("refs/tags/RELEASE-4.17.6", "4.17.6"),
        ("xen 4.17.6", "4.17.6"),
        ("Xen-4.17.6", "4.17.6"),
        ("Xen Project v4.17.6", "4.17.6"),
        ("4.17.6-rc1", "4.17.6-rc1"),
        ("4.17.0rc3", "4.17.0-rc3"),
        ("4.17.0~rc3", "4.17.0-rc3"),
        ("4.17", "4.17.x"),
        ("4.17.x", "4.17.x"),
    ],
)
def test_what_can_mean_one_thing_only_is_read_as_that(said: str, meant: str) -> None:
    assert str(spoken(said, ("xen", "Xen Project"))) == meant


@pytest.mark.parametrize("said", ["master", "unstable", " Main "])
def test_the_main_line_has_several_names(said: str) -> None:
    assert spoken(said) is MAIN


@pytest.mark.parametrize(
    "said",
    [
        "",
        "4",
        "4.17.6.x",
        "4.17.6+36-g54dacb5c02-1",
        "4.17.6-2.fc38",
        "4.17.6-pre",
        "qemu-xen 4.17.6",
        "xenial 4.17.6",
        "1.2.3.4.5.6.7",
        "9999999999.1",
        "4.17.6 4.16.2",
        "٤.١٧.٦",
        "<script>",
        "RELEASE-" * 40,
        "v" * 100_000 + "4.17",
    ],
)
def test_what_may_mean_another_thing_is_refused(said: str) -> None:
    with pytest.raises(NotAVersion):
        spoken(said, ("xen", "Xen Project"))
