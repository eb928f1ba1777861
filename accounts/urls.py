"""Sign out, one's own account, and the team's seats."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from accounts.second_factor import before_second_factor

app_name = "accounts"
urlpatterns = [
    path("sign-out", before_second_factor(LogoutView.as_view()), name="sign_out"),
]
