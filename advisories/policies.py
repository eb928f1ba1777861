"""The policy in force, and changing it: version after version, none over another's head."""

import json
from contextvars import ContextVar, Token
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from accounts.models import User
from advisories.models import Event, PolicyVersion
from advisories.policy import Policy, PolicyIsWrong, Problem
from advisories.policy.document import Document, digest_of, from_document, known, to_document
from advisories.policy.words import differences


class StalePolicy(Exception):
    """Somebody else changed the policy since it was read."""


class NothingChanged(Exception):
    """The new version would say what the old one says."""


class NoReasonGiven(Exception):
    """Whoever reads the history wants to know why."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The policy that holds, and the number of its version; 0 stands for the defaults that nobody has changed."""

    sequence: int
    policy: Policy


def current_policy() -> Policy:
    """Give the policy that holds; one query each time, so ask once a request and hand it on."""
    return in_force().policy


def in_force() -> InForce:
    """Give the policy that holds, with its version."""
    told = _told.get()
    if told is not _UNTOLD:
        return _read(told, prefix())
    newest = PolicyVersion.objects.order_by("-sequence").first()
    return InForce(0, defaults()) if newest is None else InForce(newest.pk, of(newest))


def tell(newest: tuple[int, str] | None) -> Token[object]:
    """Let `newest` (number and document, None for the defaults) be in force in this context, without asking again."""
    return _told.set(newest)


def forget(token: Token[object]) -> None:
    """Ask the database again from now on."""
    _told.reset(token)


_UNTOLD = object()
_told: ContextVar[Any] = ContextVar("told", default=_UNTOLD)


@lru_cache(maxsize=4)
def _read(told: tuple[int, str] | None, own: str) -> InForce:
    """Read once for each version: every public page asks for it."""
    if told is None:
        return InForce(0, Policy(own))
    return InForce(told[0], replace(known(told[1]), prefix=own))


def defaults() -> Policy:
    """Give what holds where nobody has decided anything."""
    return Policy(prefix())


def prefix() -> str:
    """Give what stands before every number: the installation's own, whatever the policy."""
    found: str = settings.ADVISORY_PREFIX
    return found


def of(version: PolicyVersion) -> Policy:
    """Read a version. The prefix is the installation's, which every number on every page begins with."""
    return replace(known(json.dumps(version.document)), prefix=prefix())


def check(document: Document) -> Policy:
    """Read a document that is to become the policy here. Raises `PolicyIsWrong`."""
    policy = from_document(document)
    if policy.prefix != prefix():
        sentence = (
            f"The prefix is {prefix()} here, not {policy.prefix}: it is set with the installation "
            "(PENSTOCK_ADVISORY_PREFIX), since every number on every page begins with it."
        )
        raise PolicyIsWrong((Problem("prefix", sentence),))
    return policy


def with_terms_counted(held: Policy, policy: Policy) -> Policy:
    """The policy with the version that its terms have once it follows `held`: another text is the next one."""
    return replace(policy, terms_version=held.terms_version + (held.terms.strip() != policy.terms.strip()))


@transaction.atomic
def change(policy: Policy, *, based_on: int, by: User | None, why: str) -> PolicyVersion:
    """Let `policy` hold from now on. `based_on` is the version that whoever wrote it had before them.

    Raises `StalePolicy` where another one holds by now, `NothingChanged`, `NoReasonGiven`. The event `policy-changed`
    names the fields: approvals of a release lean on some of them.
    """
    if not why.strip():
        raise NoReasonGiven("say why the policy changes: its history shows it")
    held = in_force()
    if held.sequence != based_on:
        raise StalePolicy(f"version {held.sequence} holds by now, not {based_on}")
    policy = with_terms_counted(held.policy, policy)
    changed = [difference.field for difference in differences(held.policy, policy)]
    if not changed:
        raise NothingChanged("this is what the policy says already")
    document = to_document(policy)
    try:
        with transaction.atomic():
            version = PolicyVersion.objects.create(
                sequence=based_on + 1, document=document, sha256=digest_of(document), by=by, why=why.strip()
            )
    except IntegrityError:
        raise StalePolicy(f"version {based_on + 1} was written by somebody else meanwhile") from None
    Event.objects.record(version, kind="policy-changed", by=by, detail={"version": version.pk, "fields": changed})
    return version
