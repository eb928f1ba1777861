"""The official schemas, ready to hold documents against."""

import json
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator, Draft202012Validator
from jsonschema.protocols import Validator
from referencing import Registry, Resource

FOLDER = Path(__file__).parents[2] / "data" / "schemas"


def _read(path: str) -> Any:
    return json.loads((FOLDER / path).read_bytes())


@cache
def osv() -> Validator:
    schema = _read("osv/schema.json")
    # OSV-Schema refuses prefixes that are not on its list, and SSA is Sluice's own.
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def _registry() -> Registry[Any]:
    known = {"https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json": _read("csaf/csaf_json_schema.json")}
    for version in ("2.0", "3.0", "3.1"):
        known[f"https://www.first.org/cvss/cvss-v{version}.json"] = _read(f"cvss/cvss-v{version}.json")
    return Registry().with_resources((address, Resource.from_contents(schema)) for address, schema in known.items())


@cache
def csaf(name: str = "csaf_json_schema") -> Validator:
    schema = _read(f"csaf/{name}.json")
    return Draft202012Validator(schema, registry=_registry(), format_checker=Draft202012Validator.FORMAT_CHECKER)


@cache
def cve() -> Validator:
    text = (files("cvelib") / "schemas" / "CVE_JSON_bundled_5.1.1.json").read_text()
    return Draft7Validator(json.loads(text), format_checker=Draft7Validator.FORMAT_CHECKER)


def wrong(validator: Validator, data: bytes) -> list[str]:
    """What the schema has against a document; nothing if it is valid."""
    document = json.loads(data)
    return [f"{error.json_path}: {error.message[:300]}" for error in validator.iter_errors(document)]
