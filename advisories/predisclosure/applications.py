"""PURE: the states of an application for the pre-disclosure list, and what one still lacks.

An application that lacks something is kept and can be completed; nobody has the discretion to accept it as it is.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from advisories.policy import Criterion, Policy


class ApplicationState(StrEnum):
    """Where an application stands."""

    BEGUN = "begun"
    APPLIED = "applied"
    NEEDS_INFORMATION = "needs information"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    APPEALED = "appealed"
    WITHDRAWN = "withdrawn"


APPLICATION_STEPS: dict[ApplicationState, frozenset[ApplicationState]] = {
    ApplicationState.BEGUN: frozenset({ApplicationState.APPLIED, ApplicationState.WITHDRAWN}),
    ApplicationState.APPLIED: frozenset(
        {
            ApplicationState.NEEDS_INFORMATION,
            ApplicationState.ACCEPTED,
            ApplicationState.REJECTED,
            ApplicationState.WITHDRAWN,
        }
    ),
    ApplicationState.NEEDS_INFORMATION: frozenset(
        {ApplicationState.APPLIED, ApplicationState.REJECTED, ApplicationState.WITHDRAWN}
    ),
    ApplicationState.ACCEPTED: frozenset(),
    ApplicationState.REJECTED: frozenset({ApplicationState.APPEALED}),
    ApplicationState.APPEALED: frozenset(
        {
            ApplicationState.NEEDS_INFORMATION,
            ApplicationState.ACCEPTED,
            ApplicationState.REJECTED,
            ApplicationState.WITHDRAWN,
        }
    ),
    ApplicationState.WITHDRAWN: frozenset(),
}

WAITS_FOR_TEAM = frozenset({ApplicationState.APPLIED, ApplicationState.APPEALED})
"""Somebody of the team decides."""

MAY_BE_COMPLETED = frozenset({ApplicationState.BEGUN, ApplicationState.NEEDS_INFORMATION})
"""The applicant may still change what it says; what is being judged stands still."""

_NEEDS_REASON = frozenset(
    {
        ApplicationState.NEEDS_INFORMATION,
        ApplicationState.ACCEPTED,
        ApplicationState.REJECTED,
        ApplicationState.APPEALED,
    }
)


class ApplicationStepNotAllowed(Exception):
    """An application has no such step."""

    def __init__(self, current: ApplicationState, target: ApplicationState) -> None:
        super().__init__(f"an application does not go from {current} to {target}")
        self.current = current
        self.target = target


class NoReason(Exception):
    """A decision, a question and an appeal say why."""


def check_step(current: ApplicationState, target: ApplicationState, reason: str = "") -> None:
    """Raise `ApplicationStepNotAllowed` unless there is such a step, `NoReason` where it needs one."""
    if target not in APPLICATION_STEPS[current]:
        raise ApplicationStepNotAllowed(current, target)
    if target in _NEEDS_REASON and not reason.strip():
        raise NoReason("say why: the applicant reads it, and the record keeps that there was a reason")


@dataclass(frozen=True, slots=True)
class Shown:
    """What an application shows."""

    answers: Mapping[str, str]
    role_address: str = ""
    key_trouble: str = "No OpenPGP key was given."
    """Why letters can't be encrypted to the key; empty where they can."""
    terms_version: int = 0
    """The version of the terms that was accepted; 0 for none."""
    contact: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is missing, as a sentence; `field` is the form's."""

    field: str
    sentence: str

    def __str__(self) -> str:
        return self.sentence


def missing(shown: Shown, policy: Policy) -> tuple[Gap, ...]:
    """Everything that keeps the application from being decided."""
    return tuple(_missing(shown, policy))


def weight_of(answers: Mapping[str, str], policy: Policy) -> int:
    """What the answers weigh together."""
    return sum(one.weight for one in policy.criteria if answers.get(one.key, "").strip())


def answer_name(criterion: Criterion) -> str:
    """The name of the field that takes the answer."""
    return f"answer-{criterion.key}"


def _missing(shown: Shown, policy: Policy) -> Iterator[Gap]:
    for one in policy.criteria:
        answer = shown.answers.get(one.key, "").strip()
        if not answer and one.is_required:
            yield Gap(answer_name(one), f"“{one.name}” is not answered.")
        elif answer and one.wants_link and not links_in(answer):
            yield Gap(answer_name(one), f"“{one.name}” names no public page.")
    weight = weight_of(shown.answers, policy)
    if weight < policy.least_weight:
        yield Gap("", f"The answers weigh {weight} of the {policy.least_weight} that are needed: answer more of them.")
    if not shown.role_address:
        yield Gap("role_address", "There is no role address to write to.")
    if shown.key_trouble:
        yield Gap("key", shown.key_trouble)
    if shown.terms_version == 0:
        yield Gap("accepts_terms", "The terms are not accepted.")
    elif shown.terms_version < policy.terms_version:
        yield Gap("accepts_terms", f"The terms have changed since: version {policy.terms_version} is not accepted.")


_LINK = re.compile(r"\bhttps?://[^\s<>\"“”]+", re.IGNORECASE)
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_VIDEOS = ("youtube.com", "youtu.be", "vimeo.com", "twitch.tv")
_INSIDE = (".local", ".internal", ".lan", ".localhost", ".home.arpa", ".onion")


def links_in(text: str) -> list[str]:
    """The addresses of pages in a text, without the full stop that ends a sentence."""
    return [found.rstrip(".,;:!?)]}'’") for found in _LINK.findall(text)]


def why_no_evidence(link: str) -> str:
    """A sentence that says why a link can't show anything to everyone; empty where its shape speaks for it.

    Nobody asks the page: that would tell its server who looks.
    """
    try:
        parts = urlsplit(link)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return f"{link} is not an address of a page."
    if parts.username or parts.password:
        return f"{link} carries a name or a password: nobody else could open it."
    if not _HOST.fullmatch(host) or host.endswith(_INSIDE) or port not in (None, 80, 443):
        return f"{link} leads to no host that everyone can reach."
    if host in _VIDEOS or host.endswith(tuple(f".{one}" for one in _VIDEOS)):
        return f"{link} is a video: name a page that can be read."
    if parts.path.lower().endswith(".pdf"):
        return f"{link} is a PDF: name the page that links to it."
    return ""
