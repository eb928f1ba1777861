"""Asking the portal as a stranger, after the instant, whether readers have what was approved: page, files, feeds.

Nothing of it makes anything public: readers see a publication by the database's clock. What is compared with was frozen
before anybody approved it, wherever something was.
"""

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import unquote

from django.urls import reverse
from django.utils.html import escape

from advisories.exporting.asking import ask
from advisories.formats import csaf_provider, mail
from advisories.formats.doubts import Refused
from advisories.formats.strict import instant
from advisories.models import CONFIRMED, Publication, SignedText, StepKind
from advisories.public import archive, editions, keeping, listings, reading, records
from advisories.public.asking import Asked
from advisories.public.values import text_stem
from advisories.release import announcing

_DIGEST = ".sha256"
_UNREADABLE = (ValueError, KeyError, TypeError, SyntaxError, Refused)


class NotConfirmed(Exception):
    """Readers lack something, or have something else than what was approved; says what, by its address."""


@dataclass(frozen=True, slots=True)
class Question:
    """One address, and what a stranger has to find there."""

    path: str
    holds: Callable[[bytes], bool]
    otherwise: str
    """What is said of the address where that is not so."""
    is_frozen: bool = False
    """Whether its bytes never change, so that this process might give out what it kept instead of what there is."""

    def trouble(self) -> str:
        """Ask; nothing where all is well."""
        if self.is_frozen:
            keeping.forget(self.path)
        answer = ask(unquote(self.path))
        if answer.status != HTTPStatus.OK:
            return f"{self.path} answers {answer.status}."
        try:
            return "" if self.holds(answer.body) else f"{self.path} {self.otherwise}."
        except _UNREADABLE:
            return f"{self.path} cannot be read."


def confirm(publication: Publication, kind: StepKind) -> None:
    """Ask for everything that a step is about. Raises `NotConfirmed`, and `NotSealed` without a signed text."""
    troubles = [trouble for question in _QUESTIONS[kind](publication) if (trouble := question.trouble())]
    if troubles:
        more = f" And {len(troubles) - 1} more." if len(troubles) > 1 else ""
        raise NotConfirmed(f"{troubles[0][:180]}{more}")


def _site(one: Publication) -> Iterator[Question]:
    """Its own page, the advisory's in the version that is out now, and its row on the list."""
    newest = _newest(one)
    page = reverse("advisories:detail", args=[one.number])
    for path, shown in ((reverse("advisories:public_revision", args=[one.number, one.version]), one), (page, newest)):
        marks = f'href="{_text(shown)}"', escape(shown.title)
        yield Question(path, _has(marks), f"does not show version {shown.version}")
    place = Publication.objects.current().filter(number__gt=one.number).count() // archive.PAGE + 1
    listed = reverse("advisories:list") if place == 1 else reverse("advisories:list_page", args=[place])
    yield Question(listed, _has((f'href="{page}"', escape(newest.title))), f"does not list {one.advisory.label}")


def _files(one: Publication) -> Iterator[Question]:
    """Text and patches are what was frozen, the mail carries those patches, documents for machines are there."""
    sealed = SignedText.objects.filter(revision=one.revision_id, made_at__isnull=False).first()
    if sealed is None:
        raise announcing.NotSealed(f"{one} has no signed text yet")
    frozen = {patch["name"]: patch["sha256"] for patch in one.content["patches"]}
    yield _is(_text(one), sealed.sha256)
    for name, sha256 in frozen.items():
        yield _is(reverse("advisories:public_patch", args=[one.number, one.version, name]), sha256)
    if announcing.is_writable(one.content, one.version):
        path = f"{_text(one).removesuffix('.txt')}.eml"
        yield Question(path, _carries(frozen.values()), "does not carry what was approved", is_frozen=True)
    if _newest(one) == one:
        yield from _documents(one)


def _documents(one: Publication) -> Iterator[Question]:
    """Those of the newest version: each can be read, and is what its digest beside it says."""
    issues = reading.issued(one.number)
    for name in records.names_of(issues, reading.contents_of(issues)):
        path = reverse("advisories:record", args=[one.number, name])
        yield Question(path, lambda told: bool(json.loads(told)), "is empty")
    provided = records.provided_paths(issues)
    for below in provided:
        path = reverse("provider_file", args=[below])
        if below.removesuffix(_DIGEST) in provided and below.endswith(_DIGEST):
            yield Question(path, _is_digest_of(path.removesuffix(_DIGEST)), "is not the digest of its document")
        elif below.endswith(".json"):
            yield Question(path, lambda told: bool(json.loads(told)), "is empty")


def _feeds(one: Publication) -> Iterator[Question]:
    """Every list for machines has the version that is out now, unless so much came out since that a feed is past it."""
    newest = _newest(one)
    told_at = newest.advisory.withdrawn_at or newest.public_at
    at, otherwise = instant(told_at), f"does not have {one.advisory.label} in version {newest.version}"
    if any(row.number == one.number for row in archive.newest_changes(records.FEED_ENTRIES, Asked())):
        page = editions.public_site() + reverse("advisories:detail", args=[one.number])
        yield Question(reverse("advisories:feed"), lambda told: (page, at) in listings.of_atom(told), otherwise)
    documents = {path for path in records.provided_paths(reading.issued(one.number)) if path.endswith(".json")}
    if not documents:
        return
    entry = one.number, newest.version
    yield Question(reverse("advisories:index"), lambda told: entry in listings.of_index(told), otherwise)
    rows = {(path, at) for path in documents}
    entries = {(editions.public_site() + editions.RECORDS + path, at) for path in documents}
    changes, feed = (reverse("provider_file", args=[name]) for name in ("changes.csv", csaf_provider.FEED))
    yield Question(changes, lambda told: rows <= listings.of_changes(told), otherwise)
    yield Question(feed, lambda told: entries <= listings.of_provider(told), otherwise)


_QUESTIONS: dict[StepKind, Callable[[Publication], Iterator[Question]]] = dict(
    zip(CONFIRMED, (_site, _files, _feeds), strict=True)
)


def _newest(one: Publication) -> Publication:
    """The version that readers are led to: another one where it was issued again since."""
    found = Publication.objects.current().filter(advisory=one.advisory_id).select_related("advisory").first()
    return one if found is None or found == one else found


def _text(one: Publication) -> str:
    return reverse("advisories:text", args=[one.number, one.version, text_stem(one.number, one.version)])


def _is(path: str, sha256: str) -> Question:
    def holds(told: bytes) -> bool:
        return hashlib.sha256(told).hexdigest() == sha256

    return Question(path, holds, "is not what was approved", is_frozen=True)


def _has(marks: Collection[str]) -> Callable[[bytes], bool]:
    return lambda told: all(mark.encode() in told for mark in marks)


def _carries(digests: Collection[str]) -> Callable[[bytes], bool]:
    def holds(told: bytes) -> bool:
        return set(digests) <= {hashlib.sha256(one.content).hexdigest() for one in mail.read(told).attachments}

    return holds


def _is_digest_of(path: str) -> Callable[[bytes], bool]:
    return lambda told: told == csaf_provider.sha256_file(path.rpartition("/")[2], ask(path).body)
