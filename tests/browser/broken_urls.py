"""Every address of the site, and one behind which something breaks."""

from django.http import HttpRequest, HttpResponse
from django.urls import path

from accounts.doors import public_page
from config.urls import urlpatterns as everything


@public_page
def broken(request: HttpRequest) -> HttpResponse:
    """Break."""
    raise LookupError("broken on purpose")


urlpatterns = [path("broken", broken), *everything]
