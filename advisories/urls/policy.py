"""Pages of the disclosure policy."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import policy as views

app_name = "policy"
urlpatterns = [
    path("", views.policy, name="policy"),
    path("change", by_method(get=views.ask_change, post=views.preview), name="change"),
    path("save", views.save, name="save"),
    path("history/", views.history, name="history"),
    path("history/<int:sequence>/", views.version, name="version"),
]
