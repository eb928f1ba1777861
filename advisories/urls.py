"""Pages of advisories."""

from django.urls import path

from advisories import views

app_name = "advisories"
urlpatterns = [
    path("", views.advisory_list, name="list"),
    path("<int:number>/", views.detail, name="detail"),
]
