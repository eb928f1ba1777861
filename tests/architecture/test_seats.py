"""A seat on the team comes and goes with an event: nothing else writes its row."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WRITES = re.compile(r"\bTeamSeat\(|\bTeamSeat\.objects\.(?:create|get_or_create|update_or_create|bulk_create)\(")


def test_seats_on_the_team_are_given_in_one_place() -> None:
    found = {
        path.relative_to(ROOT).as_posix()
        for app in ("accounts", "advisories", "config", "demo", "releases")
        for path in (ROOT / app).rglob("*.py")
        if "migrations" not in path.parts and WRITES.search(path.read_text("utf-8").replace("class TeamSeat(", ""))
    }
    assert found == {"advisories/seating.py"}
