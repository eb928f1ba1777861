"""Plain text shown as Markdown loses not a letter, and comes back from it."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.markdown import render
from advisories.plain_text import to_markdown, to_plain


def letters(text: str) -> str:
    """A text without blanks and without what may be the mark of a list or of code: all else has to survive."""
    return re.sub(r"[\s`*+-]|\d+[.)]", "", text)


def shown(markdown: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", render(markdown)))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Guests <any> of them & more", "<p>Guests &lt;any&gt; of them &amp; more</p>"),
        ("do_token_{in,out} and *smp_mb()*", "<p>do_token_{in,out} and *smp_mb()*</p>"),
        ("Run this:\n\n  # sluice -v\n  ...", "<pre><code># sluice -v\n...\n</code></pre>"),
        ("Run `sluice -v` first", "<p>Run <code>sluice -v</code> first</p>"),
        ("# not a heading", "<p># not a heading</p>"),
        ("Two:\n- one\n- two", "<li>one</li>\n<li>two</li>"),
        (" * one\n   goes on\n\n * two", "goes on"),
        ("See:\n  https://sluice.example/a_b_c", 'href="https://sluice.example/a_b_c"'),
        ("See https://sluice.example/x.", "</a>.</p>"),
        ("stable-1\tabc\nstable-2\tdef", "<pre><code>stable-1"),
        ("&lt; is no less", "<p>&amp;lt; is no less</p>"),
    ],
)
def test_plain_text_is_shown_as_it_reads(text: str, wanted: str) -> None:
    assert wanted in render(to_markdown(text))


def test_an_indented_paragraph_is_a_quotation() -> None:
    quoted = "It stated:\n\n   " + "\n   ".join(["a long line of words that somebody else had written down"] * 3)
    assert "<blockquote>" in render(to_markdown(quoted))


_WORDS = st.sampled_from(
    [
        "gate",
        "a_b",
        "_x_",
        "*",
        "**bold**",
        "<tag>",
        "&amp;",
        "[a](b)",
        "#",
        "1.",
        "- x",
        "http://a.example/b_c.",
        "\\n",
    ]
)
_MARGINS = st.sampled_from(["", "", " ", "  ", "    ", "\t"])
_LINES = st.lists(st.tuples(_MARGINS, st.lists(_WORDS, min_size=1, max_size=5)))


@given(_LINES.map(lambda lines: "\n".join(margin + " ".join(words) for margin, words in lines)))
def test_no_letter_is_lost_on_the_page(text: str) -> None:
    assert letters(shown(to_markdown(text))) == letters(text)


@given(st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S", "Zs")), max_size=60))
def test_a_line_of_prose_comes_back_from_markdown(line: str) -> None:
    text = "word " + line.strip()
    again = to_plain(to_markdown(text))
    assert letters(again) == letters(text)
