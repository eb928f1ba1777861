"""PURE: reading our own lists for machines back: what each says is in it, and in which state."""

import csv
import json
from xml.etree import ElementTree

_ATOM = "{http://www.w3.org/2005/Atom}"


def of_atom(told: bytes) -> set[tuple[str, str]]:
    """Address and instant of each entry of an Atom feed. Raises `SyntaxError`."""
    entries = ElementTree.fromstring(told).iter(f"{_ATOM}entry")  # noqa: S314  # our own
    return {(one.findtext(f"{_ATOM}id", ""), one.findtext(f"{_ATOM}updated", "")) for one in entries}


def of_index(told: bytes) -> set[tuple[int, int]]:
    """Number and version of each advisory in the archive's index. Raises `ValueError`, `KeyError`, `TypeError`."""
    return {(one["number"], one["version"]) for one in json.loads(told)["advisories"]}


def of_provider(told: bytes) -> set[tuple[str, str]]:
    """Address and instant of each document in the CSAF provider's feed. Raises as `of_index` does."""
    return {(one["content"]["src"], one["updated"]) for one in json.loads(told)["feed"]["entry"]}


def of_changes(told: bytes) -> set[tuple[str, str]]:
    """Path and instant of each row of `changes.csv`. Raises `ValueError`."""
    return {(path, at) for path, at in csv.reader(told.decode().splitlines())}
