"""Markdown of people who mean no good: what it shows, and how long it takes."""

import time

import pytest

from advisories.markdown import LONGEST, render

SLOW = (
    *("[a", "![", "[](", "[a](b", "[a][b", "<a ", "<a@", "<http://", "<![CDATA[", "<!--", "<a href='"),
    *("# a\n", "a\n: b\n", "1. ", "- ", "> ", ">", "*a_b ", "**a*b", "`a``b", "|a", "a|b\n-|-\n", "```\n", "[x]: y\n"),
)


@pytest.mark.parametrize("again", SLOW)
def test_no_text_keeps_the_renderer_busy_or_exhausts_the_stack(again: str) -> None:
    begun = time.process_time()
    render((again * LONGEST)[: LONGEST // 4])
    assert time.process_time() - begun < 5


@pytest.mark.parametrize(
    "text",
    [
        "[a](javascript:alert(1))",
        "[a](JaVaScRiPt&#58;alert(1))",
        "<a href='javascript:alert(1)'>a</a>",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "<img src=x onerror=alert(1)>",
        "![a](https://else.example/pixel)",
        "<svg><script>alert(1)</script></svg>",
        "<p style='position:fixed' onclick='alert(1)'>a</p>",
        "<form action='https://else.example/'><input name=a></form>",
        "<iframe src='https://else.example/'></iframe>",
        "[a]: javascript:alert(1)\n\n[a]",
        "<javascript:alert(1)>",
    ],
)
def test_nothing_runs_loads_or_asks_for_anything(text: str) -> None:
    shown = render(text).lower()
    told = (
        "<img",
        "<svg",
        "<form",
        "<iframe",
        "<script",
        " onerror",
        " onclick",
        " style",
        " src",
        'href="j',
        'href="d',
    )
    assert not [one for one in told if one in shown]


def test_an_image_is_shown_as_a_link() -> None:
    assert '<a href="https://else.example/graph.png"' in render("![Graph](https://else.example/graph.png)")


def test_tables_and_definitions_are_laid_out() -> None:
    assert "<td>1.0</td>" in render("| Branch |\n| --- |\n| 1.0 |\n")
    assert "<dd>" in render("Term\n: What it means\n")
