"""The API's description, for programs and for people: rendered here, so that it needs no script and no other site."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.doors import public_page

Document = Callable[[], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Field:
    """A field or a parameter."""

    name: str
    kind: str
    is_required: bool
    words: str = ""


@dataclass(frozen=True, slots=True)
class Operation:
    """One thing that can be asked."""

    key: str
    method: str
    address: str
    summary: str
    words: str
    parameters: tuple[Field, ...]
    body: tuple[Field, ...]
    answer: str
    fields: tuple[Field, ...]


@public_page
@require_safe
def openapi(request: HttpRequest, document: Document) -> HttpResponse:
    """As OpenAPI 3.1 has it."""
    return JsonResponse(document())


@public_page
@require_safe
def docs(request: HttpRequest, document: Document) -> HttpResponse:
    """For people."""
    told = document()
    return render(request, "api/docs.html", {"groups": _groups(told), "words": told["info"]["description"]})


def _groups(told: dict[str, Any]) -> dict[str, list[Operation]]:
    found: dict[str, list[Operation]] = {}
    for address, methods in told["paths"].items():
        for method, one in methods.items():
            found.setdefault(one["tags"][0], []).append(_operation(told, address, method, one))
    return found


def _operation(told: dict[str, Any], address: str, method: str, one: dict[str, Any]) -> Operation:
    good: dict[str, Any] = next((each for code, each in one["responses"].items() if str(code).startswith("2")), {})
    shape = good.get("content", {}).get("application/json", {}).get("schema", {})
    asked = one.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    return Operation(
        key=one["operationId"],
        method=method.upper(),
        address=address,
        summary=one["summary"],
        words=one.get("description", ""),
        parameters=tuple(
            Field(each["name"], _kind(each["schema"]), each["required"]) for each in one.get("parameters", ())
        ),
        body=_fields(told, asked),
        answer=_kind(shape) if shape else "A file.",
        fields=_fields(told, shape),
    )


def _kind(shape: dict[str, Any]) -> str:
    """A type in a few words."""
    if "$ref" in shape:
        return str(shape["$ref"].rsplit("/", 1)[1].removesuffix("_"))
    if "anyOf" in shape:
        return " or ".join(_kind(each) for each in shape["anyOf"])
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'])}"
    if "enum" in shape:
        return " or ".join(f"“{each}”" for each in shape["enum"])
    return (
        {"null": "nothing", "string": "text", "integer": "number", "boolean": "yes or no"}.get(
            shape.get("type", ""), shape.get("type", "anything")
        )
        if shape.get("format") != "date-time"
        else "instant"
    )


def _fields(told: dict[str, Any], shape: dict[str, Any]) -> tuple[Field, ...]:
    inner = shape.get("items", shape)
    if "$ref" not in inner:
        return ()
    named = told["components"]["schemas"][inner["$ref"].rsplit("/", 1)[1]]
    required = named.get("required", ())
    own = tuple(Field(name, _kind(each), name in required) for name, each in named.get("properties", {}).items())
    items = named.get("properties", {}).get("items", {})
    return (*own, *_fields(told, items)) if items else own
