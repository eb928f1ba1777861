"""The API: who is let in, what refusals look like, and which parts it is made of; routes lie with their app."""

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError

from advisories.api import advisories, problems, readiness, revisions
from advisories.api.bearer import Bearer
from advisories.api.door import guarded, missing, opened
from advisories.api.problems import Problem
from config import api_docs
from releases.api import verdicts

api = NinjaAPI(
    title="Penstock",
    version="1",
    description="What members of the pre-disclosure list hold, for their programs. Ask with a token: "
    "`Authorization: Bearer …`. Refusals are problems as RFC 9457 writes them; what is hidden and what isn't there "
    "are refused alike.",
    docs_url=None,
    openapi_url=None,
    auth=Bearer(),
    urls_namespace="api",
)
for router in (advisories.router, revisions.router, readiness.router, verdicts.router):
    api.add_router("", router)


@api.exception_handler(Problem)
def _refused(request: HttpRequest, problem: Problem) -> HttpResponse:
    return problems.answer(problem.status, problem.detail, headers=problem.headers)


@api.exception_handler(Http404)
def _not_found(request: HttpRequest, missed: Http404) -> HttpResponse:
    return _refused(request, problems.missing())


@api.exception_handler(HttpError)
def _http_error(request: HttpRequest, error: HttpError) -> HttpResponse:
    return problems.answer(HTTPStatus(error.status_code), "The request could not be read.")


@api.exception_handler(ValidationError)
def _not_valid(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """Name what is wrong without repeating it: pydantic's own words quote the value."""
    wrong = [{"field": ".".join(map(str, one["loc"][1:])), "problem": str(one["type"])} for one in error.errors]
    return problems.answer(HTTPStatus.UNPROCESSABLE_ENTITY, "Some of it is not as it should be.", errors=wrong)


def document() -> dict[str, Any]:
    """The whole API as OpenAPI 3.1 has it."""
    return dict(api.get_openapi_schema(path_prefix="/api/v1/"))


def _patterns() -> list[URLPattern]:
    made, _, _ = api.urls
    return [
        *opened(made),
        path("openapi.json", api_docs.openapi, {"document": document}, name="openapi"),
        path("docs/", api_docs.docs, {"document": document}, name="docs"),
        path("<path:rest>", guarded(missing), name="missing"),
    ]


app_name = "api"
urlpatterns = _patterns()
