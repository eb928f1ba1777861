"""Three programs ask the API anything that its own document allows, and some that it doesn't."""

from typing import Any
from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from accounts.models import Role
from advisories.lifecycle import State
from advisories.models import KeptFrom, Organisation
from config.api import document
from tests.advisories.predisclosure.told import make_batch, predisclosed, revised
from tests.api.asking import Program, make_token
from tests.make import make_advisory, make_contact, make_member, make_user

pytestmark = pytest.mark.django_db

SECRET = "kanari"
ALLOWED = {200, 404, 422}
LIKELY = {"number": ["1", "2", "3"], "version": ["1", "2"], "name": ["1.patch"], "page": ["1"], "state": ["secret"]}
USUAL = st.sampled_from([True, True, True, False])
WORDS = st.one_of(
    st.sampled_from(
        ["1", "2", "3", "0", "-1", "1.patch", "secret", "public", "title", "2026-01-01T00:00:00Z", "é", "%2F"]
    ),
    st.integers(0, 2**70).map(str),
    # An address with this character is refused by the whole site, before anything is asked.
    st.text(st.characters(exclude_characters="\0", codec="utf-8"), max_size=8),
)


@pytest.fixture
def programs() -> dict[str, Program]:
    """Of a member that holds everything, of one from which it is kept, and of somebody on the team."""
    holds, kept_out = make_member("Reservoir"), make_member("Weir")
    batch = make_batch(make_advisory(number=9, state=State.READY))
    for number in (1, 2):
        advisory = make_advisory(
            number=number, state=State.PREDISCLOSED, title=f"{SECRET} {number}", description=SECRET, notes=SECRET
        )
        for organisation in Organisation.objects.filter(name="Weir"):
            KeptFrom.objects.create(advisory=advisory, organisation=organisation, reason="Narrow.", by=None)
        predisclosed(advisory, batch=batch)
        revised(advisory, f"{SECRET} again", batch)
    make_advisory(number=3, state=State.READY, title=f"{SECRET} drafted")
    return {
        "holds": Program(make_token(make_contact(holds), holds)[1]),
        "kept out": Program(make_token(make_contact(kept_out), kept_out)[1]),
        "team": Program(make_token(make_user("", Role.SECURITY))[1]),
    }


def validator_for(told: dict[str, Any], operation: dict[str, Any]) -> Draft202012Validator | None:
    shape = operation["responses"].get(200, {}).get("content", {}).get("application/json", {}).get("schema")
    return Draft202012Validator({**shape, "components": told["components"]}) if shape else None


def test_nothing_that_is_asked_breaks_it_or_tells_what_is_not_held(programs: dict[str, Program], settings: Any) -> None:
    settings.API_PER_MINUTE = 100_000
    told = document()
    operations = [(path, one["get"]) for path, one in told["paths"].items() if "get" in one]
    heard: dict[str, int] = dict.fromkeys(programs, 0)

    @given(st.data())
    def ask(data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(sorted(programs)))
        path, operation = data.draw(st.sampled_from(operations))
        query = {}
        for one in operation.get("parameters", ()):
            usual = LIKELY.get(one["name"])
            value = data.draw(st.sampled_from(usual) if usual and data.draw(USUAL) else WORDS)
            if one["in"] == "path":
                path = path.replace("{" + one["name"] + "}", quote(value, safe=""))
            elif data.draw(st.booleans()):
                query[one["name"]] = value
        answer = programs[who].get(path.removeprefix("/api/v1") + (f"?{urlencode(query)}" if query else ""))
        assert answer.status_code in ALLOWED, (who, path, query)
        assert "no-store" in answer["Cache-Control"]
        if answer.status_code != 200:
            assert answer["Content-Type"] == "application/problem+json"
        elif validator := validator_for(told, operation):
            validator.validate(answer.json())
        if who == "kept out":
            assert SECRET.encode() not in answer.content
        heard[who] += answer.status_code == 200

    ask()
    assert min(heard["holds"], heard["team"]) > 1, heard
