"""Pages of trees, branches, series and checks."""

from django.urls import URLPattern

app_name = "releases"
urlpatterns: list[URLPattern] = []
