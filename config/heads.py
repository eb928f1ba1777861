"""What answers HEAD: the headers of the page, and nothing after them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase


class HeadMiddleware:
    """Drops the body here: a server does it too, and writes a warning into its log for each monitor that asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        # Streams are WhiteNoise's alone, which opens no file for HEAD.
        if request.method == "HEAD" and isinstance(response, HttpResponse):
            response.content = b""  # `Content-Length` stays that of the page
        return response
