"""Refusals that no view gives: an address that nothing can be named by, and a page for a method that isn't taken."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render


class RefusalMiddleware:
    """Comes last, so that the pages it answers with pass every other one on their way out."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        # PostgreSQL keeps no text with this character, so asking it for one by such a name is an error and not a miss.
        if "\0" in request.path_info:
            raise Http404
        response = self.get_response(request)
        if response.status_code == 405 and not response.content:
            page = render(request, "405.html", status=405)
            page["Allow"] = response["Allow"]
            return page
        return response
