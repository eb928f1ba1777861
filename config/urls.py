"""Every address of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.urls.resolvers import RoutePattern
from django.views.generic import RedirectView, TemplateView

from accounts.doors import public_page
from advisories.views import records
from advisories.views.public import home
from config import branding
from config.health import alive, ready
from config.later import Later

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("accounts.sign_in_urls")),
    path("", include("accounts.urls")),
    path("team/", include("advisories.urls.team")),
    path("advisories/", include("advisories.urls.advisories")),
    path("report/", include("advisories.urls.reports")),
    path("triage/", include("advisories.urls.triage")),
    path("calendar/", include("advisories.urls.calendar")),
    path("policy/", include("advisories.urls.policy")),
    path("members/", include("advisories.urls.members")),
    path("", include("advisories.urls.answering")),
    # Its schemas take a tenth of a second to make, for people and commands that never ask for them.
    Later(RoutePattern("api/v1/"), "config.api", app_name="api", namespace="api"),
    path("members/", include("advisories.urls.joining")),
    path("", include("releases.urls")),
    path(".well-known/security.txt", records.security_txt, name="security_txt"),
    path(".well-known/csaf/provider-metadata.json", records.provider_metadata, name="provider_metadata"),
    path("csaf/<path:path>", records.provider_file, name="provider_file"),
    path("team-key.asc", records.team_key, name="team_key"),
    path("brand.css", branding.style, name="brand_style"),
    path("brand/logo", branding.logo, name="brand_logo"),
    path("healthz", alive, name="alive"),
    path("readyz", ready, name="ready"),
    path("favicon.ico", public_page(RedirectView.as_view(url=f"{settings.STATIC_URL}img/favicon.svg")), name="favicon"),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide", TemplateView.as_view(template_name="styleguide.html"), name="styleguide"))
