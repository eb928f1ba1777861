"""PURE: whether a participant has agreed to an embargo, to which terms, and what follows from it.

Consent is per participant and to exactly one set of terms. Leaving ends what one is told, not what one has promised
(CERT/CC's Vultron protocol: leaving an embargo is not ending it).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self


@dataclass(frozen=True, slots=True)
class Wording:
    """What somebody promises, in words. A change of the words is another version, and consent to it another one."""

    version: str
    name: str
    text: str


SILENT = Wording(
    "silent-1",
    "Nothing before the end",
    "Until the agreed end I tell nobody outside this circle of the issue, its effect, its fix or its existence.",
)
ANNOUNCED = Wording(
    "announced-1",
    "Only that something is coming",
    "Until the agreed end I tell nobody outside this circle more than what the team itself announces: that an issue "
    "exists, and its number and planned date as far as the team shows them.",
)
WORDINGS = {wording.version: wording for wording in (SILENT, ANNOUNCED)}


def offered(*, is_announced: bool) -> tuple[Wording, ...]:
    """Give the wordings to choose from, the one asked for first; the second only where the team itself announces."""
    return (SILENT, ANNOUNCED) if is_announced else (SILENT,)


class Standing(StrEnum):
    """Where one participant stands."""

    INVITED = "invited"
    SIGNATORY = "signatory"
    LAPSED = "lapsed"
    DECLINED = "declined"
    UNANSWERED = "unanswered"


STEPS: dict[Standing, frozenset[Standing]] = {
    Standing.INVITED: frozenset({Standing.SIGNATORY, Standing.DECLINED, Standing.UNANSWERED}),
    Standing.SIGNATORY: frozenset({Standing.LAPSED, Standing.DECLINED}),
    Standing.LAPSED: frozenset({Standing.SIGNATORY, Standing.DECLINED, Standing.UNANSWERED}),
    Standing.DECLINED: frozenset({Standing.INVITED}),
    Standing.UNANSWERED: frozenset({Standing.INVITED}),
}


class ConsentStepNotAllowed(Exception):
    """A consent has no such step."""

    def __init__(self, current: Standing, target: Standing) -> None:
        super().__init__(f"a consent does not go from {current} to {target}")
        self.current = current
        self.target = target


class OtherTerms(Exception):
    """The terms signed are not those that are asked for now."""


class TooLateToAnswer(Exception):
    """The time to answer is over; a new invitation is needed."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is agreed to: a version of the text, and the end of the embargo (aware)."""

    version: str
    end_at: datetime


@dataclass(frozen=True, slots=True)
class Consent:
    """One participant's answer. Every step gives another value."""

    participant: str
    """The caller's name for them; opaque."""
    asked: Terms
    answer_by: datetime
    standing: Standing = Standing.INVITED
    signed: Terms | None = None
    """The last terms signed. Whoever has signed stays bound by what they were told under them."""

    @property
    def is_bound(self) -> bool:
        """Say whether this participant ever promised to keep the secret."""
        return self.signed is not None

    def may_be_told(self, terms: Terms) -> bool:
        """Say whether this participant may receive more under `terms`: only a signatory of exactly these."""
        return self.standing is Standing.SIGNATORY and self.signed == terms

    def sign(self, terms: Terms, *, now: datetime) -> Self:
        """Agree. Raises `OtherTerms` where something else is asked by now, `TooLateToAnswer` after the answer-by."""
        if terms != self.asked:
            raise OtherTerms("the terms have changed since they were read")
        self._check_time(now)
        return self._in(Standing.SIGNATORY, signed=terms)

    def decline(self) -> Self:
        """Say no, or leave after having signed."""
        return self._in(Standing.DECLINED)

    def ask_for(self, terms: Terms, *, answer_by: datetime) -> Self:
        """Change what is asked: a signatory of other terms or dates lapses, who is still asked is asked anew."""
        if terms == self.asked:
            return self
        if self.standing is Standing.SIGNATORY:
            return self._in(Standing.LAPSED, asked=terms, answer_by=answer_by)
        return replace(self, asked=terms, answer_by=answer_by)

    def expire(self, *, now: datetime) -> Self:
        """Note that no answer came in time. Silence is not consent."""
        if self.standing in {Standing.INVITED, Standing.LAPSED} and now >= self.answer_by:
            return self._in(Standing.UNANSWERED)
        return self

    def invite_again(self, *, answer_by: datetime) -> Self:
        """Ask somebody again who declined or didn't answer."""
        return self._in(Standing.INVITED, answer_by=answer_by)

    def _check_time(self, now: datetime) -> None:
        if now >= self.answer_by:
            raise TooLateToAnswer("the time to answer is over")

    def _in(self, target: Standing, **changes: object) -> Self:
        if target not in STEPS[self.standing]:
            raise ConsentStepNotAllowed(self.standing, target)
        return replace(self, standing=target, **changes)  # type: ignore[arg-type]


def who_may_be_told(consents: Iterable[Consent], terms: Terms) -> frozenset[str]:
    """Name the participants who may receive more under `terms`."""
    return frozenset(consent.participant for consent in consents if consent.may_be_told(terms))
