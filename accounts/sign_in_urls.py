"""Sign-in and second factors, under the names by which allauth looks for them.

Only what is needed: no sign-up, no social accounts, no change of address, no browser that is trusted without a factor.
"""

from allauth.account import views as account
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as app
from allauth.mfa.webauthn import views as key
from django.urls import path
from django.views.generic import RedirectView

from accounts.doors import public_page
from accounts.second_factor import before_second_factor
from accounts.views import factors

_BY_LETTER = RedirectView.as_view(pattern_name="accounts:ask_reset")
"""Where allauth sends somebody who has no password yet: the first one is chosen by way of a letter."""

urlpatterns = [
    path("sign-in", public_page(account.login), name="account_login"),
    path("sign-in/second-factor", public_page(factor.authenticate), name="mfa_authenticate"),
    path("sign-in/passkey", public_page(key.login_webauthn), name="mfa_login_webauthn"),
    path("sign-in/closed", public_page(account.account_inactive), name="account_inactive"),
    path("account/password", account.password_change, name="account_change_password"),
    path(
        "account/password/first", RedirectView.as_view(pattern_name="accounts:ask_reset"), name="account_set_password"
    ),
    path("account/confirm", before_second_factor(account.reauthenticate), name="account_reauthenticate"),
    path("account/confirm/code", factor.reauthenticate, name="mfa_reauthenticate"),
    path("account/confirm/key", key.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("account/second-factor/", before_second_factor(factor.index), name="mfa_index"),
    path("account/second-factor/app", before_second_factor(factors.AddApp.as_view()), name="mfa_activate_totp"),
    path("account/second-factor/app/remove", app.deactivate_totp, name="mfa_deactivate_totp"),
    path("account/second-factor/codes", codes.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("account/second-factor/codes/new", codes.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("account/second-factor/codes.txt", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("account/second-factor/keys/", key.list_webauthn, name="mfa_list_webauthn"),
    path("account/second-factor/keys/add", before_second_factor(factors.AddKey.as_view()), name="mfa_add_webauthn"),
    path("account/second-factor/keys/<int:pk>/name", key.edit_webauthn, name="mfa_edit_webauthn"),
    path("account/second-factor/keys/<int:pk>/remove", factors.RemoveKey.as_view(), name="mfa_remove_webauthn"),
]
