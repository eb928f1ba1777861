"""Markdown as people write it -> HTML that is safe to show, in a time that grows no faster than the text."""

from functools import cache

import nh3
from django.utils.safestring import SafeString
from markdown_it import MarkdownIt
from mdit_py_plugins.deflist import deflist_plugin

LONGEST = 64 * 1024
"""Characters of one text: more than any advisory's section has."""

DEEPEST = 60
"""Levels of quotations and lists within each other; what is deeper is not shown, so that no text exhausts the stack."""

TAGS = {
    *("p", "br", "hr", "h2", "h3", "h4", "h5", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong"),
    *("a", "table", "thead", "tbody", "tr", "th", "td", "dl", "dt", "dd", "sup", "sub", "span", "div", "del"),
}


class TooMuchMarkdown(ValueError):
    """The text is longer than the renderer takes; says how."""


def check_size(text: str) -> None:
    """Raise `TooMuchMarkdown` for input that would keep the renderer busy."""
    if len(text) > LONGEST:
        raise TooMuchMarkdown(f"a section may hold {LONGEST:,} characters; this one has {len(text):,}")


def render(text: str) -> SafeString:
    """HTML of `text`: no images (one would tell a stranger who reads), no scripts, no styles, safe links only."""
    check_size(text)
    return SafeString(
        nh3.clean(
            _renderer().render(text),
            tags=TAGS,
            attributes={"a": {"href", "title"}, "code": {"class"}, "th": {"align"}, "td": {"align"}},
            url_schemes={"https", "http", "mailto"},
            link_rel="nofollow noopener noreferrer",
        )
    )


@cache
def _renderer() -> MarkdownIt:
    """CommonMark with tables and definition lists. Markup within the text goes through, to be cleaned with the rest.

    What would be an image is a link: there are none here, and their descriptions within each other take their time.
    """
    made = MarkdownIt("commonmark", {"html": True, "maxNesting": DEEPEST})
    return made.enable("table").disable("image").use(deflist_plugin)
