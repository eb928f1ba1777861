"""An embargo as pages show it: frozen values, and nothing that could be asked for more."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from advisories.embargo.consents import Wording
from advisories.embargo.outside_clocks import BrokenClock


@dataclass(frozen=True, slots=True)
class ShownEnd:
    """An instant in UTC, and as its zone's clocks show it."""

    at: datetime
    local: str
    """Empty where the zone is UTC."""

    @classmethod
    def of(cls, at: datetime, zone: str) -> "ShownEnd":
        """`zone` is an IANA name."""
        local = "" if zone == "UTC" else f"{at.astimezone(ZoneInfo(zone)):%a %-d %b %Y, %H:%M} {zone}"
        return cls(at, local)


@dataclass(frozen=True, slots=True)
class ShownAnswer:
    """What one participant says."""

    who: str
    verdict: str
    label: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal with everyone's answers."""

    pk: int
    end: ShownEnd
    by: str
    reason: str
    answer_by: datetime
    made_at: datetime
    closed_at: datetime | None
    state: str
    answers: tuple[ShownAnswer, ...]
    """Those who have said nothing at the end, since silence is an answer that people look for."""
    broken: tuple[BrokenClock, ...]
    overruns: tuple[str, ...]
    is_shortest: bool
    is_mine: bool
    my_verdict: str
    has_passed: bool


@dataclass(frozen=True, slots=True)
class ShownConsent:
    """Where one participant stands."""

    pk: int
    who: str
    standing: str
    version: str
    """Of the wording that is asked for."""
    wording: str
    asked_end_at: datetime
    signed_end_at: datetime | None
    answer_by: datetime
    is_mine: bool
    is_bound: bool
    can_ask_again: bool


@dataclass(frozen=True, slots=True)
class ShownOverrun:
    """A release's date that was chosen in spite of a clock."""

    planned_at: datetime
    reason: str
    by: str


@dataclass(frozen=True, slots=True)
class ShownDecision:
    """A decision that readers are told of afterwards."""

    pk: int
    heading: str
    words: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ShownClock:
    """An outside clock that runs."""

    pk: int
    rule_key: str
    """Empty for an end that its owner has fixed."""
    name: str
    kind: str
    source: str
    started_at: datetime
    limit_at: datetime | None
    """None where its rule has left the policy."""
    note: str
    is_past: bool
    is_broken: bool
    """The agreed end breaks it."""
    overruns: tuple[ShownOverrun, ...] = ()
    """Dates of releases that broke it, for those who read releases."""

    @property
    def has_link(self) -> bool:
        """Whether the source can be followed."""
        return self.source.startswith(("https://", "http://"))


@dataclass(frozen=True, slots=True)
class Release:
    """The release that an advisory is planned in, for those who read it."""

    name: str
    url: str
    move_url: str
    split_url: str
    planned_at: datetime
    follows: bool
    """It goes out alone, and moves with the agreed end."""


@dataclass(frozen=True, slots=True)
class Rail:
    """What the advisory's own page shows of its embargo."""

    number: int
    state: str
    end: ShownEnd | None
    ended_at: datetime | None
    reason: str
    out: str
    open_proposals: int
    broken: tuple[BrokenClock, ...]
    unsigned: int
    """Participants who have not consented to the agreed end."""
    other_date: Release | None = None
    """The release, where it is planned for another instant than the agreed end; for the team."""


@dataclass(frozen=True, slots=True)
class Negotiation:
    """The page of a negotiation."""

    rail: Rail
    is_team: bool
    may_take_part: bool
    is_out: bool
    is_over: bool
    proposals: tuple[ShownProposal, ...]
    settled: tuple[ShownProposal, ...]
    consents: tuple[ShownConsent, ...]
    clocks: tuple[ShownClock, ...]
    decisions: tuple[ShownDecision, ...] = ()
    """What readers are told afterwards; for the team."""
    is_short: bool = False
    """It ends sooner than the policy says, and nobody has written for readers why."""

    @property
    def mine(self) -> ShownConsent | None:
        """The viewer's own consent, where they were asked for one."""
        return next((consent for consent in self.consents if consent.is_mine), None)


@dataclass(frozen=True, slots=True)
class FinderProposal:
    """A proposal as a finder sees it: whose it is only as far as it is theirs or the team's."""

    pk: int
    end: ShownEnd
    end_at: datetime
    by: str
    reason: str
    """Their own only: what others write may name what a finder isn't to know."""
    answer_by: datetime
    is_mine: bool
    my_verdict: str


@dataclass(frozen=True, slots=True)
class FinderView:
    """What a finder's private page shows of the dates. Defaults are those of an advisory without any."""

    state: str
    wordings: tuple[Wording, ...]
    end: ShownEnd | None = None
    ended_at: datetime | None = None
    reason: str = ""
    is_open: bool = True
    """Whether dates are still to be talked about."""
    proposals: tuple[FinderProposal, ...] = ()
    consent: ShownConsent | None = None
    may_sign: bool = False
