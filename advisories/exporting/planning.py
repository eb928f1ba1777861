"""What belongs to the exported site now, part by part, and what each part is made of."""

import hashlib
import hmac
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from itertools import chain
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import Resolver404, resolve, reverse
from django.utils import timezone

from advisories import exported
from advisories.exporting import others
from advisories.models import Advisory
from advisories.policies import current_policy
from advisories.policy import Announced, Policy
from advisories.public import caching, facts, records, whole
from advisories.public.turn import turn
from advisories.public.whole import Whole

OfAll = Callable[[tuple[Whole, ...]], exported.Places]
_SETTINGS = ("PUBLIC_URL", "SITE_URL", "EXPORT_LINKS", "HTTPS", "MAIL_ADDRESS", "ANNOUNCE_TO")


@dataclass(frozen=True, slots=True)
class Address:
    """One address that a file stands for."""

    path: str
    may_be_missing: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """One part as it is now."""

    name: str
    made_of: str
    """A digest under the site's key: whoever reads it learns nothing."""
    addresses: Callable[[], Iterable[Address]]
    """Takes its time: asked only where the part has to be rendered."""
    is_of_all: bool = False
    """Whether it has what is not of one advisory alone: asked for by the tags it had."""
    is_settled: bool = True
    """Whether `made_of` is all that it is made of, so that the same again is not asked for."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The site as it is now."""

    version: str
    """Of the code, templates and settings that everything is made with."""
    parts: tuple[Wanted, ...]


def plan() -> Plan:
    """Read what there is: about ten queries at any size."""
    policy, every, known = current_policy(), whole.every_one(), facts.known()
    version = digest([caching.made_with(), [getattr(settings, name) for name in _SETTINGS], policy])
    key, signed = records.key_fingerprint(), records.signatures()
    each = [_of_one(one, ([known(at) for at in one.told_at], key, signed.get(one.number))) for one in every]
    notes = list(_notes(policy))
    everything = digest([*(one.made_of for one in (*each, *notes))])
    return Plan(version, (*_of_all(every, everything), *each, *notes))


def standing() -> object:
    """Another value as soon as a plan would be another; asks for less than a plan does."""
    return turn(), facts.known()(timezone.now())


def is_exported(path: str) -> bool:
    """Whether a file stands for this address, or would if there were such a page."""
    return path.startswith(settings.STATIC_URL) or _name_of(path) in names()


def names() -> frozenset[str]:
    """Names of all addresses that files stand for."""
    return frozenset((*exported.OF_EACH, *chain(*exported.OF_ALL.values()), *others.plugged().exported))


def digest(made_of: object) -> str:
    """A digest of values under the site's key."""
    return hmac.new(settings.SECRET_KEY.encode(), repr(made_of).encode(), hashlib.sha256).hexdigest()[:40]


def _of_one(one: Whole, besides: object) -> Wanted:
    def addresses() -> Iterator[Address]:
        for name, places in exported.OF_EACH.items():
            for values in places(one):
                yield _address(name, values)

    return Wanted(f"advisory-{one.number}", digest([one.made_of, besides]), addresses)


def _of_all(every: tuple[Whole, ...], made_of: str) -> Iterator[Wanted]:
    """The largest parts, for whoever renders several at once to begin with."""
    for part, named in exported.OF_ALL.items():

        def addresses(named: Mapping[str, OfAll] = named) -> Iterator[Address]:
            for name, places in named.items():
                for values in places(every):
                    yield _address(name, values)

        yield Wanted(part, made_of, addresses, is_of_all=True, is_settled=False)
    yield from _of_others(made_of)


def _of_others(everything: str) -> Iterator[Wanted]:
    present = hour(timezone.now())
    for one in others.plugged().parts():

        def addresses(one: others.OtherPart = one) -> Iterator[Address]:
            for name, values in one.addresses():
                yield Address(reverse(name, kwargs=values), may_be_missing=True)

        made_of = everything if one.made_of is None else digest([present, one.made_of])
        yield Wanted(one.name, made_of, addresses, is_of_all=True, is_settled=one.made_of is not None)


def _notes(policy: Policy) -> Iterator[Wanted]:
    """Numbers that lead everyone to a note instead of a text."""
    announced = Announced.NUMBERS in policy.announced
    noted = Advisory.objects.leaving_a_note_for(AnonymousUser(), numbers_are_announced=announced)
    for one in noted.order_by("number"):
        other = one.merged_into.number if one.merged_into else None
        path = one.get_absolute_url()
        yield Wanted(
            f"note-{one.number}",
            digest([one.state, one.ended_because, other]),
            lambda path=path: (Address(path),),  # type: ignore[misc]  # bound now: the loop moves on
        )


def _address(name: str, places: dict[str, Any]) -> Address:
    return Address(reverse(name, kwargs=places), name in exported.MAY_BE_MISSING)


@lru_cache(maxsize=4096)
def _name_of(path: str) -> str:
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def hour(now: datetime) -> str:
    """The hour, for what changes with time alone: days on the front page, the end of `security.txt`."""
    return f"{now:%Y-%m-%dT%H}"
