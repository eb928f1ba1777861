"""What a monitor gets that asks for headers alone, as a WSGI server sees it."""

from collections.abc import Callable, Iterable

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.test import RequestFactory


def asked(method: str, address: str) -> tuple[str, dict[str, str], bytes]:
    """Status, headers and body of an answer before any server has touched it."""
    told: list[tuple[str, dict[str, str]]] = []

    def start(status: str, headers: list[tuple[str, str]], trouble: object = None) -> Callable[[bytes], object]:
        told.append((status, dict(headers)))
        return lambda part: None

    parts: Iterable[bytes] = WSGIHandler()(RequestFactory().generic(method, address).environ, start)
    return *told.pop(), b"".join(parts)


@pytest.mark.parametrize("address", ["/", "/advisories/", "/advisories/feed.atom", "/nothing", "/statistics/"])
def test_an_answer_to_head_has_the_headers_of_the_page_and_no_body(db: None, address: str) -> None:
    for _ in range(2):  # the second time as it was kept
        status, headers, page = asked("GET", address)
        assert page
        told, named, body = asked("HEAD", address)
        assert (told, body) == (status, b"")
        assert named["Content-Length"] == headers["Content-Length"] == str(len(page))
