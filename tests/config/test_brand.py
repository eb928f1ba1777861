"""An installation's own colour, mark and words: refused with a reason where they would do harm, and shown where set."""

import math
import re
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client
from pytest_django import Settings

from config.brand import Brand, read_brand

TOKENS = (Path(__file__).resolve().parents[2] / "static" / "css" / "tokens.css").read_text()
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8z"/></svg>'


def laid(folder: Path, name: str, content: bytes) -> Path:
    file = folder / name
    file.write_bytes(content)
    return file


def test_nothing_set_is_the_look_that_penstock_has() -> None:
    assert read_brand(228, None, None) == Brand()
    assert not Brand().has_own_colour


@pytest.mark.parametrize("hue", [-1, 360, 300])
def test_a_hue_is_on_the_wheel_and_is_not_the_embargos(hue: int) -> None:
    with pytest.raises(ImproperlyConfigured, match="violet means embargo"):
        read_brand(hue, None, None)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("logo.gif", SVG, "a logo is an .svg"),
        ("logo.svg", SVG.replace(b"<path", b"<script>1</script><path"), "holds a script"),
        ("logo.svg", SVG.replace(b"<path", b'<image href="https://x.example/a.png"/><path'), "no other host"),
        ("logo.svg", SVG.replace(b"<path", b'<path onload="1"'), "holds a script"),
        ("logo.png", b"1" * 200_001, "larger than"),
    ],
)
def test_a_logo_that_would_do_harm_is_refused(tmp_path: Path, name: str, content: bytes, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read_brand(228, laid(tmp_path, name, content), None)


@pytest.mark.parametrize(
    ("content", "sentence"), [(b"lede", "as TOML"), (b'ledge = "x"', "ledge"), (b"lede = 3", "none of the texts")]
)
def test_texts_that_are_not_understood_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=sentence):
        read_brand(228, None, laid(tmp_path, "texts.toml", content))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="PENSTOCK_LOGO_FILE"):
        read_brand(228, tmp_path / "gone.svg", None)


def test_pages_carry_the_projects_own_look(db: None, settings: Settings, tmp_path: Path, client: Client) -> None:
    texts = b'lede = "Known holes of Weir & sons."\nabout = "We are **small**. <b>x</b>"\nfooter = "Weir, est. 1901"\n'
    settings.BRAND = read_brand(145, laid(tmp_path, "logo.svg", SVG), laid(tmp_path, "texts.toml", texts))
    page = client.get("/").text
    for part in ("Known holes of Weir &amp; sons.", "<strong>small</strong>", "Weir, est. 1901"):
        assert part in page
    assert "<b>x</b>" not in page
    assert 'href="/brand.css"' in page
    assert 'src="/brand/logo"' in page
    assert client.get("/brand.css").text == ":root { --hue: 145; }\n"
    logo = client.get("/brand/logo")
    assert (logo.content, logo["Content-Type"]) == (SVG, "image/svg+xml")


def test_another_look_is_another_page_for_caches(db: None, settings: Settings, client: Client) -> None:
    before = client.get("/advisories/")["ETag"]
    settings.BRAND = Brand(footer="Another foot.")
    assert client.get("/advisories/")["ETag"] != before


def test_without_a_logo_there_is_none_to_load(db: None, client: Client) -> None:
    assert client.get("/brand/logo").status_code == 404
    assert "/brand" not in client.get("/").text


def token(name: str, *, dark: bool) -> tuple[float, float, str]:
    """Lightness, chroma and hue of a colour, as the style sheet has it for one theme."""
    line = re.search(rf"--{name}: (.*);", TOKENS)
    assert line is not None
    colours = re.findall(r"oklch\(([\d.]+)% ([\d.]+) (calc\([^()]*var\(--hue\)[^()]*\)|var\(--hue\)|[\d.]+)\)", line[1])
    lightness, chroma, hue = colours[-1 if dark else 0]
    return float(lightness) / 100, float(chroma), hue


def luminance(colour: tuple[float, float, str], hue: int) -> float:
    """WCAG's relative luminance of an OKLCH colour, cut to what a screen can show."""
    lightness, chroma, told = colour
    shift = re.search(r"([+-]) (\d+)", told)
    degrees = (hue + (int(shift[1] + shift[2]) if shift else 0)) if "--hue" in told else float(told)
    a, b = chroma * math.cos(math.radians(degrees)), chroma * math.sin(math.radians(degrees))
    long, medium, short = (
        (lightness + x * a + y * b) ** 3
        for x, y in ((0.3963377774, 0.2158037573), (-0.1055613458, -0.0638541728), (-0.0894841775, -1.2914855480))
    )
    red = 4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short
    red, green, blue = (min(max(one, 0), 1) for one in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(
    ("ink", "ground"),
    [("water", "paper"), ("water", "surface"), ("on-water", "water"), ("water-strong", "water-soft"),
     ("on-reservoir-soft", "reservoir")],
)  # fmt: skip
def test_every_hue_reads_as_well_as_the_first(ink: str, ground: str, dark: bool) -> None:
    for hue in range(0, 360, 5):
        one, other = (luminance(token(name, dark=dark), hue) for name in (ink, ground))
        contrast = (max(one, other) + 0.05) / (min(one, other) + 0.05)
        assert contrast >= 4.5, hue
