"""The pre-disclosure list: two members, one of them with a key, and applications that wait or lack something."""

from dataclasses import replace
from pathlib import Path

import pysequoia

from accounts.models import User
from advisories import policies
from advisories.models import Application
from advisories.policy import Announced
from advisories.predisclosure import deciding, joining, keys
from advisories.predisclosure.joining import Told
from advisories.reporting import drafts

_ANSWERS = {
    "kind": "We sell virtual machines to the public; about 40,000 run now.",
    "products": "Cloud Example runs every guest on it, as version 1.9.",
    "public-pages": "https://cloud.example/prices",
    "evidence": "https://packages.cloud.example/sluice",
    "invites-reports": "https://cloud.example/security",
}


def load_members(kept: Path) -> None:
    """Let them apply, and decide as a coordinator would; the secret half of the first key lies in `kept`.

    To be called before there is an embargo: none of these came because of a rumour.
    """
    coordinator = _coordinator()
    held = policies.in_force()
    policies.change(
        replace(held.policy, lists_members=True, announced=frozenset(Announced)),
        based_on=held.sequence, by=coordinator, why="Readers ask who is told, and when to expect something.",
    )  # fmt: skip
    own, other = (pysequoia.Tsk.generate(f"{name} <security@{name}>") for name in ("cloud.example", "linux.example"))
    kept.touch(mode=0o600)
    kept.write_text(str(own))
    deciding.accept(
        _applies("Cloud Example", "security@cloud.example", "security@cloud.example", str(own.extract_certificate())),
        "A public hoster of this size qualifies.", tell_held=False, by=coordinator,
    )  # fmt: skip
    linux, _ = deciding.accept(
        _applies("Example Linux", "packager@linux.example", "security@linux.example", str(other.extract_certificate())),
        "A distribution that ships it.", tell_held=False, by=coordinator,
    )  # fmt: skip
    keys.retire(linux.organisation.keys.get(), by=coordinator)
    _applies("Hobby Hosting", "someone@hobby.example", "", "", answers={"kind": "We host friends."})


def load_latecomer() -> None:
    """An application that waits for a decision; it came while members knew of something."""
    third = str(pysequoia.Tsk.generate("Vendor <security@vendor.example>").extract_certificate())
    waits = _applies("Vendor Example", "engineer@vendor.example", "psirt@vendor.example", third)
    deciding.note(waits, "Their support page says that it is in the appliance.", by=_coordinator())


def _coordinator() -> User:
    return User.objects.get(email="coordinator@sluice.example")


def _applies(name: str, contact: str, role: str, key: str, *, answers: dict[str, str] | None = None) -> Application:
    told = Told(
        name=name, website=f"https://{contact.partition('@')[2]}/", contact_address=contact, role_address=role,
        answers=answers or _ANSWERS, certificate=key, accepts_terms=bool(key),
    )  # fmt: skip
    return joining.begin(told, token=drafts.new_token())
