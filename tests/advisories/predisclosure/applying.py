"""What the tests of joining fill in: a whole application of an organisation with a key of its own."""

from functools import lru_cache
from typing import Any

import pysequoia

from advisories.policies import current_policy
from advisories.predisclosure.applications import answer_name

ANSWERS = {
    "kind": "We sell virtual machines to the public; 40,000 run now.",
    "products": "Weir Cloud, every guest.",
    "public-pages": "See https://weir.example/prices.",
    "evidence": "https://packages.weir.example/hypervisor",
    "invites-reports": "https://weir.example/security",
}


@lru_cache(maxsize=1)
def key() -> pysequoia.Tsk:
    return pysequoia.Tsk.generate("Weir Cloud <security@weir.example>")


def public_key() -> str:
    return str(key().extract_certificate())


def filled(**changes: Any) -> dict[str, Any]:
    """What a browser sends for a whole application, with these fields changed; None leaves one out."""
    told: dict[str, Any] = {
        "name": "Weir Cloud",
        "homepage": "https://weir.example/",
        "contact_name": "Ada Weir",
        "contact_address": "ada@weir.example",
        "role_address": "security@weir.example",
        "key": public_key(),
        "accepts_terms": "on",
        "wants_listing": "on",
        **{answer_name(one): ANSWERS.get(one.key, "") for one in current_policy().criteria},
    }
    return {name: value for name, value in (told | changes).items() if value is not None}
