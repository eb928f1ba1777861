"""Vectors, scores and words."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from advisories.severity import NotAVector, Rating, Version, rate, rating_of

WORST = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
GUEST = "CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H"
WORST_4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N"


@pytest.mark.parametrize(
    ("vector", "score", "rating"),
    [
        (WORST, "9.8", Rating.CRITICAL),
        (GUEST, "8.8", Rating.HIGH),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1", Rating.MEDIUM),
        ("CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:C/C:H/I:N/A:N", "5.6", Rating.MEDIUM),
        ("CVSS:3.1/AV:P/AC:H/PR:H/UI:N/S:U/C:L/I:N/A:N", "1.6", Rating.LOW),
        ("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N", "0.0", Rating.NONE),
        (WORST_4, "9.3", Rating.CRITICAL),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "10.0", Rating.CRITICAL),
        ("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N", "0.0", Rating.NONE),
    ],
)
def test_known_vectors_have_their_known_scores(vector: str, score: str, rating: Rating) -> None:
    severity = rate(vector)
    assert (severity.score, severity.rating) == (Decimal(score), rating)


def test_metrics_that_are_not_defined_leave_the_base_score() -> None:
    led = "CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H"
    assert rate(led).score == rate(f"{led}/E:X/MAV:X").score == Decimal("9.6")


def test_temporal_metrics_count_without_environmental_ones() -> None:
    assert rate(f"{WORST}/E:U/RL:O").score == Decimal("8.5")


def test_threat_and_environment_lower_the_score_that_is_shown() -> None:
    assert rate(f"{WORST}/E:U/MAV:P").score < rate(WORST).score


def test_metrics_are_put_in_order() -> None:
    assert rate("CVSS:3.1/A:H/I:H/C:H/S:U/UI:N/PR:N/AC:L/AV:N").vector == WORST


def test_blanks_around_a_vector_do_no_harm() -> None:
    assert rate(f" {WORST}\n").vector == WORST


@pytest.mark.parametrize(
    ("vector", "said"),
    [
        ("", "missing"),
        ("  ", "missing"),
        ("9.8", "begins with"),
        ("AV:N/AC:L/Au:N/C:P/I:P/A:P", "begins with"),
        ("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "CVSS 3.0 is not taken"),
        ("CVSS:3.1/AV:N", "AC, PR"),
        (f"{WORST}/A:H", "Duplicate"),
        (f"{WORST}/", "cannot be scored"),
        (WORST.replace("AV:N", "AV:Q"), "AV:Q"),
        (WORST.replace("AV:N", "av:N"), "av"),
        (WORST.replace("/", " /"), "one word"),
        (WORST.replace("AV", "\u0410V"), "one word"),
        (f"{WORST_4}/E:Q", "E:Q"),
        (WORST_4.replace("4.0", "3.1"), "cannot be scored"),
        (f"{WORST}{'/X:X' * 200}", "at most"),
    ],
)
def test_a_malformed_vector_is_refused_with_a_sentence(vector: str, said: str) -> None:
    with pytest.raises(NotAVector, match=r"^[A-Z].*[.]$") as refused:
        rate(vector)
    assert said in str(refused.value)


def test_the_words_carry_no_codes() -> None:
    assert rate(GUEST).words == (
        "An attacker from inside the machine, with ordinary rights can read secrets, change data and stop the service; "
        "other systems are harmed through it."
    )


def test_the_words_name_the_version_and_the_advice() -> None:
    severity = rate(WORST_4)
    assert (severity.version, severity.advice) == (Version.V4_0, "update now")


@pytest.mark.parametrize(
    ("score", "rating"),
    [
        ("0.0", "none"),
        ("0.1", "low"),
        ("3.9", "low"),
        ("4.0", "medium"),
        ("6.9", "medium"),
        ("7.0", "high"),
        ("9.0", "critical"),
    ],
)
def test_ratings_have_the_bounds_of_the_specification(score: str, rating: str) -> None:
    assert rating_of(Decimal(score)) == rating


WEIGHTS = {
    "AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2},
    "AC": {"L": 0.77, "H": 0.44},
    "PR": {"N": 0.85, "L": 0.62, "H": 0.27},
    "UI": {"N": 0.85, "R": 0.62},
    "S": {"U": 0.0, "C": 0.0},
    "C": {"H": 0.56, "L": 0.22, "N": 0.0},
    "I": {"H": 0.56, "L": 0.22, "N": 0.0},
    "A": {"H": 0.56, "L": 0.22, "N": 0.0},
}
WHERE_SCOPE_CHANGES = {"N": 0.85, "L": 0.68, "H": 0.5}


def base_score(chosen: dict[str, str]) -> Decimal:
    """The base score by the formulas of CVSS 3.1, section 7.1 and appendix A."""
    weight = {name: WEIGHTS[name][letter] for name, letter in chosen.items()}
    changed = chosen["S"] == "C"
    rights = WHERE_SCOPE_CHANGES[chosen["PR"]] if changed else weight["PR"]
    lost = 1 - (1 - weight["C"]) * (1 - weight["I"]) * (1 - weight["A"])
    impact = 7.52 * (lost - 0.029) - 3.25 * (lost - 0.02) ** 15 if changed else 6.42 * lost
    reach = 8.22 * weight["AV"] * weight["AC"] * rights * weight["UI"]
    if impact <= 0:
        return Decimal("0.0")
    score = round(min((1.08 if changed else 1) * (impact + reach), 10) * 100_000)
    return Decimal(score // 10_000 + (score % 10_000 > 0)) / 10


def test_every_base_vector_has_the_score_of_the_specification() -> None:
    for letters in product(*WEIGHTS.values()):
        chosen = dict(zip(WEIGHTS, letters, strict=True))
        severity = rate("CVSS:3.1/" + "/".join(f"{name}:{letter}" for name, letter in chosen.items()))
        assert severity.score == base_score(chosen)
        assert severity.rating is rating_of(severity.score)


@given(text=st.text(max_size=60))
def test_any_text_is_rated_or_refused(text: str) -> None:
    for candidate in (text, f"CVSS:3.1/{text}", f"CVSS:4.0/{text}", f"{WORST}/{text}", f"{WORST_4}/{text}"):
        try:
            rate(candidate)
        except NotAVector:
            continue
