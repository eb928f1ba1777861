"""Markdown as people write it -> HTML that is safe to show."""

import markdown
import nh3
from django.utils.safestring import SafeString

LONGEST = 64 * 1024
"""Python-Markdown's time grows with the square of some inputs (20,000 opening brackets take half a minute)."""

LONGEST_RUN = 200
"""As many opening brackets in a row as anyone needs; more is an attack on the renderer."""

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong"),
    *("a", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "sup", "sub", "span", "div", "del"),
}


class TooMuchMarkdown(ValueError):
    """The text is longer or stranger than the renderer takes; says how."""


def check_size(text: str) -> None:
    """Raise `TooMuchMarkdown` for input that would keep the renderer busy."""
    if len(text) > LONGEST:
        raise TooMuchMarkdown(f"a section may hold {LONGEST:,} characters; this one has {len(text):,}")
    for mark in "[<(*_`":
        if mark * LONGEST_RUN in text:
            raise TooMuchMarkdown(f"more than {LONGEST_RUN} times {mark!r} in a row")


def render(text: str) -> SafeString:
    """HTML of `text`: no images (one would tell a stranger who reads), no scripts, no styles, safe links only."""
    check_size(text)
    html = markdown.markdown(text, extensions=["fenced_code", "tables", "sane_lists", "def_list"], output_format="html")
    return SafeString(
        nh3.clean(
            html,
            tags=TAGS,
            attributes={"a": {"href", "title"}, "code": {"class"}, "th": {"align"}, "td": {"align"}},
            url_schemes={"https", "http", "mailto"},
            link_rel="nofollow noopener noreferrer",
        )
    )
