"""Who is on the team, and who is invited."""

from django.urls import path

from accounts.doors import by_method
from advisories.views import team

app_name = "team"
urlpatterns = [
    path("", by_method(get=team.seats, post=team.give), name="seats"),
    path("seats/<int:pk>/end", team.end, name="end_team_seat"),
    path("invitations/<int:pk>/again", team.invite_again, name="invite_again"),
    path("invitations/<int:pk>/withdraw", team.withdraw, name="withdraw"),
]
