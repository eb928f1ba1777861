"""Pages and files of advisories for everyone, below `/advisories/`."""

from collections.abc import Callable

from django.http import HttpResponseBase
from django.urls import path
from django.views.generic import RedirectView

from accounts.doors import public_page
from advisories.views import public, records

_REVISION = "<int:number>/v<int:version>/"


def _moved(name: str) -> Callable[..., HttpResponseBase]:
    """A page's address before every page lay in a folder of its own, as files of a static site do."""
    return public_page(RedirectView.as_view(pattern_name=f"advisories:{name}", permanent=True))


urlpatterns = [
    path("public", public.advisory_list, name="public_list"),
    path("page/<int:page>/", public.list_page, name="list_page"),
    path("affected", public.is_affected, name="is_affected"),
    path("feed.atom", records.feed, name="feed"),
    path("feed-<str:rating>.atom", records.feed, name="rating_feed"),
    path("branches/<str:tree>/<str:branch>/feed.atom", records.branch_feed, name="branch_feed"),
    path("tags/", public.tags, name="tag_index"),
    path("tags/<slug:word>/", public.tag, name="tag"),
    path("index.json", records.index, name="index"),
    path("<int:number>/public", public.advisory, name="public"),
    path("<int:number>/records/<str:name>", records.document, name="record"),
    path(_REVISION, public.revision, name="public_revision"),
    path(f"{_REVISION}<str:name>.txt", public.text, name="text"),
    path(f"{_REVISION}<str:name>.eml", public.mail, name="mail"),
    path(f"{_REVISION}patches/<str:name>/lines", _moved("public_patch_lines"), name="old_lines"),
    # Some projects kept the patches of one branch in a folder.
    path(f"{_REVISION}patches/<path:name>", public.patch_file, name="public_patch"),
    path(f"{_REVISION}lines/<path:name>/", public.patch_page, name="public_patch_lines"),
    path(f"{_REVISION}public", _moved("public_revision"), name="old_revision"),
    path(f"{_REVISION}text", public.old_text, name="old_text"),
]
