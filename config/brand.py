"""What makes a site the project's own: its colour, its mark and its words, read from the environment at the start."""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

HUE = 228
"""Of the colours as they are drawn: water."""
_EMBARGO = range(275, 331)
"""Violet means embargo, and nothing else may look like it."""
_LOGOS = {".svg": "image/svg+xml", ".png": "image/png", ".webp": "image/webp"}
_TEXTS = ("lede", "about", "footer")
_MOST_BYTES = 200_000


@dataclass(frozen=True, slots=True)
class Brand:
    """What an installation may set of its looks. Nothing secret: every page shows it."""

    hue: int = HUE
    """Degrees on the wheel of OKLCH; lightness stays, so that every contrast does."""
    logo: bytes = b""
    logo_type: str = ""
    lede: str = ""
    """The sentence below the heading of the front page."""
    about: str = ""
    """Markdown, a section of the front page."""
    footer: str = ""
    """A line at the foot of every page."""

    @property
    def has_own_colour(self) -> bool:
        """Whether pages load another hue."""
        return self.hue != HUE

    @property
    def style(self) -> str:
        """The style sheet that sets the hue."""
        return f":root {{ --hue: {self.hue}; }}\n"


def read_brand(hue: int, logo_file: Path | None, texts_file: Path | None) -> Brand:
    """The brand as it is set; raises `ImproperlyConfigured` with what is wrong, in words."""
    if not 0 <= hue < 360 or hue in _EMBARGO:
        raise ImproperlyConfigured(
            f"PENSTOCK_HUE is {hue}: choose a number of degrees from 0 to 274 or from 331 to 359; violet means embargo."
        )
    logo, logo_type = _logo(logo_file)
    return Brand(hue, logo, logo_type, **_texts(texts_file))


def _logo(file: Path | None) -> tuple[bytes, str]:
    if file is None:
        return b"", ""
    kind = _LOGOS.get(file.suffix.lower())
    if kind is None:
        raise ImproperlyConfigured(f"PENSTOCK_LOGO_FILE is {file}: a logo is an .svg, a .png or a .webp.")
    content = _read(file, "PENSTOCK_LOGO_FILE")
    if kind == "image/svg+xml" and re.search(rb"<script|\bon[a-z]+\s*=|https?://(?!www\.w3\.org/)", content, re.I):
        raise ImproperlyConfigured(f"{file} holds a script or an address: a logo asks no other host for anything.")
    return content, kind


def _texts(file: Path | None) -> dict[str, str]:
    if file is None:
        return {}
    try:
        told = tomllib.loads(_read(file, "PENSTOCK_TEXTS_FILE").decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{file} cannot be read as TOML: {error}") from error
    wrong = [name for name, text in told.items() if name not in _TEXTS or not isinstance(text, str)]
    if wrong:
        raise ImproperlyConfigured(f"{file}: {', '.join(wrong)} is none of the texts {', '.join(_TEXTS)}.")
    return {name: text.strip() for name, text in told.items()}


def _read(file: Path, name: str) -> bytes:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ImproperlyConfigured(f"{name} is {file}, which cannot be read: {error.strerror}.") from error
    if len(content) > _MOST_BYTES:
        raise ImproperlyConfigured(f"{file} is larger than {_MOST_BYTES:,} bytes: every reader loads it.")
    return content
