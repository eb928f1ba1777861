"""Sign out, one's own account, and coming in by a link."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.decorators.http import require_safe

from accounts.doors import by_method, public_page
from accounts.second_factor import before_second_factor
from accounts.views import entering, own

app_name = "accounts"
urlpatterns = [
    path("sign-out", before_second_factor(LogoutView.as_view()), name="sign_out"),
    path(
        "password/forgotten",
        public_page(by_method(get=entering.ask_reset, post=entering.promise_reset)),
        name="ask_reset",
    ),
    path("password/asked", public_page(require_safe(entering.reset_asked)), name="reset_asked"),
    path("password/<uidb64>/<token>/", public_page(entering.ResetView.as_view()), name="reset"),
    path("invitation/<token>", public_page(by_method(get=entering.ask_accept, post=entering.accept)), name="accept"),
    path("account/", own.own_account, name="own"),
    path("account/sessions/<uuid:public_id>/end", own.end_session, name="end_session"),
    path("account/sessions/end-others", own.end_other_sessions, name="end_other_sessions"),
]
