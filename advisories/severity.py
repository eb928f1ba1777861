"""PURE: CVSS 3.1 and 4.0 vectors: score, rating, and the same in plain words.

The arithmetic is the `cvss` library's. What is here decides what is taken (base, threat and environmental metrics of
the two versions, nothing older), and says in a sentence why something isn't.
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache

from cvss import CVSS3, CVSS4, CVSSError

LONGEST = 400
"""Characters; a vector with every metric there is has fewer."""


class Version(StrEnum):
    """The versions of CVSS that are taken."""

    V3_1 = "3.1"
    V4_0 = "4.0"


class Rating(StrEnum):
    """The qualitative rating of a score (section 5 of CVSS 3.1, section 6 of CVSS 4.0; the bounds are the same)."""

    NONE = "none"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


LEAST_SCORE: tuple[tuple[Decimal, Rating], ...] = (
    (Decimal("9.0"), Rating.CRITICAL),
    (Decimal("7.0"), Rating.HIGH),
    (Decimal("4.0"), Rating.MEDIUM),
    (Decimal("0.1"), Rating.LOW),
)

ADVICE: dict[Rating, str] = {
    Rating.NONE: "nothing to do for security",
    Rating.LOW: "update when convenient",
    Rating.MEDIUM: "update with the next maintenance",
    Rating.HIGH: "update soon",
    Rating.CRITICAL: "update now",
}

WORDS: dict[str, dict[str, str]] = {
    "AV": {
        "N": "from the network",
        "A": "from a neighbouring network or machine",
        "L": "from inside the machine",
        "P": "with the hardware in hand",
    },
    "PR": {"N": "without an account", "L": "with ordinary rights", "H": "with high rights"},
    "UI": {
        "N": "",
        "R": "where somebody is led to take part",
        "P": "where somebody goes on as usual",
        "A": "where somebody is led to take part",
    },
    "AC": {"L": "", "H": "under conditions that an attacker does not control"},
    "AT": {"N": "", "P": "on some deployments only"},
}
IMPACT: dict[Version, dict[str, str]] = {
    Version.V3_1: {"C": "read secrets", "I": "change data", "A": "stop the service"},
    Version.V4_0: {"VC": "read secrets", "VI": "change data", "VA": "stop the service"},
}
BEYOND = frozenset({"SC", "SI", "SA"})
BASE = frozenset({"AV", "AC", "AT", "PR", "UI", "S", "C", "I", "A", "VC", "VI", "VA", "SC", "SI", "SA"})
TEMPORAL = frozenset({"E", "RL", "RC"})
ENVIRONMENTAL = frozenset({"CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"})


class NotAVector(Exception):
    """The text is no vector of a version that is taken; the message is a sentence to show."""


@dataclass(frozen=True, slots=True)
class Severity:
    """A vector and what it comes to."""

    version: Version
    vector: str
    """In the order of the specification."""
    score: Decimal
    """With the metrics given: the base score, or what threat and environment make of it. One decimal, 0.0 to 10.0."""
    rating: Rating
    words: str
    """Who can do what, in a sentence without codes."""

    @property
    def advice(self) -> str:
        """What the rating asks of a reader, in our words."""
        return ADVICE[self.rating]


@lru_cache(maxsize=2048)
def rate(vector: str) -> Severity:
    """Score a vector such as `CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H`. Raises `NotAVector`."""
    text = vector.strip()
    version = _version(text)
    try:
        parsed = CVSS3(text) if version is Version.V3_1 else CVSS4(text)
    except CVSSError as wrong:
        raise NotAVector(f"This CVSS {version} vector cannot be scored: {str(wrong).strip()}.") from None
    score = _score(version, parsed)
    return Severity(version, parsed.clean_vector(), score, rating_of(score), _in_words(version, parsed.metrics))


def base(severity: Severity) -> Severity:
    """Rate the flaw alone, without what threat and environment make of it: records have a field for just that."""
    fields = severity.vector.split("/")
    return rate("/".join(field for field in fields if field.startswith("CVSS:") or field.split(":")[0] in BASE))


def rating_of(score: Decimal) -> Rating:
    """Give the rating of a score from 0.0 to 10.0."""
    return next((rating for least, rating in LEAST_SCORE if score >= least), Rating.NONE)


def _version(text: str) -> Version:
    if not text:
        raise NotAVector("A CVSS vector is missing.")
    if len(text) > LONGEST:
        raise NotAVector(f"A CVSS vector has at most {LONGEST} characters, this one has {len(text)}.")
    if not text.isascii() or any(char.isspace() for char in text):
        raise NotAVector("A CVSS vector is one word of letters, digits, colons and slashes.")
    for version in Version:
        if text.startswith(f"CVSS:{version}/"):
            return version
    if text.startswith("CVSS:"):
        raise NotAVector(f"CVSS {text.split('/')[0].removeprefix('CVSS:')} is not taken, only 3.1 and 4.0.")
    raise NotAVector("A CVSS vector begins with CVSS:3.1/ or CVSS:4.0/.")


def _score(version: Version, parsed: CVSS3 | CVSS4) -> Decimal:
    """Take the score that the given metrics ask for; 4.0 has only one.

    In 3.1 the environmental formula is another one, and differs from the base score even where no environmental metric
    is given: AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H is 9.6 by the one and 9.7 by the other.
    """
    scores = parsed.scores()
    chosen = scores[0]
    if version is Version.V3_1:
        fields = (field.split(":") for field in parsed.clean_vector().split("/")[1:])
        given = {name for name, value in fields if value != "X"}
        if given & ENVIRONMENTAL:
            chosen = scores[2]
        elif given & TEMPORAL:
            chosen = scores[1]
    return Decimal(str(chosen)).quantize(Decimal("0.1"))


def _in_words(version: Version, metrics: dict[str, str]) -> str:
    """Say base metrics as a sentence; optional metrics change the score, not what the flaw is."""
    how = [WORDS[name].get(metrics.get(name, ""), "") for name in ("AV", "PR", "UI", "AC", "AT")]
    full = [said for name, said in IMPACT[version].items() if metrics.get(name) == "H"]
    partly = [said for name, said in IMPACT[version].items() if metrics.get(name) == "L"]
    what = []
    if full:
        what.append(_joined(full))
    if partly:
        what.append(f"to a lesser degree {_joined(partly)}")
    does = ", and ".join(what) or "do no harm on the vulnerable system itself"
    spreads = metrics.get("S") == "C" or any(metrics.get(name, "N") != "N" for name in BEYOND)
    reach = "; other systems are harmed through it" if spreads else ""
    return f"An attacker {', '.join(part for part in how if part)} can {does}{reach}."


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
