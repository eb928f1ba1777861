"""What finders do on their page of the fix."""

import re

from django.test import Client

from tests.upstream import fix, numbered

BETTER = fix(numbered("queue"), numbered("queue", l20="queue is well bounded"))


def page(link: str) -> str:
    answer = Client().get(f"{link}fix/")
    assert answer.status_code == 200
    return answer.content.decode()


def keys(text: str) -> list[str]:
    """What the page calls its series."""
    return re.findall(r'<article class="fix-series stack" id="(\w+)"', text)


def say(link: str, key: str, digest: str, found: str = "fixes", comment: str = "") -> int:
    data = {"found": found, "comment": comment, "digest": digest}
    return Client().post(f"{link}fix/{key}/answer", data).status_code
