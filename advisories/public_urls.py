"""Pages and files of advisories for everyone, below `/advisories/`."""

from django.urls import path

from advisories.views import public, records

urlpatterns = [
    path("public", public.advisory_list, name="public_list"),
    path("affected", public.is_affected, name="is_affected"),
    path("feed.atom", records.feed, name="feed"),
    path("feed-<str:rating>.atom", records.feed, name="rating_feed"),
    path("index.json", records.index, name="index"),
    path("<int:number>/public", public.advisory, name="public"),
    path("<int:number>/records/<str:name>", records.document, name="record"),
    path("<int:number>/v<int:version>/public", public.revision, name="public_revision"),
    path("<int:number>/v<int:version>/text", public.text, name="text"),
    path("<int:number>/v<int:version>/patches/<str:name>", public.patch_file, name="public_patch"),
    path("<int:number>/v<int:version>/patches/<str:name>/lines", public.patch_page, name="public_patch_lines"),
]
