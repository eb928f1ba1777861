"""Pages of advisories."""

from django.urls import include, path

from accounts.doors import by_method
from advisories.views import advisories as views
from advisories.views import deliveries as delivery_views
from advisories.views import rehearsal as rehearsal_views
from advisories.views import revisions as revision_views
from advisories.views import seats as seat_views

app_name = "advisories"
urlpatterns = [
    path("", views.advisory_list, name="list"),
    path("add", by_method(get=views.ask_new, post=views.add), name="add"),
    path("<int:number>/", views.detail, name="detail"),
    path("", include("advisories.urls.public")),
    path("<int:number>/move", by_method(get=views.ask_move, post=views.move), name="move"),
    path("releases/<int:pk>/rehearsal/", rehearsal_views.rehearsal, name="rehearsal"),
    path("releases/<int:pk>/rehearsal/<int:number>/<str:recipient>", rehearsal_views.letter, name="rehearsal_letter"),
    path("releases/<int:pk>/rehearsal/members/", rehearsal_views.members, name="rehearsal_members"),
    path("<int:number>/deliveries/", delivery_views.deliveries, name="deliveries"),
    path(
        "<int:number>/deliveries/<int:pk>/again",
        by_method(get=delivery_views.ask_again, post=delivery_views.send_again),
        name="send_again",
    ),
    path("<int:number>/v<int:version>", revision_views.revision, name="revision"),
    path("<int:number>/seats/", by_method(get=seat_views.seats, post=seat_views.give), name="seats"),
    path("<int:number>/seats/<int:pk>/end", seat_views.end, name="end_seat"),
    path("", include("advisories.urls.workspace")),
    path("", include("advisories.urls.embargo")),
]
