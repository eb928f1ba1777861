"""What a page offers to be asked: its own forms with their choices, and its links that carry a query."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin, urlsplit

from tests.leaks.words import NONSENSE

_PLAUSIBLE = {
    "email": "somebody@else.example", "number": "1", "date": "2033-05-02", "time": "12:00",
    "datetime-local": "2033-05-02T12:00", "url": "https://else.example/", "checkbox": "on",
}  # fmt: skip
"""What a field takes that stands empty, by its kind."""


@dataclass
class PageForm:
    """One form: where it goes, how, and the choices of each field, the standing one first."""

    action: str
    method: str
    fields: dict[str, list[str]] = field(default_factory=dict)

    def filled(self) -> dict[str, str]:
        """As it stands on the page, empty fields with a word."""
        return {name: choices[0] or NONSENSE for name, choices in self.fields.items()}

    def with_foreign(self, key: str) -> dict[str, str]:
        """As it stands, with a key of somebody else's row wherever it names a row by its key."""
        return {name: key if value.isdecimal() else value for name, value in self.filled().items()}

    def each_choice(self) -> Iterator[dict[str, str]]:
        """As it stands, and with every other choice of every field once."""
        base = self.filled()
        yield base
        for name, choices in self.fields.items():
            yield from (base | {name: choice} for choice in choices[1:])


class _Reader(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[PageForm] = []
        self.links: list[str] = []
        self._open: PageForm | None = None
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form":
            action = urljoin(self.address, told.get("action", ""))
            self._open = PageForm(action, told.get("method", "get").lower())
            self.forms.append(self._open)
        elif tag == "a" and "?" in told.get("href", "") and not urlsplit(told["href"]).netloc:
            self.links.append(urljoin(self.address, told["href"]))
        elif self._open is not None:
            self._field(tag, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = ""

    def _field(self, tag: str, told: dict[str, str]) -> None:
        assert self._open is not None
        fields, name = self._open.fields, told.get("name", "")
        if tag == "select" and name:
            self._select = name
            fields[name] = []
        elif tag == "option" and self._select:
            choices, value = fields[self._select], told.get("value", "")
            choices.insert(0, value) if "selected" in told else choices.append(value)
        elif tag in ("input", "textarea", "button") and name and told.get("type") != "file":
            fields.setdefault(name, []).append(told.get("value") or _PLAUSIBLE.get(told.get("type", ""), ""))


def forms_on(page: str, address: str) -> tuple[list[PageForm], list[str]]:
    """The forms of a page, and its links that carry a query; fields without a choice are left out."""
    reader = _Reader(address)
    reader.feed(page)
    for form in reader.forms:
        form.fields = {name: choices for name, choices in form.fields.items() if choices}
        form.fields.pop("csrfmiddlewaretoken", None)
    return reader.forms, list(dict.fromkeys(reader.links))


def asked_by(form: PageForm) -> Iterator[str]:
    """Addresses that a form with `get` leads to."""
    path = form.action.split("?")[0]
    for values in form.each_choice():
        yield f"{path}?{urlencode(values)}"
